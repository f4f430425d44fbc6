"""What is kept of a mentor's time so that a search need not compute it: a bound, and a rough week. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise

from sessions_app import walltime
from sessions_app.availability import LONGEST_ANSWER, Rules, Taken, default_step, list_slots
from sessions_app.walltime import DAY, MINUTE

# Everything is looked at again after a day at the latest, since the horizon moves.
FRESH_FOR = timedelta(hours=24)
HALF_HOUR = 30
HALVES = DAY // HALF_HOUR
ALL_DAY = (1 << HALVES) - 1
ALL_WEEK = (ALL_DAY,) * 7
# The farthest a start may lie ahead is a horizon of a year; the offsets of a zone until then are what a week can mean.
_YEAR = 400 * DAY
_PIECE = 100 * DAY

Length = tuple[int, int | None]


@dataclass(frozen=True, slots=True)
class Outlook:
    """`open_from`: no start lies before it; None: never. It is as tight as it can be until `fresh_until`."""

    open_from: datetime | None
    fresh_until: datetime
    half_hours: tuple[int, ...]


def outlook(rules: Rules, taken: Sequence[Taken], lengths: Iterable[Length], *, now: datetime) -> Outlook:
    """`taken` without what waits for an answer, since the clock alone may free that. `lengths`: length and step."""
    later = now + FRESH_FOR
    wanted = set(lengths)
    if not wanted or not (rules.windows or rules.overrides):
        return Outlook(None, later, ALL_WEEK)
    week = half_hours(rules, now)
    found = [(slots[0].start, one) for one in wanted if (slots := _slots(rules, taken, one, now, LONGEST_ANSWER, 1))]
    if not found:
        return Outlook(_beyond(rules, now), later, week)
    start, one = min(found, key=lambda item: item[0])
    run = _end_of_run(rules, taken, one, start, now)
    return Outlook(start, min(later, run - timedelta(minutes=rules.notice) + MINUTE), week)


def half_hours(rules: Rules, now: datetime) -> tuple[int, ...]:
    """For each weekday of UTC, Monday first, the half hours in which some window may lie, as bits.

    Weekly windows count at every offset that the zone has within the next year, since clocks will change.
    """
    week = [0] * 7
    minute = walltime.minute_at_or_before(now)
    # 1970-01-05 was a Monday.
    spans = [((weekday + 3) * DAY + start, (weekday + 3) * DAY + end) for weekday, start, end in rules.windows]
    for date, windows in rules.overrides.items():
        first = walltime.day_number(date) * DAY
        spans += [(first + start, first + end) for start, end in windows]
    for offset in _offsets(rules.zone, minute // DAY):
        for start, end in spans:
            mark(week, start - offset, end - offset)
    return tuple(week)


def mark(week: list[int], start: int, end: int) -> None:
    """Set the bits of the half hours that [start, end), in minutes from 1970-01-01 UTC, touches."""
    for half in range(start // HALF_HOUR, -(-end // HALF_HOUR)):
        day, bit = divmod(half, HALVES)
        week[(day + 3) % 7] |= 1 << bit


@lru_cache(maxsize=2048)
def _offsets(zone: str, today: int) -> frozenset[int]:
    start = (today - 1) * DAY
    pieces = range(start, start + _YEAR, _PIECE)
    return frozenset(offset for at in pieces for _, _, offset in walltime.stretches(zone, at, at + _PIECE))


def _slots(
    rules: Rules, taken: Sequence[Taken], one: Length, first: datetime, reach: timedelta, limit: int | None = None
) -> list:
    length, step = one
    return list_slots(rules, taken, length=length, step=step, now=first, first=first, last=first + reach, limit=limit)


def _beyond(rules: Rules, now: datetime) -> datetime:
    """Where nothing was found: the end of what was looked at, or of what the horizon lets people book by now."""
    last_day = walltime.local_day(rules.zone, walltime.minute_at_or_before(now)) + rules.horizon_days
    return min(now + LONGEST_ANSWER, walltime.instant(walltime.day_end(rules.zone, last_day)))


def _end_of_run(rules: Rules, taken: Sequence[Taken], one: Length, start: datetime, now: datetime) -> datetime:
    """The last of the starts that follow one another from this one on, within a day."""
    length, step = one
    after = timedelta(minutes=step or default_step(length, rules.buffer))
    slots = list_slots(rules, taken, length=length, step=step, now=now, first=start, last=start + FRESH_FOR)
    for slot, following in pairwise(slots):
        if following.start - slot.start > after:
            return slot.start
    return slots[-1].start
