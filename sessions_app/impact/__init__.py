"""What a mentor gave, certificates of it, and how questions get solved."""
