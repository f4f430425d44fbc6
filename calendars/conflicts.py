"""Sessions that were agreed while their mentor was already busy elsewhere, which we hadn't read yet.

A calendar is read every few minutes, so a time may be booked that has just been taken there. After each booking, and
after each move to another time, it is read again at once; if the time is taken, the mentor is told, one time. Nothing
is cancelled.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from notifications.inbox import forget_lines
from notifications.models import InboxItem
from notifications.readers import NoticeReader
from notifications.registry import InboxLine, Message, Nothing
from notifications.services import Due, schedule_notices
from sessions_app.booking.notices.emails import BookingForReader, render_booking_email
from sessions_app.models import Booking, BookingEvent, BookingState, BusySpan
from sessions_app.models.bookings import BOOKING_SUBJECT

CONFLICT = "calendar_conflict"
# For how long after a booking a busy time is one that we should have known
AGREED_WITHIN = timedelta(minutes=20)

# Those in a worker's hands are read right now; those that fail are tried again when they may be.
HURRY = """
UPDATE calendars_connection AS mine SET next_at = %(now)s
WHERE mine.next_at > %(now)s AND mine.state = 'active' AND (mine.lease_until IS NULL OR mine.lease_until <= %(now)s)
    AND EXISTS (
        SELECT FROM sessions_app_booking AS booking
        WHERE booking.mentor_id = mine.person_id AND booking.state = 'confirmed' AND lower(booking.during) > %(now)s
            AND (
                booking.confirmed_at >= GREATEST(mine.tried_at, %(since)s)
                OR booking.moves > 0 AND EXISTS (
                    SELECT FROM sessions_app_bookingevent AS change
                    WHERE change.booking_id = booking.id AND change.event = 'moved'
                        AND change.at >= GREATEST(mine.tried_at, %(since)s)
                )
            )
    )
"""


def hurry_after_bookings(now: datetime) -> int:
    """Calendars of mentors with whom a session was agreed since they were read are due now. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(HURRY, {"now": now, "since": now - AGREED_WITHIN})
        return cursor.rowcount


def tell_conflicts(person: User, now: datetime) -> None:
    """Of sessions that were agreed just now, those at which this mentor is busy elsewhere: one notice each.

    What was said of others is taken back once it isn't so any more.
    """
    _forget_settled(person, now)
    since = now - AGREED_WITHIN
    moved = BookingEvent.objects.filter(booking=OuterRef("pk"), event="moved", at__gt=since)
    agreed = Booking.objects.filter(
        Q(confirmed_at__gt=since) | Q(Exists(moved), moves__gt=0),
        mentor=person,
        state=BookingState.CONFIRMED,
        during__startswith__gt=now,
    )
    found = list(agreed.filter(_taken_elsewhere(person)))
    dues = [Due(CONFLICT, person.pk, BOOKING_SUBJECT, one.pk, one.version, now, one.start) for one in found]
    if dues:
        schedule_notices(*dues, now=now)


def _forget_settled(person: User, now: datetime) -> None:
    told = InboxItem.objects.filter(recipient=person, kind=CONFLICT)
    if sessions := list(told.values_list("subject_id", flat=True)):
        is_settled = Q(~_taken_elsewhere(person)) | Q(during__endswith__lte=now)
        settled = list(Booking.objects.filter(is_settled, pk__in=sessions).values_list("pk", flat=True))
        forget_lines(subject_type=BOOKING_SUBJECT, subjects=settled, kinds=[CONFLICT], people=[person.pk], until=now)


def _taken_elsewhere(mentor: User) -> Exists:
    return Exists(BusySpan.objects.filter(person=mentor, during__overlap=OuterRef("during")))


def render_conflict_email(reading: BookingForReader) -> Message | Nothing:
    if not Booking.objects.filter(_taken_elsewhere(reading.person), pk=reading.booking.pk).exists():
        return Nothing("free again")
    return render_booking_email(reading, "calendars/conflict")


def conflict_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    ids = {item.subject_id for item in items}
    bookings = Booking.objects.select_related("mentor", "mentee").filter(mentor=reader).in_bulk(ids)
    return {
        item.pk: _conflict_line(bookings[item.subject_id], reader, now) for item in items if item.subject_id in bookings
    }


def _conflict_line(booking: Booking, reader: User, now: datetime) -> InboxLine:
    words = {
        "name": booking.other_person(reader).first_name,
        "when": NoticeReader(reader, now).when(booking.start, short=True),
    }
    said = _("Your calendar says you’re busy when you meet %(name)s: %(when)s")
    return InboxLine(said % words, reverse("session_move", args=[booking.uuid]))
