"""Mentors are asked, one after the other, to help a person who waits with a question."""
