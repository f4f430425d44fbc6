"""The waiting list, and how freed time is offered to it."""
