"""How reliably a person comes: a number that grows with what went wrong, and falls with time and sessions kept."""
