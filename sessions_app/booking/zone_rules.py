"""The changes of a zone's clocks as plain numbers, to keep and to compare with a later release. Pure."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

# As far ahead as anything can be booked, and some more.
REACH = timedelta(days=800)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)

# Pairs: from this minute since 1970 on, clocks are so many minutes ahead of UTC. In order of the first.
Offsets = Sequence[Sequence[int]]


def offsets_of(zone: str, first: datetime) -> list[list[int]]:
    """The offsets from `first`, in UTC, until `REACH` later."""
    info = ZoneInfo(zone)
    found = [[minute_of(first), minutes_at(info, first)]]
    day, last = first, first + REACH
    while day < last:
        following = day + DAY
        if minutes_at(info, following) != found[-1][1]:
            change = _change_between(info, day, following)
            found.append([minute_of(change), minutes_at(info, following)])
        day = following
    return found


def offset_in(offsets: Offsets, moment: datetime) -> int:
    """Minutes ahead of UTC at this moment, which must lie within the reach."""
    place = bisect_right([start for start, _offset in offsets], minute_of(moment)) - 1
    return offsets[max(place, 0)][1]


def minute_of(moment: datetime) -> int:
    return int(moment.timestamp() // 60)


def minutes_at(info: ZoneInfo, moment: datetime) -> int:
    offset = moment.astimezone(info).utcoffset() or timedelta()
    return round(offset / MINUTE)


def _change_between(info: ZoneInfo, early: datetime, late: datetime) -> datetime:
    """The first minute at which clocks show the offset that they have at `late`. Found by bisection."""
    wanted = minutes_at(info, late)
    while late - early > MINUTE:
        middle = early + (late - early) / 2
        if minutes_at(info, middle) == wanted:
            late = middle
        else:
            early = middle
    return late
