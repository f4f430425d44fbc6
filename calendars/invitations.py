"""Invites people by email to sessions that we have taken out of their calendar, so that none is missed for that."""

from datetime import datetime

from notifications.models import Notification
from notifications.registry import Message, Nothing
from notifications.services import Due, schedule_notices
from sessions_app.booking.notices.due import NEWS_KEEPS
from sessions_app.booking.notices.emails import BookingForReader, change_until, render_booking_email
from sessions_app.models import Booking, BookingState

from .models import UNSEEN, Connection, ExportedEvent

# Kinds, and what they are about: one for each role, since what one person is told must not silence the other's.
TAKEN_OUT_MENTOR, TAKEN_OUT_MENTEE = "taken_out_mentor", "taken_out_mentee"
TAKEN_OUT = (TAKEN_OUT_MENTOR, TAKEN_OUT_MENTEE)


def invite_instead(row: ExportedEvent, booking: Booking, *, now: datetime) -> None:
    """Once for each time that the session was to be put into a calendar: the row's number is the version."""
    kind = TAKEN_OUT_MENTOR if row.person_id == booking.mentor_id else TAKEN_OUT_MENTEE
    until = min(now + NEWS_KEEPS, booking.start)
    schedule_notices(Due(kind, row.person_id, kind, booking.pk, row.pk, now, until), now=now)


def invite_to_unseen(connection: Connection, *, now: datetime) -> None:
    """Before a connection is forgotten together with what was to be done in its calendars."""
    rows = ExportedEvent.objects.filter(calendar__connection=connection, state__in=UNSEEN).select_related("booking")
    for row in rows.filter(booking__state=BookingState.CONFIRMED, booking__during__startswith__gt=now):
        invite_instead(row, row.booking, now=now)


def render_taken_out_email(row: Notification, now: datetime) -> Message | Nothing:
    """The invitation of the session as it is now, unless it has come into a calendar again."""
    if ExportedEvent.objects.filter(booking=row.subject_id, person=row.recipient).exists():
        return Nothing("in a calendar again")
    found = Booking.objects.with_people().select_related("offer__profile__schedule")
    booking = found.filter(pk=row.subject_id, state=BookingState.CONFIRMED).first()
    if booking is None:
        return Nothing("moved on")
    reading = BookingForReader(row.recipient, now, booking)
    return render_booking_email(reading, "calendars/taken_out", change_until(reading), method="REQUEST")
