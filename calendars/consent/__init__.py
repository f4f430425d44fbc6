"""How a person lets us read the calendars of an account at Google or Microsoft, by OAuth 2."""
