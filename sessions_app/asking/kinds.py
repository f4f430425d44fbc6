"""The kinds of notices about mentors who are asked to help."""

from notifications.registry import Kind
from sessions_app.models import Route
from sessions_app.waiting.notices import STILL_LOOKING, WAITING_SUBJECT

from .emails import asked_inbox_lines, render_asked_email, render_still_looking_email, still_looking_lines
from .notices import HELP_ASKED, HELP_OVER, ROUTE

KINDS = [
    Kind(HELP_ASKED, ROUTE, render_asked_email, asked_inbox_lines, model=Route, passing=True),
    Kind(HELP_OVER, ROUTE, None, asked_inbox_lines, model=Route),
    *(Kind(name, WAITING_SUBJECT, render_still_looking_email, still_looking_lines) for name in STILL_LOOKING),
]
