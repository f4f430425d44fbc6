"""The kinds of notices about who came to a session."""

from notifications.digests import digest_kind
from notifications.registry import Kind
from sessions_app.booking.notices.inbox import booking_inbox_lines
from sessions_app.booking.notices.kinds import booking_kind
from sessions_app.models import Booking
from sessions_app.models.bookings import BOOKING_SUBJECT
from sessions_app.models.states import AGREED, MISSED, OVER

from . import digests, emails


def _line_only(name: str, *, passing: bool = True) -> Kind:
    """Of use at once or not at all, so no mail is sent."""
    return Kind(name, BOOKING_SUBJECT, render=None, lines=booking_inbox_lines, model=Booking, passing=passing)


KINDS = [
    _line_only("running_late"),
    booking_kind("not_here", AGREED, emails.render_not_here_email, passing=True),
    _line_only("says_came"),
    booking_kind("missed", MISSED, emails.render_missed_email),
    booking_kind("did_not_join", MISSED, emails.render_did_not_join_email),
    _line_only("explained", passing=False),
    _line_only("contested"),
    digest_kind(digests.KIND, BOOKING_SUBJECT, digests.render_disputes_email, model=Booking),
    booking_kind("attendance_decided", OVER, emails.render_decided_email),
]
