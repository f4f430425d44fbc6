"""Acts that the clock starts. Workers call them often; calling them twice does no harm."""

from datetime import datetime, timedelta

from django.db.models import Max, QuerySet
from django.db.models.functions import Greatest

from notifications.inbox import forget_lines
from sessions_app.locks import atomic_act, lock_booking
from sessions_app.models import Booking, BookingState, Engagement, WrittenState
from sessions_app.models.bookings import BOOKING_SUBJECT
from sessions_app.models.states import OCCUPYING, PENDING
from sessions_app.models.stuck import ClockAct
from sessions_app.questions.engagements import lock_engagement
from sessions_app.stuck_rows import act_on_each

from .notices.reminders import REMINDER_KINDS
from .transitions import change_state, expire_booking

CLOSES_AFTER = timedelta(days=14)
# Lines of the inbox that mean nothing once a session is over
BEFORE_END = [*REMINDER_KINDS, "confirm_session", "running_late"]


def expire_overdue(*, now: datetime) -> int:
    """End holds and requests whose deadline has passed. Returns how many."""
    overdue = Booking.objects.overdue(now).order_by("expires_at", "pk")
    return act_on_each(ClockAct.EXPIRE, overdue, lambda booking: _expire_one(booking, now=now), now=now)


def complete_ended(*, now: datetime) -> int:
    """Complete confirmed sessions that are over. Returns how many."""
    ended = Booking.objects.filter(state=BookingState.CONFIRMED, during__endswith__lte=now)
    ordered = ended.order_by("during__endswith", "pk")
    return act_on_each(ClockAct.COMPLETE, ordered, lambda booking: _complete_one(booking, now=now), now=now)


def close_engagements(*, now: datetime) -> int:
    """Close engagements fourteen days after their last contact, if no other is planned. Returns how many."""
    return act_on_each(
        ClockAct.CLOSE, _finished_engagements(now), lambda engagement: _close_one(engagement, now=now), now=now
    )


def _finished_engagements(now: datetime) -> QuerySet[Engagement]:
    return (
        Engagement.objects.live()
        .exclude(bookings__state__in=OCCUPYING)
        .exclude(written__state=WrittenState.ASKED)
        .annotate(last=Greatest(Max("bookings__during__endswith"), "written__settled_at"))
        .filter(last__lte=now - CLOSES_AFTER)
        .order_by("last", "pk")
    )


@atomic_act
def _expire_one(booking: Booking, *, now: datetime) -> bool:
    booking = lock_booking(booking)
    if booking.state not in PENDING or not booking.is_overdue(now):
        return False
    expire_booking(booking, now=now)
    return True


@atomic_act
def _complete_one(booking: Booking, *, now: datetime) -> bool:
    booking = lock_booking(booking)
    if booking.state != BookingState.CONFIRMED or not booking.has_ended(now):
        return False
    change_state(booking, BookingState.COMPLETED, by=None, now=now, event="", bump_version=False)
    forget_lines(
        subject_type=BOOKING_SUBJECT,
        subjects=[booking.pk],
        kinds=BEFORE_END,
        people=booking.participants,
        until=booking.end,
    )
    return True


@atomic_act
def _close_one(engagement: Engagement, *, now: datetime) -> bool:
    engagement = lock_engagement(engagement)
    if not _finished_engagements(now).filter(pk=engagement.pk).exists():
        return False
    engagement.closed_at = now
    engagement.save(update_fields=["closed_at"])
    return True
