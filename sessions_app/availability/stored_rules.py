"""A mentor's rules, from the texts in which a row of `timetable.COLUMNS` tells them."""

import json
from datetime import date
from functools import lru_cache

from common.zones import canonical_zone
from sessions_app.models.schedules import spans_of

from .rules import Rules

# Some 2 KB each.
MOST_KEPT = 2048
# How many columns tell them
RULES_WIDTH = 10
# An array of numbers as PostgreSQL writes it
AS_JSON = str.maketrans("{}", "[]")


@lru_cache(maxsize=MOST_KEPT)
def read_rules(
    zone: str,
    buffer: int,
    notice: int,
    horizon_days: int,
    max_per_day: int | None,
    max_per_week: int | None,
    paused_until: date | None,
    windows: str,
    overrides: str | None,
    time_off: str | None,
) -> Rules:
    """From what the row says. The same text always means the same rules, and those who are free soonest are on nearly
    every page of results, so theirs are kept.
    """
    return Rules(
        # A name that the zone database has retired since it was saved is replaced by its present one.
        zone=canonical_zone(zone) or zone,
        windows=tuple((weekday, start, end) for weekday, start, end in json.loads(windows.translate(AS_JSON))),
        overrides={date.fromisoformat(day): spans_of(minutes) for day, minutes in json.loads(overrides or "[]")},
        time_off=tuple(
            (date.fromisoformat(first), date.fromisoformat(last)) for first, last in json.loads(time_off or "[]")
        ),
        buffer=buffer,
        notice=notice,
        horizon_days=horizon_days,
        max_per_day=max_per_day,
        max_per_week=max_per_week,
        paused_until=paused_until,
    )
