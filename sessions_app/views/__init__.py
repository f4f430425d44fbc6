"""The pages of this app, and what each of them shows."""
