"""The kinds of notices about calendars. They always come: without them times are offered that are taken elsewhere."""

from notifications.registry import Kind
from sessions_app.booking.notices.kinds import CONFIRMED, booking_kind

from .conflicts import CONFLICT, conflict_lines, render_conflict_email
from .models import Connection
from .notices import CONNECTION, News, render_email, write_lines

KINDS = [
    *(Kind(news, CONNECTION, render_email, write_lines, model=Connection, passing=True) for news in News),
    booking_kind(CONFLICT, CONFIRMED, render_conflict_email, lines=conflict_lines, passing=True),
]
