"""Who came to a session, and what happens when the two people disagree about it."""
