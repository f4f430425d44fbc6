"""Mentors of whom nobody hears: asked once, then slots only, then resting, and back with one press."""
