"""What happens to our mails in a real calendar: Radicale keeps it, a small CalDAV client takes the mails there."""

import http.client
import re
import subprocess
import sys
import time
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from urllib.parse import quote
from xml.etree import ElementTree

import pytest

from local.ports import free_port
from notifications.tasks import drain_outbox
from sessions_app.booking.changes import cancel_booking, move_booking
from sessions_app.booking.requests import accept_booking
from sessions_app.invites.feeds import calendar_of
from tests.conftest import NOW, at
from tests.sessions_app.conftest import THURSDAY, book
from tests.sessions_app.helpers.calendars import Read, read_both, read_one
from tests.smtp import smtp_sink  # noqa: F401 - smtp_sink is a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
HOUR = timedelta(hours=1)
FRIDAY, MONDAY = at("2026-11-27 10:00"), at("2026-11-30 11:00")
QUERY = """<c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">
<d:prop><d:getetag/><c:calendar-data/></d:prop>
<c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">
<c:time-range start="{start:%Y%m%dT%H%M%SZ}" end="{end:%Y%m%dT%H%M%SZ}"/>
</c:comp-filter></c:comp-filter></c:filter></c:calendar-query>"""
ANSWER_DATA = ".//{urn:ietf:params:xml:ns:caldav}calendar-data"


@pytest.fixture(scope="module")
def calendar_server(tmp_path_factory) -> int:
    """The port of a CalDAV server that knows everybody and stores in a folder of its own."""
    folder, port = tmp_path_factory.mktemp("calendars"), free_port()
    options = {
        "config": "",
        "server-hosts": f"127.0.0.1:{port}",
        "auth-type": "none",
        "storage-filesystem-folder": str(folder),
        "logging-level": "warning",
    }
    command = [sys.executable, "-m", "radicale", *(f"--{name}={value}" for name, value in options.items())]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_for(port, server)
            yield port
        finally:
            server.terminate()
            server.wait(10)
    assert "Traceback" not in (folder / "log").read_text()


def wait_for(port: int, server: subprocess.Popen) -> None:
    for _ in range(300):
        with suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/.web/")
            connection.getresponse().read()
            connection.close()
            return
        assert server.poll() is None, "the calendar server has ended"
        time.sleep(0.1)
    raise AssertionError("the calendar server does not answer")


@dataclass
class CalendarProgram:
    """One person's: a calendar on the server, and what RFC 5546 says to do with a mail's calendar part."""

    port: int
    person: str

    def __post_init__(self) -> None:
        self.ask("DELETE", "")
        assert self.ask("MKCALENDAR", "")[0] == 201

    def ask(self, method: str, name: str, body: bytes = b"", **headers: str) -> tuple[int, str, bytes]:
        """Status, ETag and content."""
        login = b64encode(f"{self.person}:secret".encode()).decode()
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request(
            method, f"/{self.person}/sessions/{quote(name)}", body, {"Authorization": f"Basic {login}", **named}
        )
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, answer.getheader("ETag", ""), content

    def receive(self, mail: EmailMessage) -> None:
        part = mail.get_body(("calendar",)) or next(
            part for part in mail.walk() if part.get_content_type() == "text/calendar"
        )
        content = part.get_content().replace("\r\n", "\n").replace("\n", "\r\n").encode()
        method, event = read_one(content)
        assert part.get_param("method") == method
        name = f"{event.uid}.ics"
        status, tag, kept = self.ask("GET", name)
        if status == 200 and read_one(kept)[1].sequence > event.sequence:
            return
        if method == "CANCEL":
            assert self.ask("DELETE", name, If_Match=tag)[0] == 200
            return
        # What is stored has no method (RFC 4791, 4.1).
        stored = re.sub(rb"METHOD:\w+\r\n", b"", content)
        unless = {"If_Match": tag} if status == 200 else {"If_None_Match": "*"}
        assert self.ask("PUT", name, stored, Content_Type="text/calendar; charset=utf-8", **unless)[0] in (201, 204)

    def events(self, start: datetime = NOW, end: datetime = NOW + timedelta(days=60)) -> list[Read]:
        """What the server finds in a span of time."""
        query = QUERY.format(start=start, end=end).encode()
        status, _tag, content = self.ask("REPORT", "", query, Depth="1", Content_Type="application/xml")
        assert status == 207
        found = ElementTree.fromstring(content).findall(ANSWER_DATA)  # noqa: S314 - our own server's
        return [read_one((data.text or "").encode())[1] for data in found]

    def all_names(self) -> list[str]:
        return [event.uid for event in read_both(self.ask("GET", "")[2])[1]]


@pytest.fixture
def programs(calendar_server, alice, bob) -> dict[str, CalendarProgram]:
    return {
        "alice@example.org": CalendarProgram(calendar_server, "alice"),
        bob.email: CalendarProgram(calendar_server, "bob"),
    }


