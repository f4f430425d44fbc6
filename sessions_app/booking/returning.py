"""When a mentor who is away is there again."""

from datetime import datetime
from zoneinfo import ZoneInfo

from common.zones import canonical_zone
from mentors.models import Offer

from .deadlines import back_from_days_off


def back_at(offer: Offer, *, now: datetime) -> datetime:
    """The morning on which the mentor of this offer is back from a break or days off; `now` if they are there."""
    schedule = offer.profile.schedule
    zone = canonical_zone(schedule.timezone) or schedule.timezone
    today = now.astimezone(ZoneInfo(zone)).date()
    days_off = schedule.time_off.filter(last__gte=today).values_list("first", "last")
    return back_from_days_off(offer.profile.paused_until, days_off, zone=zone, now=now)
