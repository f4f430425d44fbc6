"""Tells staff about sessions with disputed attendance: only when there is a new one, at most once an hour."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q
from django.utils.translation import ngettext

from common.mail.rendering import absolute_url, render_mail
from common.times import day_text
from notifications.digests import digest_due, schedule_digest, staff_to_tell
from notifications.models import Notification
from notifications.registry import Message, Nothing
from notifications.services import Due
from sessions_app.models import Booking
from sessions_app.models.bookings import BOOKING_SUBJECT

from .cases import disputed_sessions

KIND = "to_decide"


def announce_disputes(*, now: datetime) -> int:
    """Write a notice for each member of staff who hasn't heard of the newest dispute. Returns how many.

    Deciding makes a new version of the session, which silences the notice.
    """
    return schedule_digest(KIND, _dispute_dues(now), now=now)


def _dispute_dues(now: datetime) -> Iterator[Due]:
    staff = staff_to_tell(KIND, now=now)
    for booking in disputed_sessions(now).reverse()[:1]:
        for person in staff.exclude(Q(bookings_as_mentor=booking) | Q(bookings_as_mentee=booking)):
            yield digest_due(
                KIND, person, subject_type=BOOKING_SUBJECT, subject_id=booking.pk, version=booking.version, now=now
            )


def to_decide(row: Notification, now: datetime) -> Message | Nothing:
    """How many disputes wait for this person at this moment, and since when the oldest does."""
    reader = row.recipient
    if not reader.is_staff:
        return Nothing("not staff any more")
    waiting = disputed_sessions(now).exclude(Q(mentor=reader) | Q(mentee=reader))
    oldest: Booking | None = waiting.first()
    if oldest is None:
        return Nothing("nothing waits any more")
    count = waiting.count()
    heading = ngettext("%(count)s session waits for a decision", "%(count)s sessions wait for a decision", count)
    context = {
        "heading": heading % {"count": count},
        "day": day_text(oldest.start, str(reader.zone), now),
        "page_url": absolute_url("staff_attendance"),
    }
    zone, language = str(reader.zone), reader.language
    return Message(*render_mail("attendance/to_decide", context, zone=zone, language=language, hour12=reader.hour12))
