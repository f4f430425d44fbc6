"""Invented weekly hours: of people with a job, with children, or on the other side of the world."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from sessions_app.availability.slots import Rules

HOUR = 60
ALL, WORKDAYS, WEEKEND = range(1, 8), range(1, 6), (6, 7)
# How many days of which weekdays, between which hours, and how many of a hundred mentors have such a week
PATTERNS = (
    (30, WORKDAYS, (2, 3), ((18, 20), (18.5, 21), (19, 21), (17.5, 19.5))),
    (14, WORKDAYS, (3, 5), ((12, 13.5), (12.5, 14))),
    (12, WORKDAYS, (2, 4), ((7, 9), (6.5, 8.5), (8, 9.5))),
    (14, WORKDAYS, (3, 5), ((9, 12), (10, 12.5), (14, 17), (13, 16))),
    (10, WEEKEND, (1, 2), ((10, 13), (9, 12), (15, 18))),
    (8, ALL, (2, 5), ((20, 22), (21, 24))),
    (8, ALL, (3, 6), ((8, 10), (16, 19))),
    (4, WORKDAYS, (4, 5), ((9, 17), (8, 16))),
)
Week = dict[int, list[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class SchedulePlan:
    zone: str
    windows: tuple[tuple[int, int, int], ...]
    buffer: int = 5
    notice: int = 240
    horizon_days: int = 30
    max_per_day: int | None = None
    max_per_week: int | None = None
    overrides: dict[date, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    time_off: tuple[tuple[date, date], ...] = ()

    def rules(self, *, horizon_days: int | None = None) -> Rules:
        """For the slot engine. `horizon_days`: to ask about another time than the mentor's own horizon allows."""
        return Rules(
            zone=self.zone,
            windows=self.windows,
            overrides=self.overrides,
            time_off=self.time_off,
            buffer=self.buffer,
            notice=self.notice,
            horizon_days=self.horizon_days if horizon_days is None else horizon_days,
            max_per_day=self.max_per_day,
            max_per_week=self.max_per_week,
        )


def invent_schedule(rng: Random, zone: str, today: date) -> SchedulePlan:
    windows = _invent_windows(rng)
    return SchedulePlan(
        zone=zone,
        windows=windows,
        buffer=rng.choices((0, 5, 10, 15), (10, 60, 20, 10))[0],
        notice=rng.choices((60, 120, 240, 720, 1440, 2880), (8, 12, 50, 15, 12, 3))[0],
        horizon_days=rng.choices((14, 21, 30, 45, 60), (10, 10, 60, 10, 10))[0],
        max_per_day=rng.choices((None, 1, 2, 3), (70, 8, 14, 8))[0],
        max_per_week=rng.choices((None, 2, 3, 5), (40, 30, 18, 12))[0],
        overrides=_invent_overrides(rng, today) if rng.random() < 0.25 else {},
        time_off=_time_off(rng, today) if rng.random() < 0.15 else (),
    )


def _invent_windows(rng: Random) -> tuple[tuple[int, int, int], ...]:
    week: Week = {}
    weights = [pattern[0] for pattern in PATTERNS]
    for _weight, days, (fewest, most), hours in rng.choices(PATTERNS, weights, k=rng.choices((1, 2), (65, 35))[0]):
        start, end = rng.choice(hours)
        for day in rng.sample(list(days), min(len(days), rng.randint(fewest, most))):
            _add_window(week, day, round(start * HOUR), round(end * HOUR))
    return tuple(sorted((day, start, end) for day, spans in week.items() for start, end in spans))


def _add_window(week: Week, day: int, start: int, end: int) -> None:
    """Add a window where it touches no other of its day: the database refuses windows that overlap."""
    if all(end < other[0] or other[1] < start for other in week.get(day, [])):
        week.setdefault(day, []).append((start, end))


def _invent_overrides(rng: Random, today: date) -> dict[date, tuple[tuple[int, int], ...]]:
    """One to three dates of the next three weeks that are closed, or open at other hours."""
    days = [today + timedelta(days=ahead) for ahead in sorted(rng.sample(range(2, 22), rng.randint(1, 3)))]
    return {day: () if rng.random() < 0.5 else ((10 * HOUR, 12 * HOUR),) for day in days}


def _time_off(rng: Random, today: date) -> tuple[tuple[date, date], ...]:
    first = today + timedelta(days=rng.randint(4, 25))
    return ((first, first + timedelta(days=rng.randint(2, 12))),)
