"""The second factor of a sign-in: what people have, and how a session shows that it was used."""
