"""What a session's page says of the other sessions on the same question."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.urls import reverse

from accounts.models import User
from sessions_app.booking.series import room_for
from sessions_app.booking.series_plan import SeriesRoom, page_for_another_time
from sessions_app.errors import SessionError
from sessions_app.models import Booking, Feedback
from sessions_app.models.feedback import Again


@dataclass(frozen=True, slots=True)
class Series:
    """`contacts` of this question, the `room` for more, or `why_not`; both are for its mentee alone.

    `ahead`: another one that is still open. `another_url`: until then, the page on which a time can be added.
    """

    contacts: Sequence[Booking]
    ahead: Booking | None
    another_url: str
    room: SeriesRoom | None = None
    why_not: SessionError | None = None


def series_of(
    booking: Booking, contacts: Sequence[Booking], *, reader: User, feedback: Feedback | None, now: datetime
) -> Series:
    """`contacts`: all of the booking's engagement, in order. `feedback` is the reader's own."""
    page = page_for_another_time([contact for contact in contacts if contact != booking], now=now)
    view, ahead = page or ("", None)
    series = Series(contacts, ahead, reverse(view, args=[ahead.uuid]) if ahead else "")
    is_offered = reader.pk == booking.mentee_id and booking in contacts
    if not is_offered or (feedback and feedback.again == Again.NO):
        return series
    try:
        return replace(series, room=room_for(booking, by=reader, now=now, contacts=contacts))
    except SessionError as refused:
        return replace(series, why_not=refused)
