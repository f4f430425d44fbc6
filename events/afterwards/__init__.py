"""After an event: answers about meetings, who wants to talk again, goals, and the report for the team."""
