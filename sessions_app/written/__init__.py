"""Questions that a mentor answers in writing."""
