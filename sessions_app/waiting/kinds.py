"""The kind of notice about a time that is held for a person who waits."""

from notifications.registry import Kind
from sessions_app.models import HeldTime

from .emails import held_time_inbox_lines, render_held_time_email
from .notices import HELD_TIME

KINDS = [
    Kind(HELD_TIME, HELD_TIME, render_held_time_email, held_time_inbox_lines, model=HeldTime, passing=True),
]
