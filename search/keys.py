"""In which order rows of the index are looked at: by a whole number that stands for no later than their start. Pure.

Who is asked for at any time from now on comes by their bound. But a bound of the first start says little about the
first evening or next week: for those the key is the first hour of UTC asked about in which the rules may be open.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Protocol

from sessions_app.walltime import EPOCH, MINUTE, instant, minute_at_or_after, minute_at_or_before

from .outlook import HOUR, HOURS, NEAR, WEEKDAYS, mark
from .wishes import Span

DAY = timedelta(days=1)
# Days that are looked at one by one. Weeks are much alike, so all that lies after them is one more key, the last.
DAYS_APART = 8
DAY_BITS = 1 << HOURS
LATER = DAYS_APART * DAY_BITS + 1

Values = dict[str, Any]


class Keys(Protocol):
    """`times` begin with those that the whole search asks about; they may be cut off at a full hour."""

    def sql(self, times: Sequence[Span], name: str) -> tuple[str, Sequence[str], Values]:
        """The key of a row with its `floor`, null for whoever has no such time; conditions that hold where it isn't;
        and what both name, each beginning with `name`."""

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

    def sql(self, times: Sequence[Span], name: str) -> tuple[str, Sequence[str], Values]:
        return f"greatest(floor, %({name}_begin)s)", (), {f"{name}_begin": self.key_of(self.begin)}

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

    def sql(self, times: Sequence[Span], name: str) -> tuple[str, Sequence[str], Values]:
        cases, tests = [], []
        values: Values = {}
        for day, bits in enumerate(self._days(times)):
            if bits:
                values |= {f"{name}_bits{day}": bits, f"{name}_day{day}": minute_at_or_after(self._day(day + 1))}
                shared = f"({self._column(day)} & %({name}_bits{day})s)"
                first = f"{day * DAY_BITS} + ({shared} & -{shared})"
                cases.append(f"WHEN {shared} <> 0 AND floor < %({name}_day{day})s THEN {first}")
                tests.append(f"{shared} <> 0")
        for weekday, bits in enumerate(self._rest(times), start=1):
            if bits:
                values[f"{name}_rest{weekday}"] = bits
                tests.append(f"any_week[{weekday}] & %({name}_rest{weekday})s <> 0")
                cases.append(f"WHEN {tests[-1]} THEN {LATER}")
        return f"CASE {' '.join(cases)} END", (f"({' OR '.join(tests)})",), values

    def key_of(self, moment: datetime) -> int:
        day, hour = divmod((moment - self.midnight) // (HOUR * MINUTE), HOURS)
        return day * DAY_BITS + (1 << hour) if day < DAYS_APART else LATER

    def bound(self, key: int) -> datetime:
        day, bit = divmod(key, DAY_BITS)
        hour = self._day(day) + (bit.bit_length() - 1) * HOUR * MINUTE
        return next((max(hour, start) for start, end in self.times if end > hour), hour)

    def _day(self, number: int) -> datetime:
        return self.midnight + number * DAY

    def _column(self, day: int) -> str:
        weekday = self._day(day).weekday()
        return WEEKDAYS[weekday] if self._day(DAYS_APART) <= self.now + NEAR else f"any_week[{weekday + 1}]"

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
