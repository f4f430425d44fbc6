"""Conversion between the clock on a wall and UTC, in whole minutes. Pure.

Minutes are counted from 1970-01-01 00:00 UTC, days (the dates that a wall shows) from 1970-01-01; ranges are half-open.
Since 1975 every offset, and every change of one, falls on a whole minute; earlier instants are refused. Asking zoneinfo
is slow, so it is asked once for each zone and block of time, and the answer kept.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAY = 1440
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FIRST_YEAR, LAST_YEAR = 1975, 2199

Spans = tuple[tuple[int, int], ...]

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
# No zone has changed its offset twice within six days since 1975 (a test holds it): looking every sixth day misses
# nothing.
_LOOK = 6 * DAY
_BLOCK = 126 * DAY


class Segment(NamedTuple):
    """The longest stretch of instants over which a wall shows one date at one offset.

    The wall shows minute `m` of that date at the instant `midnight + m`, if this lies in [start, end). `alone` says
    that the date is an ordinary one: 24 hours from midnight to midnight, shown in no other segment.
    """

    day: int
    start: int
    end: int
    midnight: int
    alone: bool


def elapsed_since_epoch(moment: datetime) -> timedelta:
    """The time since the epoch. Raises ValueError for a datetime without a zone.

    Comparing these is right even in an hour that a wall shows twice, where comparing wall times of one zone is not.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone.")
    return moment - EPOCH


def minute_at_or_before(moment: datetime) -> int:
    return elapsed_since_epoch(moment) // MINUTE


