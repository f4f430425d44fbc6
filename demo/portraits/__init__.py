"""Portraits of the invented mentors, drawn from shapes."""
