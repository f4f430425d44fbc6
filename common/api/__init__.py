"""What every call of the HTTP API shares and that knows nothing of people: input, errors, pages, description."""
