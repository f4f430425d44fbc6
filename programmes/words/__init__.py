"""What a programme says to its people: announcements, and reminders of the next step."""
