"""What is kept of a mentor's time so that a search need not compute it: a bound, and a rough week. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from math import gcd

from sessions_app import walltime
from sessions_app.availability import LONGEST_ANSWER, Rules, Taken, default_step, list_slots
from sessions_app.walltime import DAY, MINUTE

# Everything is looked at again after a day at the latest, since the horizon moves.
FRESH_FOR = timedelta(hours=24)
HOUR = 60
HOURS = DAY // HOUR
ALL_HOURS = ((1 << HOURS) - 1,) * 14
# A week of wall-clock windows means other hours of UTC once clocks change: one is kept for the near future, which holds
# even if nobody looks at the row for a week, and one for as far as anybody may be booked, a horizon of a year.
NEAR = timedelta(days=21)
_NEAR = 30 * DAY
_YEAR = 400 * DAY
_PIECE = 30 * DAY

Length = tuple[int, int | None]


@dataclass(frozen=True, slots=True)
class Run:
    """No start lies before `opens`; None: there is none, ever. Up to `until` all are whole steps from it."""

    opens: datetime | None
    until: datetime
    step: timedelta = MINUTE


@dataclass(frozen=True, slots=True)
class Outlook:
    """When the usual offer starts next, and when any does; as tightly as can be until `fresh_until`."""

    usual: Run
    any: Run
    fresh_until: datetime
    hours: tuple[int, ...]


def outlook(
    rules: Rules, taken: Sequence[Taken], lengths: Iterable[Length], *, usual: Length | None, now: datetime
) -> Outlook:
    """`taken` without what waits for an answer, since the clock alone may free that. `lengths`: length and step.

    `usual` is that of the offer which a search looks at unless it asks for certain ones.
    """
    later = now + FRESH_FOR
    wanted = set(lengths)
    if usual is None or not (rules.windows or rules.overrides):
        never = Run(None, now)
        return Outlook(never, never, later, ALL_HOURS)
    runs = [_run(rules, taken, one, now) for one in (usual, *(wanted - {usual}))]
    first = min(runs, key=lambda run: run.opens or run.until)
    steps = (step or default_step(length, rules.buffer) for length, step in wanted)
    # Every grid of one span begins where the span does.
    either = Run(first.opens, first.until, MINUTE * gcd(*steps))
    notice = timedelta(minutes=rules.notice)
    ends = [run.until - notice + MINUTE for run in (runs[0], either) if run.until - notice >= now]
    return Outlook(runs[0], either, min([later, *ends]), hours_of(rules, now))


def _run(rules: Rules, taken: Sequence[Taken], one: Length, now: datetime) -> Run:
    length, step = one
    found = list_slots(rules, taken, length=length, step=step, now=now, first=now, last=now + LONGEST_ANSWER, limit=1)
    if not found:
        beyond = _beyond(rules, now)
        return Run(beyond, beyond)
    start = found[0].start
    step = step or default_step(length, rules.buffer)
    return Run(start, _end_of_run(rules, taken, length, step, start, now), MINUTE * step)


def hours_of(rules: Rules, now: datetime) -> tuple[int, ...]:
    """For each weekday of UTC, Monday first, the hours in which some window may lie, as bits; twice.

    First at the offsets that the zone has until a week after `NEAR`, then at any that it has within the next year.
    """
    # 1970-01-05 was a Monday.
    spans = [((weekday + 3) * DAY + start, (weekday + 3) * DAY + end) for weekday, start, end in rules.windows]
    for date, windows in rules.overrides.items():
        first = walltime.day_number(date) * DAY
        spans += [(first + start, first + end) for start, end in windows]
    today = walltime.minute_at_or_before(now) // DAY
    return (*_week(spans, _offsets(rules.zone, today, _NEAR)), *_week(spans, _offsets(rules.zone, today, _YEAR)))


def _week(spans: Iterable[tuple[int, int]], offsets: Iterable[int]) -> list[int]:
    week = [0] * 7
    for offset in offsets:
        for start, end in spans:
            mark(week, start - offset, end - offset)
    return week


def mark(week: list[int], start: int, end: int) -> None:
    """Set the bits of the hours that [start, end), in minutes from 1970-01-01 UTC, touches."""
    for hour in range(start // HOUR, -(-end // HOUR)):
        day, bit = divmod(hour, HOURS)
        week[(day + 3) % 7] |= 1 << bit


@lru_cache(maxsize=2048)
def _offsets(zone: str, today: int, reach: int) -> frozenset[int]:
    start = (today - 1) * DAY
    pieces = range(start, start + reach, _PIECE)
    return frozenset(offset for at in pieces for _, _, offset in walltime.stretches(zone, at, at + _PIECE))


def _beyond(rules: Rules, now: datetime) -> datetime:
    """Where nothing was found: the end of what was looked at, or of what the horizon lets people book by now."""
    last_day = walltime.local_day(rules.zone, walltime.minute_at_or_before(now)) + rules.horizon_days
    return min(now + LONGEST_ANSWER, walltime.instant(walltime.day_end(rules.zone, last_day)))


def _end_of_run(
    rules: Rules, taken: Sequence[Taken], length: int, step: int, start: datetime, now: datetime
) -> datetime:
    """The last of the starts that follow one another, step by step, from this one on, within a day."""
    last = start + FRESH_FOR
    slots = list_slots(rules, taken, length=length, step=step, now=now, first=start, last=last)
    for slot, following in pairwise(slots):
        if following.start - slot.start != MINUTE * step:
            return slot.start
    return slots[-1].start
