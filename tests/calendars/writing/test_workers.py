"""Two workers at the same rows, and one that is another process and is killed in the middle of a request."""

import os
import signal
import sys
import threading
from collections import Counter
from urllib.parse import urlsplit

import pytest
from django.db import IntegrityError, connection, transaction

from calendars.models import Connection, ExportedEvent
from calendars.sources.caldav import CalDavSecret
from calendars.sources.opening import seal_secret
from calendars.writing.choosing import choose_calendar
from calendars.writing.leases import LEASE
from sessions_app.booking.changes import cancel_booking, move_booking
from sessions_app.booking.holds import claim_hold, hold_slot
from sessions_app.questions.brief_input import BriefInput
from tests.calendars.servers import say
from tests.calendars.writing.conftest import HOUR, connect_account, uid_of, work
from tests.conftest import NOW, at
from tests.live.running import PATIENCE, Program
from tests.sessions_app.conftest import THURSDAY, book
from tests.sessions_app.helpers.races import people, race

FRIDAY = at("2026-11-27 10:00")
WORK = """
import os, django
from datetime import datetime
from django.conf import settings
settings.WEBHOOKS_TO_LOCAL_ADDRESSES = True
django.setup()
from calendars.writing.working import write_due
now = datetime.fromisoformat(os.environ["MOMENT"])
write_due(lambda: now)
"""
FOUND = (
    b'<d:multistatus xmlns:d="DAV:"><d:response><d:href>/</d:href><d:propstat><d:prop><d:getetag>%s</d:getetag>'
    b"</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response></d:multistatus>"
)


class Drawer:
    """A small CalDAV server that holds the first request of one kind, before or after it has done it."""

    def __init__(self, method, *, does_it_first):
        self.method, self.does_it_first = method, does_it_first
        self.files = {}
        self.marks = Counter()
        self.has_it, self.goes_on = threading.Event(), threading.Event()

    def answer(self, handler):
        held = handler.command == self.method and not self.has_it.is_set()
        if held and not self.does_it_first:
            self.hold()
            return
        status, body, tag = getattr(self, handler.command.lower())(handler)
        if held:
            self.hold()
            return
        say(handler, status, body, **({"ETag": tag} if tag else {}))

    def hold(self):
        """The one who asked is killed meanwhile."""
        self.has_it.set()
        self.goes_on.wait(PATIENCE)

    def put(self, handler):
        there = self.files.get(handler.path)
        asked = handler.headers
        if (asked["If-None-Match"] and there) or (asked["If-Match"] and asked["If-Match"] != there):
            return 412, b"", ""
        self.marks[handler.path] += 1
        self.files[handler.path] = f'"{self.marks[handler.path]}"'
        return 201, b"", self.files[handler.path]

    def propfind(self, handler):
        there = self.files.get(handler.path, "" if handler.path.endswith(".ics") else "-")
        return (207, FOUND % there.encode(), "") if there else (404, b"", "")

    def report(self, handler):
        return 207, b'<d:multistatus xmlns:d="DAV:"/>', ""

    def delete(self, handler):
        return (204 if self.files.pop(handler.path, None) else 404), b"", ""


def kill_in(method, serve, calendar, tmp_path, *, does_it_first, now):
    """A worker process that is killed while the server has its request. Gives the server."""
    drawer = Drawer(method, does_it_first=does_it_first)
    url = serve(drawer.answer).url
    if method == "DELETE":
        [row] = ExportedEvent.objects.all()
        drawer.files[row.remote_id] = '"1"'
    Connection.objects.update(secret=seal_secret(CalDavSecret(url, "anna", "s3cr3t").write()))
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    env = {"DATABASE_URL": address, "MOMENT": now.isoformat()}
    with Program([sys.executable, "-c", WORK], tmp_path / "log", env) as worker:
        assert drawer.has_it.wait(PATIENCE), (tmp_path / "log").read_text()
        worker.end(signal.SIGKILL)
    drawer.goes_on.set()
    return drawer


