"""Messages and files that two people share, and reports about messages."""