@pytest.fixture
def post(smtp_sink):  # noqa: F811
    """post(now) sends what is due and gives each person's one mail by address."""

    def send(now: datetime) -> dict[str, EmailMessage]:
        smtp_sink.mails.clear()
        drain_outbox(now)
        mails = {mail["To"].addresses[0].addr_spec: mail for mail in smtp_sink.mails}
        assert len(mails) == len(smtp_sink.mails)
        return mails

    return send


def deliver(mails: dict[str, EmailMessage], programs: dict[str, CalendarProgram]) -> None:
    assert set(mails) == set(programs)
    for address, mail in mails.items():
        programs[address].receive(mail)


def seen(programs: dict[str, CalendarProgram], **span) -> list[list[tuple[str, int, str, datetime]]]:
    return [
        [(event.uid, event.sequence, event.status, event.start) for event in program.events(**span)]
        for program in programs.values()
    ]


def test_invite_move_and_cancel_are_one_event_moved_and_gone(offer, bob, alice, programs, post):
    booking = book(offer, bob)
    uid = f"{booking.uuid}@localhost"

    deliver(post(NOW), programs)
    assert seen(programs) == [[(uid, 0, "CONFIRMED", THURSDAY)]] * 2

    move_booking(booking=booking, start=FRIDAY, by=bob, now=NOW + HOUR)
    deliver(post(NOW + HOUR), programs)
    assert seen(programs) == [[(uid, 1, "CONFIRMED", FRIDAY)]] * 2
    assert seen(programs, start=THURSDAY - HOUR, end=THURSDAY + HOUR) == [[], []]

    cancel_booking(booking=booking, by=alice, reason="Ill", now=NOW + 2 * HOUR)
    deliver(post(NOW + 2 * HOUR), programs)
    assert seen(programs) == [[], []]
    assert [program.all_names() for program in programs.values()] == [[], []]


def test_request_comes_into_the_calendars_when_it_is_accepted(ask_first, bob, alice, programs, post):
    booking = book(ask_first, bob)
    assert all(part.get_content_type() != "text/calendar" for mail in post(NOW).values() for part in mail.walk())

    accept_booking(booking=booking, by=alice, now=NOW + HOUR)
    deliver(post(NOW + HOUR), programs)

    assert seen(programs) == [[(f"{booking.uuid}@localhost", 1, "CONFIRMED", THURSDAY)]] * 2


def test_mails_that_overtake_each_other_leave_the_newest_time(offer, bob, programs, post):
    booking = book(offer, bob)
    first = post(NOW)
    move_booking(booking=booking, start=FRIDAY, by=bob, now=NOW + HOUR)
    second = post(NOW + HOUR)
    move_booking(booking=booking, start=MONDAY, by=bob, now=NOW + 2 * HOUR)
    third = post(NOW + 2 * HOUR)

    for mails in (third, first, second, first):
        deliver(mails, programs)

    assert seen(programs) == [[(f"{booking.uuid}@localhost", 2, "CONFIRMED", MONDAY)]] * 2


def test_the_same_mail_twice_is_one_event(offer, bob, programs, post):
    book(offer, bob)
    mails = post(NOW)

    deliver(mails, programs)
    deliver(mails, programs)

    assert [len(events) for events in seen(programs)] == [1, 1]


def test_session_moved_thirty_times_is_one_event_at_the_last_time(offer, bob, programs, post, settings):
    settings.MAX_MAILS_PER_DAY = settings.MAX_MOVES_TOGETHER_A_DAY = 100
    booking = book(offer, bob)
    deliver(post(NOW), programs)
    for number in range(1, settings.MAX_MOVES + 1):
        now = NOW + timedelta(minutes=number)
        booking = move_booking(booking=booking, start=FRIDAY if number % 2 else MONDAY, by=bob, now=now)
        deliver(post(now), programs)

    assert seen(programs) == [[(f"{booking.uuid}@localhost", 30, "CONFIRMED", MONDAY)]] * 2


def test_server_takes_the_whole_feed(offer, bob, alice, charlie, programs):
    kept = book(offer, bob)
    gone = book(offer, charlie, FRIDAY)
    cancel_booking(booking=gone, by=charlie, reason="", now=NOW + HOUR)
    program = programs["alice@example.org"]
    program.ask("DELETE", "")

    status, _tag, _content = program.ask("PUT", "", calendar_of(alice, now=NOW + HOUR), Content_Type="text/calendar")

    assert status == 201
    assert {(event.uid, event.status) for event in program.events()} == {
        (f"{kept.uuid}@localhost", "CONFIRMED"),
        (f"{gone.uuid}@localhost", "CANCELLED"),
    }
