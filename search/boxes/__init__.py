"""The box of a programme, which other sites show."""
