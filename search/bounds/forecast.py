"""A summary of a mentor's free time that a search can read instead of computing it. Pure.

It holds lower bounds of the next starts, and a rough week: the hours in which the mentor may be open at all.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from math import gcd

from sessions_app.availability import walltime
from sessions_app.availability.rules import Block
from sessions_app.availability.slots import LONGEST_ANSWER, Rules, default_step, list_slots
from sessions_app.availability.walltime import DAY

# Every row is computed again after a day at the latest, since the horizon moves.
FRESH_FOR = timedelta(hours=24)
# How far starts are known one by one: bounds are still tight when nobody has looked again for a day.
REACH = timedelta(hours=48)
MOST_RUNS = 12
HOUR = 60
HOURS = DAY // HOUR
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EVERY_HOUR = (1 << HOURS) - 1
ALL_HOURS = (EVERY_HOUR,) * 14
# A week of wall-clock windows means other hours of UTC once clocks change. So two weeks are kept: one for the near
# future, which is still right if the row isn't computed again for a week, and one for as far as anyone can be booked,
# a horizon of a year.
NEAR = timedelta(days=21)
_NEAR = 30 * DAY
_YEAR = 400 * DAY
_PIECE = 30 * DAY

Length = tuple[int, int | None]


@dataclass(frozen=True, slots=True)
class Runs:
    """Stretches of time in which a mentor's starts may lie, in minutes from 1970-01-01 UTC.

    `edges` ascend and come in pairs: a run of starts begins at the first edge of a pair and has ended at the second.
    The last edge has no partner: from there on nothing is known, so a start may lie anywhere. Within a run, starts lie
    whole `step`s of minutes from its beginning. No start lies outside the runs, so each edge is a lower bound of all
    that follow. Without edges there is no start, ever.
    """

    edges: tuple[int, ...] = ()
    step: int = 1

    @property
    def opens(self) -> int | None:
        return self.edges[0] if self.edges else None

    @property
    def first_end(self) -> int:
        """The minute from which on the first run no longer helps."""
        return self.edges[1] if len(self.edges) > 1 else self.edges[0] + 1

    @classmethod
    def from_starts(cls, starts: Iterable[int], *, widest: int, until: int) -> "Runs":
        """The runs that hold `starts`: all of them before the minute `until`, ascending.

        Starts at most `widest` minutes apart share a run. After `MOST_RUNS` runs the rest is left unknown.
        """
        edges: list[int] = []
        step, last = 0, 0
        for start in starts:
            if edges and start - last <= widest:
                # The starts may come from several grids: what all their distances have in common is the step.
                step, edges[-1] = gcd(step, start - last), start + 1
            elif len(edges) == 2 * MOST_RUNS:
                return cls((*edges, start), step or 1)
            else:
                edges += (start, start + 1)
            last = start
        return cls((*edges, until), step or 1)


# For a mentor whose time hasn't been computed yet: a start may lie anywhere.
UNKNOWN = Runs((0,))


@dataclass(frozen=True, slots=True)
class Forecast:
    """When sessions with a mentor may start: for the offer that a search shows first, and for any of their offers.

    The bounds are as tight as they can be until `fresh_until`. Later they are still true, but may name times that have
    passed. `hours` are those of `hours_of`.
    """

    usual: Runs
    any: Runs
    fresh_until: datetime
    hours: tuple[int, ...]


def compute_forecast(
    rules: Rules, taken: Sequence[Block], lengths: Iterable[Length], *, usual: Length | None, now: datetime
) -> Forecast:
    """What the index should say about a mentor's time, as seen from `now`.

    `taken` must leave out holds and open requests: the clock alone may free their time, and nothing would tell the
    index. `lengths` are (length, step) in minutes of all active offers. `usual` is that of the offer which a search
    shows unless it asks for certain kinds; None without offers.
    """
    later = now + FRESH_FOR
    if usual is None or not (rules.windows or rules.overrides):
        return Forecast(Runs(), Runs(), later, ALL_HOURS)
    of_usual, of_any = (_find_runs(rules, taken, some, now) for some in ({usual}, {usual, *lengths}))
    # When `notice` has carried people past the first run, its bound is of no more help: then look again.
    seen = [walltime.instant_at(runs.first_end - rules.notice) for runs in (of_usual, of_any)]
    return Forecast(of_usual, of_any, min([later, *(end for end in seen if end > now)]), hours_of(rules, now))


def _find_runs(rules: Rules, taken: Sequence[Block], lengths: Iterable[Length], now: datetime) -> Runs:
    grids = [(length, step or default_step(length, rules.buffer)) for length, step in lengths]
    beyond = _search_end(rules, now)
    firsts = [_list_starts(rules, taken, grid, now, now, now + LONGEST_ANSWER, limit=1) for grid in grids]
    opens = min((first for some in firsts for first in some), default=None)
    if opens is None:
        # None as far as the engine looks, but there may be one beyond.
        return Runs((walltime.minute_at_or_after(beyond),))
    # Only the two days after the first start are listed in full: the row stays small, and a search that needs to know
    # more asks the engine itself.
    first = walltime.instant_at(opens)
    last = min(first + REACH, beyond)
    starts = {start for grid in grids for start in _list_starts(rules, taken, grid, now, first, last)}
    return Runs.from_starts(
        sorted(starts), widest=max(step for _, step in grids), until=walltime.minute_at_or_after(last)
    )


def _list_starts(
    rules: Rules,
    taken: Sequence[Block],
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
    """The hours of UTC in which the rules may be open: 14 numbers, a bit for each hour of a weekday, Monday first.

    The first seven hold at the offsets from UTC that the zone has until a week after `NEAR`, the last seven at every
    offset that it has within the next year. An override counts for its weekday, as if it came every week; time off
    doesn't count.
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
    # From yesterday on: it may still be that date somewhere. In pieces, since one question may span 126 days at most.
    start = (today - 1) * DAY
    pieces = range(start, start + reach, _PIECE)
    return frozenset(offset for at in pieces for _, _, offset in walltime.offset_stretches(zone, at, at + _PIECE))


def _search_end(rules: Rules, now: datetime) -> datetime:
    """The instant up to which `list_slots` can have looked: its longest range, or the end of the mentor's horizon."""
    last_day = walltime.local_day(rules.zone, walltime.minute_at_or_before(now)) + rules.horizon_days
    return min(now + LONGEST_ANSWER, walltime.instant_at(walltime.day_end(rules.zone, last_day)))
