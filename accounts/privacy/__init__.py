"""What is kept of each person: in which columns, how they get a copy of it, and how it is removed."""
