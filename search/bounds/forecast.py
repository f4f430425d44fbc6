"""What is kept of a mentor's time so that a search need not compute it: when they may start, and a rough week. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from math import gcd

from sessions_app.availability import walltime
from sessions_app.availability.slots import LONGEST_ANSWER, Rules, Taken, default_step, list_slots
from sessions_app.availability.walltime import DAY

# Everything is looked at again after a day at the latest, since the horizon moves.
FRESH_FOR = timedelta(hours=24)
# How far starts are known one by one: bounds are still tight when nobody has looked again for a day.
REACH = timedelta(hours=48)
MOST_RUNS = 12
HOUR = 60
HOURS = DAY // HOUR
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EVERY_HOUR = (1 << HOURS) - 1
ALL_HOURS = (EVERY_HOUR,) * 14
# A week of wall-clock windows means other hours of UTC once clocks change: one is kept for the near future, which holds
# even if nobody looks at the row for a week, and one for as far as anybody may be booked, a horizon of a year.
NEAR = timedelta(days=21)
_NEAR = 30 * DAY
_YEAR = 400 * DAY
_PIECE = 30 * DAY

Length = tuple[int, int | None]


@dataclass(frozen=True, slots=True)
class Runs:
    """Where starts may lie, in minutes from 1970-01-01 UTC. None lies elsewhere, so each is the bound of those after.

    `edges` ascend: a run of starts begins with every first one and has ended with every second; from the last one on
    nothing is known. Within a run, starts lie whole steps from its beginning. Without edges there is no start, ever.
    """

    edges: tuple[int, ...] = ()
    step: int = 1

    @property
    def opens(self) -> int | None:
        return self.edges[0] if self.edges else None

    @property
    def first_end(self) -> int:
        """From when on the first run is no help."""
        return self.edges[1] if len(self.edges) > 1 else self.edges[0] + 1

    @classmethod
    def from_starts(cls, starts: Iterable[int], *, widest: int, until: int) -> "Runs":
        """From all the starts before `until`, ascending; those at most `widest` apart make a run."""
        edges: list[int] = []
        step, last = 0, 0
        for start in starts:
            if edges and start - last <= widest:
                step, edges[-1] = gcd(step, start - last), start + 1
            elif len(edges) == 2 * MOST_RUNS:
                return cls((*edges, start), step or 1)
            else:
                edges += (start, start + 1)
            last = start
        return cls((*edges, until), step or 1)


# What is known of somebody at whom nobody has looked yet.
UNKNOWN = Runs((0,))


@dataclass(frozen=True, slots=True)
class Forecast:
    """When the usual offer may start, and when any may; as tightly as can be until `fresh_until`."""

    usual: Runs
    any: Runs
    fresh_until: datetime
    hours: tuple[int, ...]


def compute_forecast(
    rules: Rules, taken: Sequence[Taken], lengths: Iterable[Length], *, usual: Length | None, now: datetime
) -> Forecast:
    """`taken` without what waits for an answer, since the clock alone may free that. `lengths`: length and step.

    `usual` is that of the offer which a search looks at unless it asks for certain ones.
    """
    later = now + FRESH_FOR
    if usual is None or not (rules.windows or rules.overrides):
        return Forecast(Runs(), Runs(), later, ALL_HOURS)
    of_usual, of_any = (_find_runs(rules, taken, some, now) for some in ({usual}, {usual, *lengths}))
    seen = [walltime.instant_at(runs.first_end - rules.notice) for runs in (of_usual, of_any)]
    return Forecast(of_usual, of_any, min([later, *(end for end in seen if end > now)]), hours_of(rules, now))


def _find_runs(rules: Rules, taken: Sequence[Taken], lengths: Iterable[Length], now: datetime) -> Runs:
    grids = [(length, step or default_step(length, rules.buffer)) for length, step in lengths]
    beyond = _search_end(rules, now)
    firsts = [_list_starts(rules, taken, grid, now, now, now + LONGEST_ANSWER, limit=1) for grid in grids]
    opens = min((first for some in firsts for first in some), default=None)
    if opens is None:
        return Runs((walltime.minute_at_or_after(beyond),))
    first = walltime.instant_at(opens)
    last = min(first + REACH, beyond)
    starts = {start for grid in grids for start in _list_starts(rules, taken, grid, now, first, last)}
    return Runs.from_starts(
        sorted(starts), widest=max(step for _, step in grids), until=walltime.minute_at_or_after(last)
    )


def _list_starts(
    rules: Rules,
    taken: Sequence[Taken],
    grid: tuple[int, int],
    now: datetime,
    first: datetime,
    last: datetime,
    limit: int | None = None,
) -> Iterator[int]:
    length, step = grid
    slots = list_slots(rules, taken, length=length, step=step, now=now, first=first, last=last, limit=limit)
    return (walltime.minute_at_or_before(slot.start) for slot in slots)


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
    return (
        *_rough_week(spans, _zone_offsets(rules.zone, today, _NEAR)),
        *_rough_week(spans, _zone_offsets(rules.zone, today, _YEAR)),
    )


def _rough_week(spans: Iterable[tuple[int, int]], offsets: Iterable[int]) -> list[int]:
    week = [0] * 7
    for offset in offsets:
        for start, end in spans:
            mark_hours(week, start - offset, end - offset)
    return week


def mark_hours(week: list[int], start: int, end: int) -> None:
    """Set the bits of the hours that [start, end), in minutes from 1970-01-01 UTC, touches."""
    for hour in range(start // HOUR, -(-end // HOUR)):
        day, bit = divmod(hour, HOURS)
        week[(day + 3) % 7] |= 1 << bit


@lru_cache(maxsize=2048)
def _zone_offsets(zone: str, today: int, reach: int) -> frozenset[int]:
    start = (today - 1) * DAY
    pieces = range(start, start + reach, _PIECE)
    return frozenset(offset for at in pieces for _, _, offset in walltime.offset_stretches(zone, at, at + _PIECE))


def _search_end(rules: Rules, now: datetime) -> datetime:
    """Where nothing was found: the end of what was looked at, or of what the horizon lets people book by now."""
    last_day = walltime.local_day(rules.zone, walltime.minute_at_or_before(now)) + rules.horizon_days
    return min(now + LONGEST_ANSWER, walltime.instant_at(walltime.day_end(rules.zone, last_day)))
