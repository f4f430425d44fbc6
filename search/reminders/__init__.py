"""Reminders of programmes to members who haven't taken the next step, and what they bring."""
