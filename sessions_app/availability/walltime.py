"""Between the clock on a wall and UTC: whole minutes only, and zoneinfo asked once per zone and block of time.

Minutes are counted from 1970-01-01 00:00 UTC, days (a wall's dates) from 1970-01-01. Ranges are half-open.
Since 1975 every offset and every change of one falls on a whole minute; earlier instants are refused.
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
# No zone has changed its offset twice within six days since 1975 (a test holds it): every third day is often enough.
_LOOK = 3 * DAY
_BLOCK = 126 * DAY


class Segment(NamedTuple):
    """The longest stretch of instants over which a wall shows one date at one offset.

    A minute `m` of that wall's day is the instant `midnight + m`, if it lies in [start, end). `alone` says that the
    date is an ordinary one: 24 hours from midnight to midnight, shown in no other segment.
    """

    day: int
    start: int
    end: int
    midnight: int
    alone: bool


def elapsed_since_epoch(moment: datetime) -> timedelta:
    """Time since the epoch; two of these compare rightly, which two wall times of one zone don't in a repeated hour."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone.")
    return moment - EPOCH


def minute_at_or_before(moment: datetime) -> int:
    return elapsed_since_epoch(moment) // MINUTE


def minute_at_or_after(moment: datetime) -> int:
    return -(-elapsed_since_epoch(moment) // MINUTE)


def instant_at(minute: int) -> datetime:
    return EPOCH + timedelta(minutes=minute)


def day_number(day: date) -> int:
    return day.toordinal() - _EPOCH_ORDINAL


@lru_cache(maxsize=8192)
def _zone_timeline(zone: str, block: int) -> tuple[tuple[int, int, int], ...]:
    """Stretches of constant offset as (start, end, offset), over a block and the two beside it."""
    wall = ZoneInfo(zone)

    def offset_at(minute: int) -> int:
        offset = datetime.fromtimestamp(minute * 60, wall).utcoffset()
        return 0 if offset is None else offset // MINUTE

    first, last = (block - 1) * _BLOCK, (block + 2) * _BLOCK
    changes = [(first, offset_at(first))]
    for look in range(first + _LOOK, last + _LOOK, _LOOK):
        offset = offset_at(look)
        if offset != changes[-1][1]:
            low, high = look - _LOOK, look
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset_at(middle) != offset else (low, middle)
            changes.append((high, offset))
    return tuple((start, end, offset) for (start, offset), (end, _) in pairwise([*changes, (last, 0)]))


def offset_stretches(zone: str, start: int, end: int) -> list[tuple[int, int, int]]:
    """The stretches of constant offset that [start, end) touches, at their full length or some months of it.

    The range is of at most 126 days.
    """
    return [s for s in _zone_timeline(zone, start // _BLOCK) if s[0] < end and start < s[1]]


def wall_segments(zone: str, start: int, end: int) -> Iterator[tuple[int, int, int, int, bool]]:
    """In order of time, what the wall shows from the date at `start` to the date at `end`, as bare `Segment`s."""
    for begin, until, offset in offset_stretches(zone, start, end):
        at = max(begin, start - (start + offset) % DAY)
        stop = min(until, end)
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


def local_day(zone: str, minute: int) -> int:
    """The date that the wall shows at this instant."""
    return (minute + offset_stretches(zone, minute, minute + 1)[0][2]) // DAY


@lru_cache(maxsize=16384)
def day_segments(zone: str, day: int) -> tuple[Segment, ...]:
    """All the instants at which the wall shows this date: mostly one segment; none where a zone skipped the date."""
    around = (Segment(*segment) for segment in wall_segments(zone, (day - 2) * DAY, (day + 3) * DAY))
    return tuple(segment for segment in around if segment.day == day)


def day_start(zone: str, day: int) -> int:
    """The first instant of this date, or of the next one that the wall shows."""
    while not day_segments(zone, day):
        day += 1
    return day_segments(zone, day)[0].start


def day_end(zone: str, day: int) -> int:
    """The end of the last instant of this date, or of the last one before it that the wall shows."""
    while not day_segments(zone, day):
        day -= 1
    return day_segments(zone, day)[-1].end


def join_windows(spans: Iterable[tuple[int, int]]) -> Spans:
    """A day's windows in order, touching ones made one; raises ValueError where they overlap or are no windows."""
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
    """In order of time, the instants at which the wall shows a time inside a window of the date it shows.

    Yields (start, end, fresh), from the date at `start` to the date at `end`; pieces may touch. `fresh` says that the
    piece begins a date that is open as a whole. `windows_on` gives a date's windows, joined.
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
    """The first instant of a date on which clocks change, if every instant of the date is open."""
    shown = day_segments(zone, day)
    for _, start, end, midnight, _ in shown:
        if not any(midnight + opens <= start and end <= midnight + closes for opens, closes in windows):
            return None
    return shown[0].start
