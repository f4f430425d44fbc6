"""What is kept of the two people of a session, and what ends when one of them leaves."""
