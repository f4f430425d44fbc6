"""Figures of one programme for its managers (docs/decisions/0078). Small groups are hidden; nothing says who."""
