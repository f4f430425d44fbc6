"""The same instant reads the same on page, in mail and in calendar file: six pairs of zones, four changes of clocks.

What people read is turned back into an instant with nothing but the words and the reader's zone. Words that could mean
two instants fail here.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from email.message import EmailMessage
from html import unescape
from zoneinfo import ZoneInfo

import pytest
import time_machine

from accounts.models import User
from common.zones import city_of
from notifications.tasks import drain_outbox
from sessions_app.booking.changes import move_booking
from sessions_app.invites.feeds import calendar_of
from sessions_app.models import Booking
from tests.conftest import at, make_mentor, make_person
from tests.sessions_app.conftest import book
from tests.sessions_app.helpers.calendars import read_one
from tests.smtp import html_of, smtp_sink, text_of  # noqa: F401 - smtp_sink is a fixture

pytestmark = pytest.mark.django_db
LENGTH = timedelta(minutes=45)
DAY = timedelta(days=1)
ALWAYS = [(weekday, 0, 1440) for weekday in range(1, 8)]

# The mentor's, the mentee's, and the mentee's clock.
PAIRS = [
    ("Europe/London", "Asia/Kolkata", "24"),  # half an hour
    ("America/New_York", "Europe/Berlin", "12"),  # both change, a week apart
    ("Australia/Sydney", "America/Los_Angeles", "12"),  # south and north, another day
    ("Australia/Lord_Howe", "Europe/Lisbon", "24"),  # changes by half an hour
    ("America/St_Johns", "Asia/Kathmandu", "12"),  # half and three quarters of an hour
    ("Pacific/Auckland", "America/Santiago", "24"),  # both in the south
]
STARTS = {
    "Europe goes back": at("2026-10-25 00:30"),  # in London from the first 01:30 to the second 01:15
    "America goes back": at("2026-11-01 05:30"),  # in New York from the first 01:30 to the second 01:15
    "Europe goes forward": at("2027-03-28 00:30"),  # in London over the gap, 00:30 to 02:15
    # On Lord Howe from the first 01:30 to the second 01:45; in Sydney and Auckland inside the hour that comes twice.
    "the south goes back": at("2027-04-03 14:30"),
}

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)
CITIES = "|".join(re.escape(city_of(zone)) for pair in PAIRS for zone in pair[:2])
DATE = rf"(?P<weekday>{'|'.join(WEEKDAYS)}) (?P<day>\d+) (?P<month>{'|'.join(MONTHS)})(?: (?P<year>\d{{4}}))?"
CLOCK = r"\d{1,2}:\d\d(?: [ap]m)?(?: \(UTC(?:[+−]\d+(?::\d\d)?)?\))?"
SPAN = rf"{CLOCK} ?– ?{CLOCK}"
OWN = re.compile(rf"{DATE},? (?P<span>{SPAN})")
THEIRS = re.compile(rf"(?P<span>{SPAN})(?: (?P<weekday>{'|'.join(WEEKDAYS)}))? for \w+ in (?P<city>{CITIES})")
CLOCK_PARTS = re.compile(r"(\d+):(\d\d)(?: ([ap]m))?(?: \((UTC.*?)\))?$")


@dataclass(frozen=True)
class Words:
    """What one reader is told about the time: their own day and span, and the other's."""

    own: str
    theirs: str


def words_in(text: str) -> Words:
    text = " ".join(text.split())
    own, theirs = OWN.search(text), THEIRS.search(text)
    assert own, text
    assert theirs, text
    return Words(own[0].replace(",", ""), theirs[0])


def own_instants(words: Words, zone: str) -> tuple[datetime, datetime]:
    found = OWN.search(words.own)
    year = int(found["year"] or 0) or None
    day = date(year or YEAR[found["month"]], MONTHS.index(found["month"]) + 1, int(found["day"]))
    assert WEEKDAYS[day.weekday()] == found["weekday"]
    return span_instants(found["span"], day, zone)


YEAR = {"October": 2026, "November": 2026, "March": 2027, "April": 2027}


def their_instants(words: Words, readers_day: date, zone: str) -> tuple[datetime, datetime]:
    """The other's day is the reader's unless its weekday is said."""
    found = THEIRS.search(words.theirs)
    assert found["city"] == city_of(zone)
    days = [readers_day + timedelta(days=away) for away in (-1, 0, 1)]
    said = found["weekday"] or WEEKDAYS[readers_day.weekday()]
    [day] = [day for day in days if WEEKDAYS[day.weekday()] == said]
    return span_instants(found["span"], day, zone)


def span_instants(span: str, day: date, zone: str) -> tuple[datetime, datetime]:
    first, last = (part.strip() for part in span.split("–"))
    if last.endswith("m") and not first.endswith("m"):
        first += last[-3:]
    start, end = clock_instant(first, day, zone), clock_instant(last, day, zone)
    return start, end if end > start else clock_instant(last, day + DAY, zone)


def clock_instant(clock: str, day: date, zone: str) -> datetime:
    hour, minute, half, offset = CLOCK_PARTS.match(clock).groups()
    hour = int(hour) if half is None else int(hour) % 12 + (12 if half == "pm" else 0)
    wall = datetime(day.year, day.month, day.day, hour, int(minute), tzinfo=ZoneInfo(zone))
    readings = {wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1)}
    if offset:
        sign, hours, minutes = re.match(r"UTC(?:([+−])(\d+)(?::(\d\d))?)?", offset).groups()
        east = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == "−" else 1)
        readings &= {wall.replace(tzinfo=timezone(east)).astimezone(UTC)}
    [instant] = readings  # neither two readings nor none
    assert f"{instant.astimezone(ZoneInfo(zone)):%H:%M}" == f"{wall:%H:%M}", "a time that the clocks jump over"
    return instant


