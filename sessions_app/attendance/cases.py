"""For staff: sessions about which people don't agree who came."""

from datetime import datetime

from sessions_app.models import AttendanceAct, Booking
from sessions_app.models.attendance import DECISIONS
from sessions_app.models.bookings import BookingQuerySet
from sessions_app.models.states import AGREED_OR_MISSED


def disputed_sessions(now: datetime) -> BookingQuerySet:
    undecided = AttendanceAct.objects.undecided().values("booking")
    # One that was cancelled while it went on, as when its people parted, counts against nobody anyway.
    held = Booking.objects.filter(state__in=AGREED_OR_MISSED)
    return held.filter(pk__in=undecided, during__endswith__lte=now).order_by("during", "pk")


def decided_sessions() -> BookingQuerySet:
    return Booking.objects.filter(attendance__kind__in=DECISIONS).order_by("-attendance__at", "-pk")
