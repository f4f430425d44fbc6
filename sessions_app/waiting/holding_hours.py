"""How long a freed time is held for a person in line. Pure."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

MORNING, NIGHT = time(8), time(22)
# Nobody can be expected to answer a mail within less; such a time is free for everyone.
AT_LEAST = timedelta(minutes=30)


def held_until(*, now: datetime, last: datetime, hours: timedelta, zone: ZoneInfo) -> datetime | None:
    """`hours` from now; at night, from the morning of `zone` on.

    Never after `last`; None if that leaves too little time.
    """
    local = now.astimezone(zone)
    begins = now
    if not MORNING <= local.time() < NIGHT:
        day = local.date() + timedelta(days=local.time() >= NIGHT)
        begins = datetime.combine(day, MORNING, zone).astimezone(now.tzinfo)
    until = min(begins + hours, last)
    return until if until - now >= AT_LEAST else None
