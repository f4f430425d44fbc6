"""What a session's page says of the other sessions on the same question."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from sessions_app.booking.series import open_left, room_in
from sessions_app.errors import SessionError
from sessions_app.models import Booking, Feedback
from sessions_app.models.feedback import Again


@dataclass(frozen=True, slots=True)
class Series:
    """`contacts` of this question, `why_not` no more can be added; `is_offered` to its mentee."""

    contacts: Sequence[Booking]
    is_offered: bool
    why_not: SessionError | None


def series_of(booking: Booking, *, reader: User, feedback: Feedback | None, now: datetime) -> Series:
    """`feedback` is the reader's own. What else may stand in the way is said when they want to add a date."""
    contacts = list(Booking.objects.contacts_of(booking.engagement).with_people())
    is_offered = reader.pk == booking.mentee_id and booking in contacts
    is_offered = is_offered and not (feedback and feedback.again == Again.NO)
    return Series(contacts, is_offered, why_not_more(contacts, reader, now=now) if is_offered else None)


def why_not_more(contacts: Sequence[Booking], reader: User, *, now: datetime) -> SessionError | None:
    try:
        room_in(contacts[0].engagement, contacts, now=now)
        open_left(reader, now=now)
    except SessionError as refused:
        return refused
    return None
