"""From a text to its vector: two encoders, the files they come in, and what runs their layers on this machine."""
