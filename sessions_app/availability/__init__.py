"""A mentor's rules and dates, and the slot engine that turns them into free times."""
