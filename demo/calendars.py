"""Calendars elsewhere that the known accounts have connected, as reading them would have left them.

There is no server behind them, so none is due for a year. One that is asked to be read can’t be reached, and says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.models import User
from calendars.accounts import connect_caldav
from calendars.connecting import connect_address, count_connection, switch_calendar
from calendars.looking import Looked, note_failure, note_listing, note_looked
from calendars.models import AllDay, Connection
from calendars.reading.busy import Reading, Span
from calendars.sources.contract import Outcome, RemoteCalendar
from calendars.sources.opening import open_secret
from sessions_app.models import Booking

from .people import DOMAIN

HOUR, DAY, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=365)
CONNECTED_FOR = 12 * DAY
ADDRESS = f"https://calendar.{DOMAIN}/%s/basic.ics"
NO_SERVER = "none, since there is no server"
SATURDAY = 6


@dataclass(frozen=True, slots=True)
class Event:
    """On each of these days of the week (1 is Monday), by the clock of its person."""

    days: tuple[int, ...]
    start: time
    length: timedelta
    title: str


WORK = (
    Event((1, 3), time(9), HOUR, "Team standup and planning"),
    Event((2,), time(12), 2 * HOUR, "Interviews: senior designer"),
    Event((4,), time(11), HOUR, "Dentist"),
    Event((5,), time(8, 30), HOUR / 2, "Payroll sign-off"),
)
FAMILY = (
    Event((1, 2, 3, 4, 5), time(15), HOUR, "School run"),
    Event((SATURDAY,), time(10), 3 * HOUR, "Swimming"),
)


def write_calendars(*, priya: User, tomas: User, sam: User, jonas: User, now: datetime) -> None:
    """Priya’s are well, Tomás’s couldn’t be read since yesterday, Sam’s needs him, Jonas has yet to choose."""
    for name, events, keeps_titles in (("Work", WORK, True), ("Family", FAMILY, False)):
        _connect(priya, name, events, now, keeps_titles=keeps_titles)
    since = now - DAY - HOUR
    _fail(_connect(tomas, "Studio", WORK, since), "unreachable", (since, now), now)
    _fail(_connect(sam, "University", FAMILY, now - 3 * HOUR), "refused", (now - 2 * HOUR,), now)
    _let_choose(jonas, now)


def _connect(
    person: User, name: str, events: Sequence[Event], now: datetime, *, keeps_titles: bool = False
) -> Connection:
    made = connect_address(person=person, address=ADDRESS % name.lower(), now=now - CONNECTED_FOR)
    reading = _read(person, name, events, now)
    _note(made, {"": reading}, now - CONNECTED_FOR)
    count_connection(connection=made, now=now - CONNECTED_FOR)
    switch_calendar(
        calendar=made.calendars.get(),
        counts=True,
        treats_tentative=True,
        treats_all_day=AllDay.SAID,
        keeps_titles=keeps_titles,
        now=now - CONNECTED_FOR,
    )
    _note(made, {"": reading}, now)
    return made


def _let_choose(person: User, now: datetime) -> None:
    made = connect_caldav(person=person, address=f"dav.{DOMAIN}", user=person.email, password=NO_SERVER, now=now - HOUR)
    listed = [
        RemoteCalendar(f"/{name}/", name, "", is_writable=writable)
        for name, writable in (("Diary", True), ("Bank holidays", False))
    ]
    row = _lease(made, now)
    note_listing(row, listed, now)
    _note(made, {"/Diary/": _read(person, "", WORK, now), "/Bank holidays/": Reading(())}, now)


def _read(person: User, name: str, events: Sequence[Event], now: datetime) -> Reading:
    """The next four weeks, without what stands in the way of a session, or of one that was declined."""
    zone = ZoneInfo(person.zone_name)
    own = list(Booking.objects.visible_to(person).values_list("during", flat=True))
    titles = dict[Span, list[str]]()
    for number in range(28):
        day = (now + number * DAY).astimezone(zone).date()
        for event in events:
            start = datetime.combine(day, event.start, zone)
            span = Span(start, start + event.length)
            is_free = not any(one.lower < span.end and span.start < one.upper for one in own)
            if day.isoweekday() in event.days and is_free:
                titles[span] = [event.title]
    return Reading(tuple(sorted(titles)), name, titles=titles)


def _note(made: Connection, readings: dict[str, Reading], now: datetime) -> None:
    row = _lease(made, now)
    numbers = dict(row.calendars.values_list("remote_id", "pk"))
    looked = Looked({numbers[remote_id]: Outcome(reading, {}) for remote_id, reading in readings.items()})
    note_looked(row, looked, open_secret(row), now)
    _leave(made, now)


def _fail(made: Connection, code: str, moments: Sequence[datetime], now: datetime) -> None:
    for moment in moments:
        note_failure(_lease(made, moment), code, moment)
    _leave(made, now)


def _lease(made: Connection, now: datetime) -> Connection:
    """As a worker has it."""
    Connection.objects.filter(pk=made.pk).update(lease_until=now)
    return Connection.objects.select_related("person").get(pk=made.pk)


def _leave(made: Connection, now: datetime) -> None:
    Connection.objects.filter(pk=made.pk).update(next_at=now + YEAR)
