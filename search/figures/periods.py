"""The periods that figures are about. Pure.

They never overlap, and begin and end with weeks of UTC counted from when the programme was made, which no manager can
change: otherwise two answers for nearly the same time would say what happened in between.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

WEEK = timedelta(weeks=1)
WEEKS = 12
LONGEST = WEEKS * WEEK


@dataclass(frozen=True, slots=True)
class Period:
    """Weeks `first_week` to `last_week` of a programme. Of the latest one only those weeks that are over.

    Its figures are told as things were at `until`, so they change once a week at most.
    """

    number: int
    since: datetime
    until: datetime
    seen_at: datetime

    @property
    def first_week(self) -> int:
        return (self.number - 1) * WEEKS + 1

    @property
    def last_week(self) -> int:
        return self.first_week + (self.until - self.since) // WEEK - 1

    @property
    def first_day(self) -> date:
        return self.since.date()

    @property
    def last_day(self) -> date:
        return self.until.date() - timedelta(days=1)


def week_start(moment: datetime) -> datetime:
    """The Monday, at midnight UTC, on or before this moment."""
    day = moment.astimezone(UTC).date()
    return datetime.combine(day - timedelta(days=day.weekday()), time(), UTC)


def list_periods(made_at: datetime, now: datetime) -> list[Period]:
    """The latest first; none until a programme's first week is over."""
    first, seen_at = week_start(made_at), week_start(now)
    found: list[Period] = []
    since = first
    while since < seen_at:
        found.append(Period(len(found) + 1, since, min(since + LONGEST, seen_at), seen_at))
        since += LONGEST
    return found[::-1]
