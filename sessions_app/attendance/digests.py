"""Tells staff about sessions with disputed attendance: only when there is a new one, at most once an hour."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q
from django.utils.translation import ngettext

from accounts.roles import may
from accounts.rules.roles import Power
from common.mail.rendering import Context, absolute_url
from notifications.digests import digest_due, schedule_digest, staff_to_tell
from notifications.models import Notification
from notifications.readers import NoticeReader
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
    return schedule_digest(_dispute_dues(now), now=now)


def _dispute_dues(now: datetime) -> Iterator[Due]:
    staff = staff_to_tell(KIND, Power.ATTENDANCE, now=now)
    for booking in disputed_sessions(now).reverse()[:1]:
        for person in staff.exclude(Q(bookings_as_mentor=booking) | Q(bookings_as_mentee=booking)):
            yield digest_due(
                KIND, person, subject_type=BOOKING_SUBJECT, subject_id=booking.pk, version=booking.version, now=now
            )


def render_disputes_email(row: Notification, now: datetime) -> Message | Nothing:
    """How many disputes wait for this person at this moment, and since when the oldest does."""
    reader = NoticeReader(row.recipient, now)
    if not may(reader.person, Power.ATTENDANCE):
        return Nothing("not staff any more")
    waiting = disputed_sessions(now).exclude(Q(mentor=reader.person) | Q(mentee=reader.person))
    oldest: Booking | None = waiting.first()
    if oldest is None:
        return Nothing("nothing waits any more")
    count = waiting.count()
    heading = ngettext("%(count)s session to decide on", "%(count)s sessions to decide on", count)
    context: Context = {
        "heading": heading % {"count": count},
        "day": reader.day(oldest.start),
        "page_url": absolute_url("staff_attendance"),
    }
    return reader.render_email("attendance/to_decide", context)
