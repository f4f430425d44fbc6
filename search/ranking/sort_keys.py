"""In which order rows of the index are looked at: by a minute from 1970-01-01 UTC that no start of theirs lies before.

Who is asked for at any time from now on comes by their bound. But a bound of the first start says little about the
first evening or next week: for those the key is the first hour of UTC asked about in which the rules may be open. Pure.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple, Protocol

from search.bounds.forecast import HOUR, HOURS, NEAR, WEEKDAYS, mark_hours
from search.criteria import Span
from sessions_app.availability.walltime import EPOCH, instant_at, minute_at_or_after, minute_at_or_before

DAY = timedelta(days=1)
# Days that are looked at one by one. Weeks are much alike, so all that lies after them is one more key, the last.
DAYS_APART = 8


class Key(NamedTuple):
    """Of a row with its `floor`, in SQL: null for whoever has no such time.

    `columns` of the row are what it is made of, `conditions` hold where it isn't null; of the others, `sharpened` says
    the `key` once more, as late as can be. `values` are what they name.
    """

    sql: str
    values: dict[str, Any]
    columns: Collection[str] = ()
    conditions: Collection[str] = ()
    sharpened: str = "key"


class Keys(Protocol):
    """`is_sharp`: few have the same key, and nearly everybody is free when theirs says."""

    is_sharp: bool

    def key(self, times: Sequence[Span], name: str) -> Key:
        """`times` are those that the search asks about, or the first of them, cut off at a full hour.

        What the key names begins with `name`.
        """

    def bound(self, key: int) -> datetime:
        """No start asked about lies before it."""


def keys_for(times: Sequence[Span], now: datetime) -> Keys:
    return Soonest(times[0][0]) if len(times) == 1 and times[0][0] <= now else FirstHour(times, now)


@dataclass(frozen=True, slots=True)
class Soonest:
    """The bound itself."""

    begin: datetime
    is_sharp = True

    def key(self, times: Sequence[Span], name: str) -> Key:
        return Key(f"greatest(floor, %({name}_begin)s)", {f"{name}_begin": minute_at_or_after(self.begin)})

    def bound(self, key: int) -> datetime:
        return instant_at(key)


@dataclass(frozen=True, slots=True)
class FirstHour:
    """The first hour that is asked about and may be open, or the bound, if it lies in it."""

    times: Sequence[Span]
    now: datetime
    is_sharp = False

    def key(self, times: Sequence[Span], name: str) -> Key:
        columns, cases, tests = [], [], []
        values: dict[str, Any] = {}
        for day, bits, end in self._days(times):
            if bits:
                values |= {f"{name}_bits{day}": bits, f"{name}_end{day}": minute_at_or_after(end)}
                column, at = self._column(day)
                shared = f"({column}{at} & %({name}_bits{day})s)"
                columns.append(column)
                tests.append(f"{shared} <> 0")
                # What lies below the lowest bit are as many ones as hours have passed.
                hours = f"bit_count((({shared} & -{shared}) - 1)::bit({HOURS}))::int"
                first = f"{minute_at_or_after(self._day(day))} + {HOUR} * {hours}"
                cases.append(f"WHEN {tests[-1]} AND floor < %({name}_end{day})s THEN {first}")
        for weekday, bits in enumerate(self._rest(times), start=1):
            if bits:
                values[f"{name}_rest{weekday}"] = bits
                columns.append("any_week")
                tests.append(f"any_week[{weekday}] & %({name}_rest{weekday})s <> 0")
                cases.append(f"WHEN {tests[-1]} THEN {minute_at_or_after(self._day(DAYS_APART))}")
        condition = f"({' OR '.join(tests)})"
        return Key(f"CASE {' '.join(cases)} END", values, dict.fromkeys(columns), (condition,), "greatest(key, floor)")

    def bound(self, key: int) -> datetime:
        moment = instant_at(key)
        return next((max(moment, start) for start, end in self.times if end > moment), moment)

    @property
    def midnight(self) -> datetime:
        return datetime.combine(self.times[0][0].date(), time(), tzinfo=EPOCH.tzinfo)

    def _day(self, number: int) -> datetime:
        return self.midnight + number * DAY

    def _column(self, day: int) -> tuple[str, str]:
        """The column with the hours of that day, and where in it they are."""
        weekday = self._day(day).weekday()
        soon = self._day(DAYS_APART) <= self.now + NEAR
        return (WEEKDAYS[weekday], "") if soon else ("any_week", f"[{weekday + 1}]")

    def _days(self, times: Sequence[Span]) -> Iterator[tuple[int, int, datetime]]:
        """The first days of UTC: each with the hours that the times touch, as bits, and the end of the last of them."""
        for day in range(DAYS_APART):
            week = [0] * 7
            first, last = self._day(day), self._day(day + 1)
            _mark_spans(week, times, first, last)
            yield day, sum(week), min(last, max(end for start, end in times if start < last))

    def _rest(self, times: Sequence[Span]) -> list[int]:
        """For each weekday of UTC, the hours that the times after those days touch."""
        week = [0] * 7
        _mark_spans(week, times, self._day(DAYS_APART), times[-1][1])
        return week


def _mark_spans(week: list[int], times: Sequence[Span], first: datetime, last: datetime) -> None:
    for start, end in times:
        begin, until = max(start, first), min(end, last)
        if begin < until:
            mark_hours(week, minute_at_or_before(begin), minute_at_or_after(until))
