"""Wishes, plans and the timetable that is published."""
