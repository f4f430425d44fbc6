"""Mail in development: a sink that takes every message over SMTP, and pages that show them. Never in production."""
