"""In which order rows of the index are looked at: by a whole number that stands for no later than their start. Pure.

Who is asked for at any time from now on comes by their bound. But a bound of the first start says little about the
first evening or next week: for those the key is the first hour of UTC asked about in which the rules may be open.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple, Protocol

from sessions_app.walltime import EPOCH, MINUTE, instant, minute_at_or_after, minute_at_or_before

from .outlook import HOUR, HOURS, NEAR, WEEKDAYS, mark
from .wishes import Span

DAY = timedelta(days=1)
# Days that are looked at one by one. Weeks are much alike, so all that lies after them is one more key, the last.
DAYS_APART = 8
DAY_BITS = 1 << HOURS
LATER = DAYS_APART * DAY_BITS + 1


class Key(NamedTuple):
    """Of a row with its `floor`, in SQL: null for whoever has no such time.

    `columns` of the row are what it is made of, `conditions` hold where it isn't null, `values` are what both name.
    """

    sql: str
    values: dict[str, Any]
    columns: Collection[str] = ()
    conditions: Collection[str] = ()


class Keys(Protocol):
    def key(self, times: Sequence[Span], name: str) -> Key:
        """`times` are those that the search asks about, or the first of them, cut off at a full hour.

        What the key names begins with `name`.
        """

    def key_of(self, moment: datetime) -> int:
        """The least key of those who start at `moment`, a full hour, or later."""

    def bound(self, key: int) -> datetime:
        """No start asked about lies before it."""


def keys_for(times: Sequence[Span], now: datetime) -> Keys:
    return Soonest(times[0][0]) if len(times) == 1 and times[0][0] <= now else FirstHour(times, now)


@dataclass(frozen=True, slots=True)
class Soonest:
    """The bound itself, in minutes from 1970-01-01 UTC."""

    begin: datetime

    def key(self, times: Sequence[Span], name: str) -> Key:
        return Key(f"greatest(floor, %({name}_begin)s)", {f"{name}_begin": self.key_of(self.begin)})

    def key_of(self, moment: datetime) -> int:
        return minute_at_or_after(moment)

    def bound(self, key: int) -> datetime:
        return instant(key)


@dataclass(frozen=True, slots=True)
class FirstHour:
    """The day, counted from the first midnight of UTC, and the bit of the hour in one number."""

    times: Sequence[Span]
    now: datetime

    @property
    def midnight(self) -> datetime:
        return datetime.combine(self.times[0][0].date(), time(), tzinfo=EPOCH.tzinfo)

    def key(self, times: Sequence[Span], name: str) -> Key:
        cases, tests = [], []
        values: dict[str, Any] = {}
        columns = set()
        for day, bits in enumerate(self._days(times)):
            if bits:
                values |= {f"{name}_bits{day}": bits, f"{name}_day{day}": minute_at_or_after(self._day(day + 1))}
                column, at = self._column(day)
                shared = f"({column}{at} & %({name}_bits{day})s)"
                first = f"{day * DAY_BITS} + ({shared} & -{shared})"
                columns.add(column)
                tests.append(f"{shared} <> 0")
                cases.append(f"WHEN {tests[-1]} AND floor < %({name}_day{day})s THEN {first}")
        for weekday, bits in enumerate(self._rest(times), start=1):
            if bits:
                values[f"{name}_rest{weekday}"] = bits
                columns.add("any_week")
                tests.append(f"any_week[{weekday}] & %({name}_rest{weekday})s <> 0")
                cases.append(f"WHEN {tests[-1]} THEN {LATER}")
        return Key(f"CASE {' '.join(cases)} END", values, columns, (f"({' OR '.join(tests)})",))

    def key_of(self, moment: datetime) -> int:
        day, hour = divmod((moment - self.midnight) // (HOUR * MINUTE), HOURS)
        return day * DAY_BITS + (1 << hour) if day < DAYS_APART else LATER

    def bound(self, key: int) -> datetime:
        day, bit = divmod(key, DAY_BITS)
        hour = self._day(day) + (bit.bit_length() - 1) * HOUR * MINUTE
        return next((max(hour, start) for start, end in self.times if end > hour), hour)

    def _day(self, number: int) -> datetime:
        return self.midnight + number * DAY

    def _column(self, day: int) -> tuple[str, str]:
        """The column with the hours of that day, and where in it they are."""
        weekday = self._day(day).weekday()
        soon = self._day(DAYS_APART) <= self.now + NEAR
        return (WEEKDAYS[weekday], "") if soon else ("any_week", f"[{weekday + 1}]")

    def _days(self, times: Sequence[Span]) -> Iterator[int]:
        """For each of the first days of UTC, the hours that the times touch, as bits."""
        for day in range(DAYS_APART):
            week = [0] * 7
            _mark(week, times, self._day(day), self._day(day + 1))
            yield sum(week)

    def _rest(self, times: Sequence[Span]) -> list[int]:
        """For each weekday of UTC, the hours that the times after those days touch."""
        week = [0] * 7
        _mark(week, times, self._day(DAYS_APART), times[-1][1])
        return week


def _mark(week: list[int], times: Sequence[Span], first: datetime, last: datetime) -> None:
    for start, end in times:
        begin, until = max(start, first), min(end, last)
        if begin < until:
            mark(week, minute_at_or_before(begin), minute_at_or_after(until))
