"""The evening itself: the clock, who is there, and who sits where from round to round."""
