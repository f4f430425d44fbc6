"""For staff: sessions about which people don't agree who came."""

from datetime import datetime

from sessions_app.models import AttendanceAct, Booking
from sessions_app.models.attendance import DECISIONS
from sessions_app.models.bookings import BookingQuerySet


def disputed_sessions(now: datetime) -> BookingQuerySet:
    undecided = AttendanceAct.objects.undecided().values("booking")
    return Booking.objects.filter(pk__in=undecided, during__endswith__lte=now).order_by("during", "pk")


def decided_sessions() -> BookingQuerySet:
    return Booking.objects.filter(attendance__kind__in=DECISIONS).order_by("-attendance__at", "-pk")
