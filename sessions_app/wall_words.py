"""A mentor's dates and minutes in words: they are the mentor's own, so no zone comes into it."""

from datetime import UTC, date, datetime, time, timedelta

from common.times import day_text, range_text
from common.zones import UTC_NAME

# A day on which no clock changes.
_ANY_DAY = datetime(2001, 1, 1, tzinfo=UTC)


def date_text(day: date, now: datetime) -> str:
    """`Fri 4 Dec`, with the year unless it is the present one."""
    return day_text(datetime.combine(day, time(12), UTC), UTC_NAME, now, short=True)


def wall_range_text(start: int, end: int, *, hour12: bool) -> str:
    """Minutes of a day as a wall clock shows them: `18:00–20:30`."""
    first, last = (_ANY_DAY + timedelta(minutes=minute) for minute in (start, end))
    return range_text(first, last, UTC_NAME, hour12)
