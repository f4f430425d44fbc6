"""For whoever runs an installation: its first steps, and what is wrong with it."""