def minute_at_or_after(moment: datetime) -> int:
    return -(-elapsed_since_epoch(moment) // MINUTE)


def instant_at(minute: int) -> datetime:
    return EPOCH + minute * MINUTE  # timedelta(minutes=minute) would take twice as long


def day_number(day: date) -> int:
    return day.toordinal() - _EPOCH_ORDINAL


@lru_cache(maxsize=8192)
def _offset_changes(zone: str, block: int) -> tuple[tuple[int, int], ...]:
    """The offset at the beginning of the block with this number and each change of it up to its end, as (minute,
    offset).
    """
    wall = ZoneInfo(zone)

    def offset_at(minute: int) -> int:
        offset = datetime.fromtimestamp(minute * 60, wall).utcoffset()
        return 0 if offset is None else offset // MINUTE

    first, last = block * _BLOCK, (block + 1) * _BLOCK
    changes = [(first, offset_at(first))]
    for look in range(first + _LOOK, last + _LOOK, _LOOK):
        offset = offset_at(look)
        if offset != changes[-1][1]:
            # Bisection: the one minute between two looks at which the offset changes.
            low, high = look - _LOOK, look
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset_at(middle) != offset else (low, middle)
            changes.append((high, offset))
    return tuple(changes)


@lru_cache(maxsize=8192)
def _zone_timeline(zone: str, block: int) -> tuple[tuple[int, int, int], ...]:
    """Stretches of constant offset as (start, end, offset), over the block with this number and the two beside it.

    With its neighbours, so that a range which begins in this block is answered from one entry of the cache.
    """
    looked = [change for number in (block - 1, block, block + 1) for change in _offset_changes(zone, number)]
    changes = [looked[0], *(later for earlier, later in pairwise(looked) if later[1] != earlier[1])]
    last = ((block + 2) * _BLOCK, 0)
    return tuple((start, end, offset) for (start, offset), (end, _) in pairwise([*changes, last]))


def prepare_zones(zones: Iterable[str], now: datetime) -> None:
    """Look at these zones for the next months, so that a process' first question about one is quick.

    Takes about a tenth of a millisecond for each zone.
    """
    block = minute_at_or_before(now) // _BLOCK
    for zone in zones:
        for number in (block, block + 1):
            _zone_timeline(zone, number)


def offset_stretches(zone: str, start: int, end: int) -> list[tuple[int, int, int]]:
    """The stretches of constant offset that the range [start, end) touches, not cut off at its ends.

    A stretch is complete, or at least as long as the blocks that `_zone_timeline` looks at. The range may be at most
    126 days long.
    """
    return [s for s in _zone_timeline(zone, start // _BLOCK) if s[0] < end and start < s[1]]


def wall_segments(zone: str, start: int, end: int) -> Iterator[tuple[int, int, int, int, bool]]:
    """What the wall shows from the date at `start` to the date at `end`: the fields of `Segment`s, in order of time.

    Bare tuples, since this is the innermost loop of every question about free time.
    """
    for begin, until, offset in offset_stretches(zone, start, end):
        # From the midnight before `start`, by the wall, but not before this offset came into force.
        at = max(begin, start - (start + offset) % DAY)
        stop = min(until, end)
        # A day away from any change of offset, no date can be cut short, stretched, skipped or shown twice.
        first_alone, last_alone = begin + DAY, until - 2 * DAY
        while at < stop:
            day = (at + offset) // DAY
            if first_alone <= at <= last_alone:
                yield day, at, at + DAY, at, True
                at += DAY
            else:
                midnight = day * DAY - offset
                after = min(midnight + DAY, until)
                yield day, at, after, midnight, False
                at = after


@lru_cache(maxsize=16384)
def local_day(zone: str, minute: int) -> int:
    """The date that the wall shows at this minute, as a number of days."""
    return (minute + offset_stretches(zone, minute, minute + 1)[0][2]) // DAY


def week_start(day: int) -> int:
    """The Monday of the ISO week of this day; day 0, 1970-01-01, was a Thursday."""
    return day - (day + 3) % 7


@lru_cache(maxsize=16384)
def day_segments(zone: str, day: int) -> tuple[Segment, ...]:
    """All instants at which the wall shows this date: mostly one segment, none for a date that the zone skipped."""
    first, last = (day - 2) * DAY, (day + 3) * DAY
    stretches = offset_stretches(zone, first, last)
    if len(stretches) == 1:
        midnight = day * DAY - stretches[0][2]
        return (Segment(day, midnight, midnight + DAY, midnight, alone=True),)
    around = (Segment(*segment) for segment in wall_segments(zone, first, last))
    return tuple(segment for segment in around if segment.day == day)


def day_start(zone: str, day: int) -> int:
    """The first instant at which the wall shows this date; for a skipped date, the next one that it shows."""
    while not day_segments(zone, day):
        day += 1
    return day_segments(zone, day)[0].start


def day_end(zone: str, day: int) -> int:
    """The end of the last instant at which the wall shows this date; for a skipped date, of the last one before it."""
    while not day_segments(zone, day):
        day -= 1
    return day_segments(zone, day)[-1].end


def join_windows(spans: Iterable[tuple[int, int]]) -> Spans:
    """A day's windows in order, with those that touch made one.

    Raises ValueError where they overlap or aren't within a day.
    """
    done: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if not 0 <= start < end <= DAY:
            raise ValueError(f"A window from minute {start} to {end}: it must start before it ends, within 0 to {DAY}.")
        if done and start < done[-1][1]:
            raise ValueError("Two windows of one day overlap.")
        if done and start == done[-1][1]:
            done[-1] = (done[-1][0], end)
        else:
            done.append((start, end))
    return tuple(done)


def open_pieces(zone: str, windows_on: Callable[[int], Spans], start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """The instants at which the wall shows a time inside a window of the date it shows, in order of time.

    Yields (start, end, fresh), from the date at `start` to the date at `end`; pieces may touch. `fresh` marks the
    beginning of a date that is open from midnight to midnight: there a new grid begins. `windows_on` returns a date's
    windows, joined.
    """
    for day, first, last, midnight, alone in wall_segments(zone, start, end):
        windows = windows_on(day)
        if alone:
            for opens, closes in windows:
                yield midnight + opens, midnight + closes, closes - opens == DAY
        elif windows:
            fresh_at = _whole_from(zone, day, windows)
            for opens, closes in windows:
                begin, until = max(midnight + opens, first), min(midnight + closes, last)
                if begin < until:
                    yield begin, until, begin == fresh_at


def _whole_from(zone: str, day: int, windows: Spans) -> int | None:
    """The first instant of a date on which clocks change, if the date is open at every instant; else None."""
    shown = day_segments(zone, day)
    for _, start, end, midnight, _ in shown:
        if not any(midnight + opens <= start and end <= midnight + closes for opens, closes in windows):
            return None
    return shown[0].start
