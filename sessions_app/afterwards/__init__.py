"""What people say after a session: feedback, later questions, next steps, testimonials, takeaways."""
