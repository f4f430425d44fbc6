"""Sessions in people's own calendars: files, links and feeds."""
