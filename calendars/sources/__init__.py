"""Where calendars are read from: one module for each kind of connection."""
