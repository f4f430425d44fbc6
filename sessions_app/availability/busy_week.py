"""The next seven days of what calendars elsewhere say, for pages of the person whose calendars they are."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from accounts.models import User
from common.times import DAY_MINUTES, in_zone
from sessions_app.models import BusySpan
from sessions_app.models.busy import open_title

DAYS = 7


@dataclass(frozen=True, slots=True)
class NamedCalendar:
    """`number` is what spans call it. `warning`: why it can't be relied on any more, if that is so."""

    number: int
    name: str
    warning: str = ""


# The app of calendars enters what a person has connected.
list_calendars: list[Callable[[User, datetime], list[NamedCalendar]]] = []


@dataclass(frozen=True, slots=True)
class BusyTime:
    """Within one day, by the clock of its zone. `title`: of the event, if its person has titles kept. `colour`:
    that of its calendar, as a number from 0 on.
    """

    start: datetime
    end: datetime
    name: str
    title: str
    colour: int
    first_minute: int
    end_minute: int

    @property
    def is_whole_day(self) -> bool:
        return (self.first_minute, self.end_minute) == (0, DAY_MINUTES)


@dataclass(frozen=True, slots=True)
class BusyDay:
    start: datetime
    times: Sequence[BusyTime]

    @property
    def bar(self) -> list[tuple[int, int, int]]:
        return [(time.first_minute, time.end_minute, time.colour) for time in self.times]


@dataclass(frozen=True, slots=True)
class BusyWeek:
    """`days` are those on which something is busy."""

    calendars: Sequence[NamedCalendar]
    days: Sequence[BusyDay]

    @property
    def has_several(self) -> bool:
        return len(self.calendars) > 1

    @property
    def warnings(self) -> list[NamedCalendar]:
        return [one for one in self.calendars if one.warning]


def busy_week_of(person: User, *, zone: str, now: datetime) -> BusyWeek:
    """For `person` alone: there may be titles in it."""
    calendars = [one for list_theirs in list_calendars for one in list_theirs(person, now)]
    if not calendars:
        return BusyWeek((), ())
    # In the order in which they were connected, so that a new name or a new calendar changes no colour.
    order = sorted(one.number for one in calendars)
    names = {one.number: (one.name, order.index(one.number)) for one in calendars}
    midnights = list(_midnights(zone, now))
    during = DateTimeTZRange(now, midnights[-1], "[)")
    found = BusySpan.objects.filter(person=person, calendar__in=names, during__overlap=during).order_by("during")
    rows = found.values_list("calendar", "sealed_title", "during__startswith", "during__endswith")
    spans = _joined((_Event(calendar, open_title(sealed)), start, end) for calendar, sealed, start, end in rows)
    days = []
    for start, end in pairwise(midnights):
        inside = [
            _time_of(max(first, start), min(last, end), event, day=start, calendar=names[event.calendar], zone=zone)
            for event, first, last in spans
            if first < end and start < last
        ]
        if inside:
            days.append(BusyDay(start, inside))
    return BusyWeek(calendars, days)


def _midnights(zone: str, now: datetime) -> Iterator[datetime]:
    today = in_zone(now, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    for number in range(DAYS + 1):
        yield today + timedelta(days=number)


class _Event(NamedTuple):
    """What is told apart: times of one calendar, by their title if that is kept."""

    calendar: int
    title: str


def _joined(rows: Iterable[tuple[_Event, datetime, datetime]]) -> list[tuple[_Event, datetime, datetime]]:
    """In order of time, with those of one event that touch or overlap made one."""
    last: dict[_Event, int] = {}
    joined: list[tuple[_Event, datetime, datetime]] = []
    for event, start, end in rows:
        place = last.get(event)
        if place is not None and start <= joined[place][2]:
            joined[place] = (event, joined[place][1], max(joined[place][2], end))
        else:
            last[event] = len(joined)
            joined.append((event, start, end))
    return joined


def _time_of(
    start: datetime, end: datetime, event: _Event, *, day: datetime, calendar: tuple[str, int], zone: str
) -> BusyTime:
    name, colour = calendar
    first, last = in_zone(start, zone), in_zone(end, zone)
    first_minute = first.hour * 60 + first.minute
    end_minute = last.hour * 60 + last.minute if last.date() == day.date() else DAY_MINUTES
    # In the hour that comes twice a clock can show an earlier end.
    return BusyTime(start, end, name, event.title, colour, first_minute, max(first_minute, end_minute))