@pytest.fixture
def drawn(alice):
    """alice's calendar on a server that is yet to be started."""
    [calendar] = connect_account(alice, "diary")
    choose_calendar(calendar=calendar, now=NOW)
    return calendar


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("does_it_first", [False, True], ids=["before-it-is-stored", "when-it-is-stored"])
def test_a_worker_that_is_killed_in_a_put_leaves_one_event(drawn, serve, offer, bob, tmp_path, does_it_first):
    booking = book(offer, bob)
    drawer = kill_in("PUT", serve, drawn, tmp_path, does_it_first=does_it_first, now=NOW)
    assert ExportedEvent.objects.get().state == "maybe"
    assert work(NOW) == 0

    work(NOW + LEASE)
    assert list(drawer.files) == [f"/diary/{booking.uuid}.ics"]
    assert ExportedEvent.objects.get().state == "there"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("does_it_first", [False, True], ids=["before-it-is-stored", "when-it-is-stored"])
def test_what_is_cancelled_while_its_worker_is_dead_is_removed(
    drawn, serve, offer, bob, alice, tmp_path, does_it_first
):
    booking = book(offer, bob)
    drawer = kill_in("PUT", serve, drawn, tmp_path, does_it_first=does_it_first, now=NOW)
    cancel_booking(booking=booking, by=alice, reason="Ill", now=NOW + HOUR)

    work(NOW + HOUR)
    assert (drawer.files, ExportedEvent.objects.count()) == ({}, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("does_it_first", [False, True], ids=["before-it-is-gone", "when-it-is-gone"])
def test_a_worker_that_is_killed_in_a_delete_leaves_nothing(drawn, serve, offer, bob, alice, tmp_path, does_it_first):
    booking = book(offer, bob)
    ExportedEvent.objects.update(
        state="there", sequence=0, checked_at=NOW, remote_id=f"/diary/{booking.uuid}.ics", next_at=None
    )
    cancel_booking(booking=booking, by=alice, reason="Ill", now=NOW + HOUR)
    drawer = kill_in("DELETE", serve, drawn, tmp_path, does_it_first=does_it_first, now=NOW + HOUR)

    work(NOW + HOUR + LEASE)
    assert (drawer.files, ExportedEvent.objects.count()) == ({}, 0)


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_rows_write_each_once(diary, shelf, offer):
    bookings = [
        book(offer, one, start) for one, start in zip(people(3), (THURSDAY, FRIDAY, FRIDAY + 2 * HOUR), strict=True)
    ]
    race([work] * 6)

    assert Counter(uid for step, uid in shelf.asked if step == "put") == {uid_of(one): 1 for one in bookings}
    assert set(ExportedEvent.objects.values_list("state", flat=True)) == {"there"}


@pytest.mark.django_db(transaction=True)
def test_a_move_and_its_writing_at_the_same_moment_end_at_the_new_time(diary, shelf, offer, bob):
    booking = book(offer, bob)
    race([work, work, lambda: move_booking(booking=booking, start=FRIDAY, by=bob, now=NOW)])
    work(NOW + HOUR)

    assert [start for *_rest, start in shelf.standing()] == [FRIDAY]


@pytest.mark.django_db
def test_a_visitors_hold_is_written_when_it_becomes_a_booking(diary, shelf, offer, bob):
    held = hold_slot(offer=offer, start=THURSDAY, brief=BriefInput(question="Which?"), held_for="x", now=NOW)
    assert work() == 0
    booking = claim_hold(booking=held, mentee=bob, now=NOW)
    work()

    assert [uid for _place, uid, *_rest in shelf.standing()] == [uid_of(booking)]


@pytest.mark.django_db
def test_a_person_has_one_calendar_for_their_sessions(diary, alice):
    [other] = connect_account(alice, "other")
    with pytest.raises(IntegrityError), transaction.atomic():
        Connection.objects.filter(pk=other.connection_id).update(writes_to=other, writes_since=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Connection.objects.filter(pk=diary.connection_id).update(writes_since=None)


@pytest.mark.django_db
def test_a_session_has_one_row_for_each_person(diary, offer, bob):
    book(offer, bob)
    row = ExportedEvent.objects.get()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
