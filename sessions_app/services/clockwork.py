"""What the clock does by itself; workers call these often, and calling them twice does no harm."""

from datetime import datetime, timedelta

from django.db.models import Max
from django.db.models.functions import Greatest

from sessions_app.models import OCCUPYING, Booking, BookingState, Engagement, WrittenState
from sessions_app.models.bookings import WAITING

from .base import booking_act, change, expire, lock_booking

AT_ONCE = 200
CLOSES_AFTER = timedelta(days=14)


def expire_overdue(*, now: datetime) -> int:
    """End holds and requests whose time to be answered has passed. Returns how many."""
    return sum(_expire_one(booking, now=now) for booking in Booking.objects.overdue(now)[:AT_ONCE])


def complete_ended(*, now: datetime) -> int:
    """A confirmed session whose time is over is finished. Returns how many."""
    ended = Booking.objects.filter(state=BookingState.CONFIRMED, during__endswith__lte=now)
    return sum(_complete_one(booking, now=now) for booking in ended[:AT_ONCE])


def close_engagements(*, now: datetime) -> int:
    """Engagements end fourteen days after their last contact, when none is ahead. Returns how many."""
    over = (
        Engagement.objects.live()
        .exclude(bookings__state__in=OCCUPYING)
        .exclude(written__state=WrittenState.ASKED)
        .annotate(last=Greatest(Max("bookings__during__endswith"), "written__settled_at"))
        .filter(last__lte=now - CLOSES_AFTER)
    )
    return Engagement.objects.filter(pk__in=list(over.values_list("pk", flat=True)[:AT_ONCE])).update(closed_at=now)


@booking_act
def _expire_one(booking: Booking, *, now: datetime) -> bool:
    booking = lock_booking(booking)
    if booking.state not in WAITING or not booking.is_overdue(now):
        return False
    expire(booking, now=now)
    return True


@booking_act
def _complete_one(booking: Booking, *, now: datetime) -> bool:
    booking = lock_booking(booking)
    if booking.state != BookingState.CONFIRMED or not booking.has_ended(now):
        return False
    change(booking, BookingState.COMPLETED, by=None, now=now, event=None, told=False)
    return True
