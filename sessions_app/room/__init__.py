"""The call of a session in two browsers: who sits in it, what they tell each other to connect, and the relay."""
