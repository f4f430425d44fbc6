"""What the slot engine is given: a mentor's rules for time, and their time that is taken."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from common.zones import is_known_zone

from . import walltime
from .walltime import DAY, Spans


@dataclass(frozen=True, slots=True)
class Rules:
    """A mentor's rules for time. Windows are in wall-clock minutes from local midnight, 0 to 1440, half-open.

    `windows` are (ISO weekday, start, end). `overrides` replace a local date's windows; an empty one closes the date.
    `time_off` are first and last local date, both closed, whatever an override says. `buffer` and `notice` are minutes.
    Slots on local dates before `paused_until` are refused. Raises ValueError for rules without meaning.
    """

    zone: str
    windows: tuple[tuple[int, int, int], ...] = ()
    overrides: Mapping[date, Spans] = field(default_factory=dict)
    time_off: tuple[tuple[date, date], ...] = ()
    buffer: int = 5
    notice: int = 240
    horizon_days: int = 30
    max_per_day: int | None = None
    max_per_week: int | None = None
    paused_until: date | None = None
    _week: tuple[Spans, ...] = field(init=False, repr=False, compare=False)
    _dates: Mapping[int, Spans] = field(init=False, repr=False, compare=False)
    _off: Spans = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not is_known_zone(self.zone):
            raise ValueError(f"{self.zone!r} is not a time zone we know: use a city's, such as Europe/Lisbon, or UTC.")
        check_range("buffer", self.buffer, 0, DAY)
        check_range("notice", self.notice, 0, 366 * DAY)
        check_range("horizon_days", self.horizon_days, 0, 365)
        for name, cap in (("max_per_day", self.max_per_day), ("max_per_week", self.max_per_week)):
            if cap is not None:
                check_range(name, cap, 1, 10_000)
        week: list[list[tuple[int, int]]] = [[] for _ in range(7)]
        for weekday, start, end in self.windows:
            check_range("ISO weekday", weekday, 1, 7)
            week[weekday - 1].append((start, end))
        if any(last < first for first, last in self.time_off):
            raise ValueError("Time off ends before it starts.")
        off = tuple((walltime.day_number(first), walltime.day_number(last)) for first, last in self.time_off)
        # The class is frozen; what is derived from its fields can only be set like this.
        object.__setattr__(self, "_week", tuple(walltime.join_windows(spans) for spans in week))
        object.__setattr__(
            self,
            "_dates",
            {walltime.day_number(day): walltime.join_windows(spans) for day, spans in self.overrides.items()},
        )
        object.__setattr__(self, "_off", off)

    @property
    def has_caps(self) -> bool:
        return self.max_per_day is not None or self.max_per_week is not None

    def is_off(self, day: int) -> bool:
        return any(first <= day <= last for first, last in self._off)

    def windows_on(self, day: int) -> Spans:
        """The wall-clock windows of a date (days from 1970-01-01), in order, with those that touch joined."""
        if self._off and self.is_off(day):
            return ()
        windows = self._dates.get(day) if self._dates else None
        return self._week[(day + 3) % 7] if windows is None else windows


@dataclass(frozen=True, slots=True)
class Taken:
    """Time of the mentor that is taken, as aware datetimes.

    `counts_as_given`: a session they give, which keeps the buffer and counts for caps; else a session they take or a
    hold (time only). `blocks_time` is False for what only counts for caps (a completed session).
    """

    start: datetime
    end: datetime
    counts_as_given: bool = True
    blocks_time: bool = True
    first_minute: int = field(init=False, repr=False, compare=False)
    end_minute: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        start, end = walltime.elapsed_since_epoch(self.start), walltime.elapsed_since_epoch(self.end)
        if end <= start:
            raise ValueError("What is taken ends before it starts.")
        object.__setattr__(self, "first_minute", start // walltime.MINUTE)
        object.__setattr__(self, "end_minute", -(-end // walltime.MINUTE))

    def overlaps(self, start: int, end: int) -> bool:
        return self.blocks_time and self.first_minute < end and start < self.end_minute


class TakenMinutes(NamedTuple):
    """`Taken` as the database tells it: the minutes that it touches. It is made more quickly, and a mentor may have
    hundreds of these.
    """

    first_minute: int
    end_minute: int
    counts_as_given: bool = False
    blocks_time: bool = True

    def overlaps(self, start: int, end: int) -> bool:
        return self.blocks_time and self.first_minute < end and start < self.end_minute


Block = Taken | TakenMinutes
# The first minute of a time at which another calendar says that the mentor is busy, and the one after its last. It
# keeps no buffer and counts for no cap: both are about sessions here. Plain pairs, since a mentor may have hundreds.
BusyMinutes = tuple[int, int]


def check_range(name: str, value: int, least: int, most: int) -> None:
    if not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"{name} is {value!r}: it must be a whole number from {least} to {most}.")
