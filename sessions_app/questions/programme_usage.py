"""How many members have used up what a programme would allow them, for the page on which its rules are set."""

from datetime import datetime

from django.db.models import Count, QuerySet

from programmes.models import Membership, Programme
from programmes.rules import Rules
from sessions_app.models import Booking
from sessions_app.models.states import OPEN, OPEN_OR_OVER

from .pace import FOUR_WEEKS


def count_used_up(programme: Programme, rules: Rules, now: datetime) -> tuple[int, int]:
    """Of the sessions in 28 days, and of the mentors with whom something is ahead: what `programme_limits` refuses."""
    mentees = Membership.objects.live().filter(programme=programme, asks=True).values("person")
    # By mentee, for whom there is an index
    counted = Booking.objects.filter(mentee__in=mentees, programme=programme)
    counted = counted.exclude(pk__in=Booking.objects.overdue(now)).order_by()
    lately = counted.filter(state__in=OPEN_OR_OVER, created_at__gt=now - FOUR_WEEKS)
    ahead = counted.filter(state__in=OPEN, during__endswith__gt=now)
    return (
        _count_at(lately, Count("pk"), rules.most_sessions),
        _count_at(ahead, Count("mentor", distinct=True), rules.most_open),
    )


def _count_at(bookings: QuerySet[Booking], number: Count, limit: int | None) -> int:
    """How many mentees have so many of them."""
    return bookings.values("mentee").annotate(number=number).filter(number__gte=limit).count() if limit else 0
