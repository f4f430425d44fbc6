"""What time it is for acts of the clock: PostgreSQL's word, which every machine shares.

A machine whose own clock says something else does nothing: one of the two is wrong, and a session that was finished,
or a request that was ended, on a wrong date can't be made undone.
"""

from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import connection
from django.utils import timezone

MOST_APART = timedelta(minutes=1)
REFUSED = "clock:refused"
REFUSAL_COUNTS_FOR = timedelta(minutes=10)


class ClocksDifferError(Exception):
    """This machine's clock is ahead of PostgreSQL's by `ahead`, or behind it where that is negative."""

    def __init__(self, ahead: timedelta) -> None:
        seconds = round(ahead.total_seconds())
        super().__init__(f"this machine's clock differs from PostgreSQL's by {seconds} s; set one of them right")
        self.ahead = ahead


def database_now() -> datetime:
    """The moment by PostgreSQL's clock, whatever transaction this is asked in."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


def ahead_of(now: datetime) -> timedelta:
    """How far this machine's clock is ahead of PostgreSQL's, which has just said `now`."""
    return timezone.now() - now


def is_too_far(ahead: timedelta) -> bool:
    return abs(ahead) > MOST_APART


def agreed_now() -> datetime:
    """PostgreSQL's `now`, for an act of the clock. Raises ClocksDifferError, and notes it down for `refused_lately`."""
    now = database_now()
    ahead = ahead_of(now)
    if is_too_far(ahead):
        # It never runs out by itself: the cache asks the machine's clock for that.
        cache.set(REFUSED, now, timeout=None)
        raise ClocksDifferError(ahead)
    return now


def refused_lately(now: datetime) -> bool:
    """Whether some machine did not act within the last ten minutes because of its clock. `now` is PostgreSQL's."""
    refused = cache.get(REFUSED)
    return refused is not None and now - refused < REFUSAL_COUNTS_FOR
