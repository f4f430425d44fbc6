"""People's own calendars elsewhere: they are read, and when they say busy, nothing is offered here."""
