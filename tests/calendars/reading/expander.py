"""Expands series slowly: looks at every date one after the other, and at every minute for what a wall shows."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True)
class Series:
    """`until` is a date, which the series includes. `left_out`, `moved` and `cancelled_from` are numbers of occurrences
    of the rule: the first is 0. `moved` says by how many minutes on the wall.
    """

    zone: str
    first: date
    minute: int
    length: int
    frequency: str
    interval: int
    weekdays: tuple[int, ...] = ()
    month_day: int | None = None
    count: int | None = None
    until: date | None = None
    left_out: frozenset[int] = frozenset()
    moved: dict[int, int] = field(default_factory=dict)


def expand(series: Series, begin: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """The spans in UTC that touch [begin, end), cut off at both."""
    spans = []
    for number, day in enumerate(dates_of(series, (end + 2 * DAY).date())):
        if number in series.left_out:
            continue
        wall = datetime.combine(day, time()) + series.minute * MINUTE + series.moved.get(number, 0) * MINUTE
        start = shown_at(series.zone, wall)
        finish = start + series.length * MINUTE
        if start < end and begin < finish and start < finish:
            spans.append((max(start, begin), min(finish, end)))
    return sorted(spans)


def dates_of(series: Series, last: date) -> list[date]:
    found: list[date] = []
    day = series.first
    while day <= (series.until or last) and day <= last and (series.count is None or len(found) < series.count):
        # The first date belongs to a series whatever its rule says; ours fit their rules.
        if is_in_rule(series, day):
            found.append(day)
        day += DAY
    return found


def is_in_rule(series: Series, day: date) -> bool:
    if series.frequency == "DAILY":
        return (day - series.first).days % series.interval == 0
    if series.frequency == "WEEKLY":
        monday, first_monday = day - day.weekday() * DAY, series.first - series.first.weekday() * DAY
        return day.weekday() in series.weekdays and (monday - first_monday).days // 7 % series.interval == 0
    months = (day.year - series.first.year) * 12 + day.month - series.first.month
    return day.day == series.month_day and months % series.interval == 0


@cache
def shown_at(zone: str, wall: datetime) -> datetime:
    """The first instant at which the wall shows this; a time that it skips counts with the offset from before."""
    there = ZoneInfo(zone)
    guess = wall.replace(tzinfo=UTC)
    for minutes in range(-15 * 60, 15 * 60 + 1):
        moment = guess + minutes * MINUTE
        if moment.astimezone(there).replace(tzinfo=None) == wall:
            return moment
    before = (guess - DAY).astimezone(there).utcoffset()
    return guess - before


def written(series: Series, *, date_until: bool) -> list[str]:
    """The lines of the series' VEVENTs, the moved ones last. `date_until`: UNTIL as a date, else as a time in UTC."""
    start = datetime.combine(series.first, time()) + series.minute * MINUTE
    rule = [f"FREQ={series.frequency}", f"INTERVAL={series.interval}"]
    if series.frequency == "WEEKLY":
        rule.append("BYDAY=" + ",".join(WEEKDAYS[number] for number in series.weekdays))
    if series.frequency == "MONTHLY":
        rule.append(f"BYMONTHDAY={series.month_day}")
    if series.count is not None:
        rule.append(f"COUNT={series.count}")
    if series.until is not None:
        last = shown_at(series.zone, datetime.combine(series.until, time(23, 59)))
        rule.append(f"UNTIL={series.until:%Y%m%d}" if date_until else f"UNTIL={last:%Y%m%dT%H%M%SZ}")
    # Long enough for the numbers that tests leave out or move.
    days = dates_of(series, series.first + 800 * DAY)
    walls = [datetime.combine(day, time()) + series.minute * MINUTE for day in days]
    lines = [
        "BEGIN:VEVENT",
        "UID:s",
        f"DTSTART;TZID={series.zone}:{start:%Y%m%dT%H%M%S}",
        f"DURATION:PT{series.length}M",
    ]
    lines.append("RRULE:" + ";".join(rule))
    lines += [
        f"EXDATE;TZID={series.zone}:{walls[number]:%Y%m%dT%H%M%S}" for number in series.left_out if number < len(walls)
    ]
    lines.append("END:VEVENT")
    for number, minutes in series.moved.items():
        if number < len(walls) and number not in series.left_out:
            there = walls[number] + minutes * MINUTE
            lines += ["BEGIN:VEVENT", "UID:s", f"RECURRENCE-ID;TZID={series.zone}:{walls[number]:%Y%m%dT%H%M%S}"]
            lines += [f"DTSTART;TZID={series.zone}:{there:%Y%m%dT%H%M%S}", f"DURATION:PT{series.length}M", "END:VEVENT"]
    return lines
