"""What the pages of a session, of a mentor and of a mentor's day hold: read here, drawn by views."""
