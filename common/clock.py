"""The time for acts that the clock starts: PostgreSQL's, which all machines share.

A machine whose own clock differs does nothing. One of the two clocks is wrong, and a session that was completed or a
request that was ended on a wrong date can't be undone.
"""

from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import connection
from django.utils import timezone

MOST_APART = timedelta(minutes=1)
REFUSED = "clock:refused"
REFUSAL_COUNTS_FOR = timedelta(minutes=10)
BEAT = "clock:beat"
# It comes once a minute; a restart of beat and workers takes one or two.
BEATS_WITHIN = timedelta(minutes=5)


class ClocksDifferError(Exception):
    """This machine's clock is ahead of PostgreSQL's by `ahead`; negative: behind."""

    def __init__(self, ahead: timedelta) -> None:
        seconds = round(ahead.total_seconds())
        super().__init__(f"this machine's clock differs from PostgreSQL's by {seconds} s; set one of them right")
        self.ahead = ahead


def database_now() -> datetime:
    """The moment by PostgreSQL's clock, even inside a transaction, where its now() would be the beginning."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


def ahead_of(now: datetime) -> timedelta:
    """How far this machine's clock is ahead of PostgreSQL's, which said `now` just before."""
    return timezone.now() - now


def is_too_far(ahead: timedelta) -> bool:
    return abs(ahead) > MOST_APART


def agreed_now() -> datetime:
    """PostgreSQL's time, for an act of the clock. Raises ClocksDifferError, and notes it for `refused_lately`."""
    now = database_now()
    ahead = ahead_of(now)
    if is_too_far(ahead):
        # Without an expiry: the cache would measure it by this machine's clock.
        cache.set(REFUSED, now, timeout=None)
        raise ClocksDifferError(ahead)
    return now


def refused_lately(now: datetime) -> bool:
    """Whether some machine refused to act within the last ten minutes because of its clock. `now` is PostgreSQL's."""
    refused = cache.get(REFUSED)
    return refused is not None and now - refused < REFUSAL_COUNTS_FOR


def note_beat(now: datetime) -> None:
    """A worker does this once a minute, when beat tells it to: so both are there."""
    cache.set(BEAT, now, timeout=None)


def last_beat() -> datetime | None:
    """By PostgreSQL's clock; None where beat never ran."""
    beat: datetime | None = cache.get(BEAT)
    return beat


def has_stopped(now: datetime) -> bool:
    """Whether nothing that is due by the clock is done any more. `now` is PostgreSQL's."""
    beat = last_beat()
    return beat is None or now - beat > BEATS_WITHIN
