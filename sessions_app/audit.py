"""Finds notices about bookings that should exist and don't, and writes them.

Every act writes its own notices. This derives them a second time, from the booking and its log, so that a forgotten
code path, a restored backup or a mistaken delete heals by itself. Notices that were ever written stay as they are.
"""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from django.core.cache import cache
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q

from notifications.models import Notification
from notifications.services import Due, schedule_notices
from sessions_app.afterwards.notices import next_step_dues
from sessions_app.attendance.notices import absent_due
from sessions_app.booking.notices.due import booking_notices
from sessions_app.booking.notices.reminders import REMINDER_KINDS
from sessions_app.booking.zone_changes import wall_change_dues
from sessions_app.conversation.notices import message_due
from sessions_app.models.bookings import BookingQuerySet
from sessions_app.models.stuck import ClockAct
from sessions_app.waiting.notices import held_time_due
from sessions_app.written.notices import written_notices

from .models import (
    AttendanceAct,
    Booking,
    BookingEvent,
    BookingState,
    HeldTime,
    Message,
    NextStep,
    ReadMarker,
    WallChange,
    WrittenQuestion,
    WrittenState,
)
from .stuck_rows import Guard

logger = logging.getLogger(__name__)

# The last thing said about a session is the question two weeks after it, which keeps for a week.
LOOKS_BACK = timedelta(days=22)
# What nobody wrote is found while it is ahead. What is long past by now was not wanted then, or is of no use any more.
LATE = timedelta(hours=24)
REMINDER_LATE = timedelta(hours=1)
SECONDS = 20
AT_ONCE = 500
GOES_ON_AFTER = "audit:goes-on-after"


def audit_notices(*, now: datetime, seconds: float = SECONDS) -> int:
    """Write the missing notices of all bookings that still have something to say. Returns how many were missing.

    A short piece of work however many bookings there are: when the time is up, the next call goes on from here.
    """
    end = time.monotonic() + seconds
    after = cache.get(GOES_ON_AFTER, 0)
    guard, written = Guard(ClockAct.AUDIT, now=now), 0
    for number, find in enumerate(APART, start=1):
        # Of no booking, so noted against a number that is none's.
        with guard.over(-number):
            written += _write_missing(find(now), now=now)
    while time.monotonic() < end:
        bookings = list(guard.without_stuck(_to_audit(now)).filter(pk__gt=after).order_by("pk")[:AT_ONCE])
        written += _write_missing(_of_bookings(bookings, guard), now=now)
        after = bookings[-1].pk if len(bookings) == AT_ONCE else 0
        if not after:
            break
    cache.set(GOES_ON_AFTER, after, timeout=None)
    if written:
        logger.warning("wrote %s notices that someone had forgotten", written)
    return written


def expected_notices(booking: Booking, events: Sequence[BookingEvent]) -> list[Due]:
    """All that should have been written when the booking came into its present state and version."""
    told = last_announced_event(events, until_version=booking.version)
    return booking_notices(booking, event=told.event, by=told.by, now=told.at) if told else []


def last_announced_event(events: Sequence[BookingEvent], *, until_version: int) -> BookingEvent | None:
    """The newest of these, in order, that people were told of.

    Events are read after their booking, which may have changed in between: what led to a later version isn't told of
    this one. Old events don't know their version.
    """
    announced = (event for event in reversed(events) if event.event)
    return next((event for event in announced if (event.version or 0) <= until_version), None)


def _to_audit(now: datetime) -> BookingQuerySet:
    ahead = DateTimeTZRange(now - LOOKS_BACK, None, "[)")
    return Booking.objects.exclude(state=BookingState.HELD).filter(during__overlap=ahead)


def _still_of_use(due: Due, now: datetime) -> bool:
    late = REMINDER_LATE if due.kind in REMINDER_KINDS else LATE
    return due.send_before > max(now, due.due_at) and due.due_at >= now - late


def _of_bookings(bookings: list[Booking], guard: Guard) -> list[Due]:
    events = BookingEvent.objects.filter(booking__in=bookings).select_related("by").order_by("booking_id", "at", "pk")
    of_booking = {key: list(group) for key, group in groupby(events, key=lambda event: event.booking_id)}
    dues: list[Due] = []
    for booking in bookings:
        with guard.over(booking.pk):
            dues += expected_notices(booking, of_booking.get(booking.pk, []))
    return dues


def _of_steps(now: datetime) -> list[Due]:
    steps = NextStep.objects.filter(done_at=None, due_on__gte=(now - LATE).date()).select_related("person")
    return [due for step in steps for due in next_step_dues(step)]


def _of_claims(now: datetime) -> list[Due]:
    lately = AttendanceAct.objects.unanswered(now).filter(at__gte=now - LATE).select_related("person", "booking")
    return [absent_due(claim, claim.booking) for claim in lately]


def _of_threads(now: datetime) -> Iterable[Due]:
    """Mails about messages of the last day that nobody has read."""
    recent = Message.objects.filter(sent_at__gte=now - LATE).order_by()
    lately = list(recent.values_list("engagement", flat=True).distinct())
    for marker in ReadMarker.objects.filter(engagement__in=lately):
        first = marker.unread.filter(sent_at__gte=now - LATE, answers=None).first()
        if first:
            yield message_due(marker, by=first.author_id, now=first.sent_at)


def _of_held_times(now: datetime) -> list[Due]:
    return [held_time_due(held) for held in HeldTime.objects.open().filter(until__gt=now)]


def _of_written(now: datetime) -> list[Due]:
    lately = WrittenQuestion.objects.filter(Q(state=WrittenState.ASKED) | Q(settled_at__gte=now - LOOKS_BACK))
    return [due for written in lately for due in written_notices(written)]


def _of_wall_changes(now: datetime) -> list[Due]:
    lately = WallChange.objects.filter(at__gte=now - LATE).select_related("booking")
    return [due for change in lately for due in wall_change_dues(change)]


APART: tuple[Callable[[datetime], Iterable[Due]], ...] = (
    _of_steps,
    _of_claims,
    _of_threads,
    _of_held_times,
    _of_written,
    _of_wall_changes,
)


def _write_missing(dues: Iterable[Due], *, now: datetime) -> int:
    timely = {due.key: due for due in dues if _still_of_use(due, now)}
    there = Notification.objects.filter(dedupe_key__in=timely).values_list("dedupe_key", flat=True)
    missing = [timely[key] for key in timely.keys() - set(there)]
    if missing:
        schedule_notices(*missing, now=now)
    return len(missing)
