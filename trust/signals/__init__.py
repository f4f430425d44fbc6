"""Rules that look at new texts; what they find opens a case, which people decide."""
