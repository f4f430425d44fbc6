"""Questions for which nobody was found: staff choose whom else to ask."""
