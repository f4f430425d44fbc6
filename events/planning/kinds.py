"""The kinds of notices about timetables."""

from notifications.registry import Kind

from .notices import CHANGED, FIRST, TIMETABLE_SUBJECT, render_timetable, timetable_lines

KINDS = [Kind(name, TIMETABLE_SUBJECT, render_timetable, timetable_lines(name)) for name in (FIRST, CHANGED)]
