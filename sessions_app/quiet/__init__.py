"""Mentors who have become quiet: they are asked, their profile rests after a while, and one press brings all back."""
