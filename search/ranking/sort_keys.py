"""Keys: the order in which rows of the index are read. Pure.

A key is a minute from 1970-01-01 UTC. The mentor has no start in the times asked about before it. For a search from now
on the key is the index's bound of their first start. That bound says little about the first evening, or about next
week: for such times the key is the first hour (of UTC) asked about in which the mentor's rules may be open.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple, Protocol

from search.bounds.forecast import HOUR, HOURS, NEAR, WEEKDAYS, mark_hours
from search.criteria import Span
from sessions_app.availability.walltime import EPOCH, instant_at, minute_at_or_after, minute_at_or_before

DAY = timedelta(days=1)
# How many days have keys of their own. Weeks are much alike, so all later times share one more key, the last.
DAYS_APART = 8


class Key(NamedTuple):
    """The key of a row that has a `floor` (the index's bound), as SQL; null for mentors without a time asked about.

    `columns` are those of the row that it reads; `conditions` hold wherever it isn't null. `sharpened` is SQL over
    `key` and `floor` for the same key made as late as can be. `values` are the parameters of all of them.
    """

    sql: str
    values: dict[str, Any]
    columns: Collection[str] = ()
    conditions: Collection[str] = ()
    sharpened: str = "key"


class Keys(Protocol):
    """`is_sharp`: few rows share a key, and nearly every mentor is free when their key says."""

    is_sharp: bool

    def key(self, times: Sequence[Span], name: str) -> Key:
        """For `times`: those that the search asks about, or those of them before a full hour.

        The names of its values begin with `name`.
        """

    def bound(self, key: int) -> datetime:
        """The instant before which a row with this key has no start in the times asked about."""


def keys_for(times: Sequence[Span], now: datetime) -> Keys:
    return Soonest(times[0][0]) if len(times) == 1 and times[0][0] <= now else FirstHour(times, now)


@dataclass(frozen=True, slots=True)
class Soonest:
    """For all times from now on: the index's bound itself."""

    begin: datetime
    is_sharp = True

    def key(self, times: Sequence[Span], name: str) -> Key:
        return Key(f"greatest(floor, %({name}_begin)s)", {f"{name}_begin": minute_at_or_after(self.begin)})

    def bound(self, key: int) -> datetime:
        return instant_at(key)


@dataclass(frozen=True, slots=True)
class FirstHour:
    """For other times: the first hour asked about that may be open, or the index's bound if that lies within it."""

    times: Sequence[Span]
    now: datetime
    is_sharp = False

    def key(self, times: Sequence[Span], name: str) -> Key:
        columns, cases, tests = [], [], []
        values: dict[str, Any] = {}
        for day, bits, end in self._near_days(times):
            if bits:
                values |= {f"{name}_bits{day}": bits, f"{name}_end{day}": minute_at_or_after(end)}
                column, at = self._column_of(day)
                shared = f"({column}{at} & %({name}_bits{day})s)"
                columns.append(column)
                tests.append(f"{shared} <> 0")
                # x & -x is the lowest bit set; one less has a one for each hour before it, so their count is the hour.
                hours = f"bit_count((({shared} & -{shared}) - 1)::bit({HOURS}))::int"
                first = f"{minute_at_or_after(self._start_of_day(day))} + {HOUR} * {hours}"
                cases.append(f"WHEN {tests[-1]} AND floor < %({name}_end{day})s THEN {first}")
        for weekday, bits in enumerate(self._later_hours(times), start=1):
            if bits:
                values[f"{name}_rest{weekday}"] = bits
                columns.append("any_week")
                tests.append(f"any_week[{weekday}] & %({name}_rest{weekday})s <> 0")
                cases.append(f"WHEN {tests[-1]} THEN {minute_at_or_after(self._start_of_day(DAYS_APART))}")
        condition = f"({' OR '.join(tests)})"
        return Key(f"CASE {' '.join(cases)} END", values, dict.fromkeys(columns), (condition,), "greatest(key, floor)")

    def bound(self, key: int) -> datetime:
        moment = instant_at(key)
        return next((max(moment, start) for start, end in self.times if end > moment), moment)

    @property
    def midnight(self) -> datetime:
        return datetime.combine(self.times[0][0].date(), time(), tzinfo=EPOCH.tzinfo)

    def _start_of_day(self, number: int) -> datetime:
        return self.midnight + number * DAY

    def _column_of(self, day: int) -> tuple[str, str]:
        """The column with a day's hours, and the subscript into it.

        The columns of weekdays only hold in the near future.
        """
        weekday = self._start_of_day(day).weekday()
        soon = self._start_of_day(DAYS_APART) <= self.now + NEAR
        return (WEEKDAYS[weekday], "") if soon else ("any_week", f"[{weekday + 1}]")

    def _near_days(self, times: Sequence[Span]) -> Iterator[tuple[int, int, datetime]]:
        """The days with keys of their own: number, the hours of UTC that the times touch as bits, and the end of those
        times.
        """
        for day in range(DAYS_APART):
            week = [0] * 7
            first, last = self._start_of_day(day), self._start_of_day(day + 1)
            _mark_spans(week, times, first, last)
            yield day, sum(week), min(last, max(end for start, end in times if start < last))

    def _later_hours(self, times: Sequence[Span]) -> list[int]:
        """For each weekday of UTC, the hours that later times touch, as bits."""
        week = [0] * 7
        _mark_spans(week, times, self._start_of_day(DAYS_APART), times[-1][1])
        return week


def _mark_spans(week: list[int], times: Sequence[Span], first: datetime, last: datetime) -> None:
    for start, end in times:
        begin, until = max(start, first), min(end, last)
        if begin < until:
            mark_hours(week, minute_at_or_before(begin), minute_at_or_after(until))
