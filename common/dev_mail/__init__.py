"""Mail in development: a server that keeps every message, and pages that show them. Never in production."""
