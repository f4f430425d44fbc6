"""The kinds of notices about calendars. They always come: without them times are offered that are taken elsewhere."""

from notifications.registry import Kind
from sessions_app.booking.notices.kinds import CONFIRMED, booking_kind

from .conflicts import CONFLICT, conflict_lines, render_conflict_email
from .invitations import TAKEN_OUT, render_taken_out_email
from .models import Connection
from .notices import (
    CONNECTION,
    UNWRITTEN,
    WRITING,
    News,
    render_email,
    render_unwritten_email,
    write_lines,
    write_unwritten_lines,
)

KINDS = [
    *(Kind(news, CONNECTION, render_email, write_lines, model=Connection, passing=True) for news in News),
    Kind(UNWRITTEN, WRITING, render_unwritten_email, write_unwritten_lines, passing=True),
    # Its reader took it out of their calendar a minute ago, so the inbox needn't say it.
    *(Kind(name, name, render_taken_out_email, lines=None) for name in TAKEN_OUT),
    booking_kind(CONFLICT, CONFIRMED, render_conflict_email, lines=conflict_lines, passing=True),
]
