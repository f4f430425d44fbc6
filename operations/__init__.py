"""For the people who run an installation: its first steps, and what is wrong with it."""
