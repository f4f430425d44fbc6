"""The shared part of the HTTP API that needs no person: input, errors, pages of lists, description."""
