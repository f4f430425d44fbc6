"""Ways of signing in that begin before anyone is known: by a code sent to an address, by an account elsewhere."""