@dataclass(frozen=True)
class Case:
    booking: Booking
    mentor: User
    mentee: User
    now: datetime

    def readers(self) -> list[tuple[User, User]]:
        return [(self.mentor, self.mentee), (self.mentee, self.mentor)]


@pytest.fixture(params=STARTS.values(), ids=STARTS)
def start(request) -> datetime:
    return request.param


@pytest.fixture(params=PAIRS, ids=lambda pair: f"{city_of(pair[0])} and {city_of(pair[1])}")
def case(request, db, start) -> Case:
    mentors_zone, mentees_zone, hour_cycle = request.param
    mentor = make_person("alice@example.org", "Alice Adair", mentors_zone)
    mentee = make_person("bob@example.org", "Bob Bose", mentees_zone, hour_cycle=hour_cycle)
    now = start - timedelta(hours=30)
    profile = make_mentor(mentor, windows=ALWAYS, length=45)
    profile.offers.update(step=5)
    offer = profile.offers.get()
    return Case(book(offer, mentee, start, now=now), mentor, mentee, now)


def page_of(case: Case, reader: User, client_for, now: datetime) -> str:
    with time_machine.travel(now, tick=False):
        return client_for(reader).get(f"/sessions/{case.booking.uuid}/").content.decode()


def shown(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<(title|style)\b.*?</\1>", "", html, flags=re.DOTALL))).replace(
        " ,", ","
    )


def mails_at(sink, now: datetime) -> dict[str, EmailMessage]:
    sink.mails.clear()
    drain_outbox(now)
    return {mail["To"].addresses[0].addr_spec: mail for mail in sink.mails}


def assert_reads(words: Words, reader: User, other: User, start: datetime) -> None:
    assert own_instants(words, reader.timezone) == (start, start + LENGTH)
    readers_day = start.astimezone(reader.zone).date()
    assert their_instants(words, readers_day, other.timezone) == (start, start + LENGTH)


def test_page_mail_and_calendar_file_say_the_same_instant(case, start, client_for, smtp_sink):  # noqa: F811
    mails = mails_at(smtp_sink, case.now)

    for reader, other in case.readers():
        page = page_of(case, reader, client_for, case.now)
        words = words_in(shown(page))
        assert_reads(words, reader, other, start)
        mail = mails[reader.email]
        assert words_in(text_of(mail)) == words
        assert words_in(shown(html_of(mail))) == words
        assert f'datetime="{start:%Y-%m-%dT%H:%MZ}"' in page
        for content in calendar_files(case, reader, mail, client_for):
            event = read_one(content)[1]
            assert (event.start, event.end) == (start, start + LENGTH)


def calendar_files(case: Case, reader: User, mail: EmailMessage, client_for) -> list[bytes]:
    """The mail's part and its attachment, the download, the feed."""
    parts = [part for part in mail.walk() if part.get_content_type() in ("text/calendar", "application/ics")]
    assert len(parts) == 2
    with time_machine.travel(case.now, tick=False):
        download = client_for(reader).get(f"/sessions/{case.booking.uuid}/calendar.ics").content
    raw = [part.get_payload(decode=True) for part in parts]
    return [*raw, download, calendar_of(reader, now=case.now)]


def test_reminder_on_the_other_side_of_the_change_says_the_same(case, start, client_for, smtp_sink):  # noqa: F811
    mails_at(smtp_sink, case.now)

    mails = mails_at(smtp_sink, start - DAY)

    for reader, other in case.readers():
        page = page_of(case, reader, client_for, start - DAY)
        words = words_in(shown(page))
        assert_reads(words, reader, other, start)
        assert words_in(text_of(mails[reader.email])) == words
        assert words_in(shown(html_of(mails[reader.email]))) == words


def test_session_moved_over_the_change_says_the_same(case, start, client_for, smtp_sink):  # noqa: F811
    mails_at(smtp_sink, case.now)
    later, now = start + timedelta(days=1, hours=3), case.now + timedelta(minutes=5)
    move_booking(booking=case.booking, start=later, by=case.mentor, now=now)

    mails = mails_at(smtp_sink, now)

    for reader, other in case.readers():
        words = words_in(shown(page_of(case, reader, client_for, now)))
        assert_reads(words, reader, other, later)
        assert words_in(text_of(mails[reader.email])) == words
        assert words_in(shown(html_of(mails[reader.email]))) == words
        for content in calendar_files(case, reader, mails[reader.email], client_for):
            assert read_one(content)[1].start == later


def test_ways_into_web_calendars_name_the_instant(case, start, client_for):
    page = page_of(case, case.mentee, client_for, case.now)

    assert f"dates={start:%Y%m%dT%H%M%SZ}%2F{start + LENGTH:%Y%m%dT%H%M%SZ}" in page
    assert f"startdt={start:%Y-%m-%dT%H%%3A%M%%3A%SZ}" in page


@pytest.mark.parametrize(
    ("clock", "zone", "day"),
    [
        pytest.param("01:15", "Europe/London", date(2026, 10, 25), id="twice"),
        pytest.param("01:30", "Europe/London", date(2027, 3, 28), id="never"),
    ],
)
def test_reading_back_refuses_words_that_could_mean_two_instants_or_none(clock, zone, day):
    with pytest.raises((ValueError, AssertionError)):
        clock_instant(clock, day, zone)
