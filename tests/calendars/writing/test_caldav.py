"""Writing into calendars of two servers that others wrote, and into one that answers as it is told."""

from datetime import timedelta

import pytest

from calendars.fetching import FetchError
from calendars.models import Connection, ExportedEvent
from calendars.reading.entries import Reader
from calendars.sources.caldav import CalDavSecret, CalDavSource
from calendars.sources.contract import KnownEvent, WrittenEvent
from calendars.sources.opening import seal_secret
from calendars.writing.caldav import CalDavWriter
from calendars.writing.choosing import choose_calendar, stop_writing
from calendars.writing.queue import LOOKS_EVERY, enter_missed
from sessions_app.booking.changes import cancel_booking, move_booking
from tests.calendars.dav_servers import PASSWORD, USER, write_event
from tests.calendars.servers import say
from tests.calendars.writing.conftest import HOUR, connect_account, uid_of, work
from tests.conftest import NOW, at
from tests.sessions_app.conftest import THURSDAY, book

pytestmark = pytest.mark.django_db
FRIDAY = at("2026-11-27 10:00")


def secret_for(address, password=PASSWORD):
    return CalDavSecret(address, USER, password).write()


@pytest.fixture
def account(dav, alice):
    """alice's, with a calendar into which her sessions are put."""
    place = dav.make_calendar("work")
    [calendar] = connect_account(alice, "work")
    calendar.remote_id = place
    calendar.save()
    give_secret(secret_for(dav.url))
    choose_calendar(calendar=calendar, now=NOW)
    return calendar


def give_secret(secret):
    Connection.objects.update(secret=seal_secret(secret))


def spans(dav, calendar, own_domain="ours.example", days=30):
    source = CalDavSource(secret_for(dav.url))
    outcome = source.read_calendar(
        calendar.remote_id, {}, Reader("UTC", own_domain=own_domain), first=NOW, last=NOW + timedelta(days=days)
    )
    return [(span.start, span.end) for span in outcome.reading.spans]


def states():
    return list(ExportedEvent.objects.values_list("state", flat=True))


def test_one_event_moved_and_gone(dav, account, offer, bob, alice):
    booking = book(offer, bob)
    work()
    assert spans(dav, account) == [(booking.start, booking.end)]

    move_booking(booking=booking, start=FRIDAY, by=bob, now=NOW + HOUR)
    work(NOW + HOUR)
    booking.refresh_from_db()
    assert spans(dav, account) == [(FRIDAY, booking.end)]

    cancel_booking(booking=booking, by=alice, reason="Ill", now=NOW + 2 * HOUR)
    work(NOW + 2 * HOUR)
    assert (spans(dav, account), states()) == ([], [])


def test_what_we_wrote_never_counts_as_busy(dav, account, offer, bob):
    book(offer, bob)
    work()

    assert len(spans(dav, account)) == 1
    assert spans(dav, account, own_domain="localhost") == []


def test_a_worker_that_died_after_writing_writes_no_second(dav, account, offer, bob):
    booking = book(offer, bob)
    work()
    ExportedEvent.objects.update(state="maybe", remote_id="", etag="", next_at=NOW)
    work(NOW + HOUR)

    assert (spans(dav, account), states()) == ([(booking.start, booking.end)], ["there"])


def test_what_stands_in_a_file_of_another_name_is_taken_over(dav, account, offer, bob):
    booking = book(offer, bob)
    dav.put(account.remote_id, "invited", write_event(f":{THURSDAY:%Y%m%dT%H%M%SZ}", uid=uid_of(booking)))
    for minute in range(0, 10, 2):
        work(NOW + timedelta(minutes=minute))

    assert (spans(dav, account), states()) == ([(booking.start, booking.end)], ["there"])


def test_taken_out_there_it_stays_out_until_it_moves(dav, account, offer, bob):
    booking = book(offer, bob)
    work()
    dav.remove(ExportedEvent.objects.get().remote_id)
    enter_missed(now=NOW + LOOKS_EVERY + HOUR)
    work(NOW + LOOKS_EVERY + HOUR)

    assert (spans(dav, account), states()) == ([], ["gone"])

    move_booking(booking=booking, start=FRIDAY, by=bob, now=NOW + 5 * HOUR)
    work(NOW + 5 * HOUR)
    booking.refresh_from_db()
    assert (spans(dav, account), states()) == ([(FRIDAY, booking.end)], ["there"])


def test_changed_there_it_is_written_over_when_it_moves(dav, account, offer, bob):
    booking = book(offer, bob)
    work()
    row = ExportedEvent.objects.get()
    name = row.remote_id.removeprefix(account.remote_id).removesuffix(".ics")
    dav.put(account.remote_id, name, write_event(":20261201T080000Z", uid=uid_of(booking)))
    move_booking(booking=booking, start=FRIDAY, by=bob, now=NOW + HOUR)
    work(NOW + HOUR)
    booking.refresh_from_db()

    assert spans(dav, account) == [(FRIDAY, booking.end)]


def test_switched_off_they_are_taken_out(dav, account, offer, bob, alice):
    book(offer, bob)
    work()
    stop_writing(person=alice, now=NOW + HOUR)
    work(NOW + HOUR)

    assert (spans(dav, account), states()) == ([], [])


def test_a_server_that_was_down_gets_it_when_it_is_back(dav, account, offer, bob):
    booking = book(offer, bob)
    dav.stop()
    work()
    assert Connection.objects.get().write_failure == "unreachable"
    dav.start()
    work(NOW + timedelta(minutes=5))

    assert spans(dav, account) == [(booking.start, booking.end)]


@pytest.mark.parametrize("any_dav_server", ["radicale"], indirect=True)
def test_a_changed_password_is_said(dav, account, offer, bob):
    booking = book(offer, bob)
    dav.restart(password="another")
    work()
    assert Connection.objects.get().write_failure == "refused"

    give_secret(secret_for(dav.url, "another"))
    dav.password = "another"
    work(NOW + 2 * HOUR)
    assert Connection.objects.get().write_failing_since is None
    assert states() == ["there"]
    assert booking.pk


def test_a_calendar_that_was_deleted_is_said(dav, account, offer, bob):
    book(offer, bob)
    work()
    dav.remove(account.remote_id)
    enter_missed(now=NOW + LOOKS_EVERY + HOUR)
    work(NOW + LOOKS_EVERY + HOUR)

    assert (Connection.objects.get().write_failure, states()) == ("calendar_gone", ["there"])


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "refused"),
        (403, "read_only"),
        (405, "read_only"),
        (412, "changed"),
        (413, "too_large"),
        (404, "calendar_gone"),
    ]
    + [(status, "broken") for status in (400, 429, 500, 503, 507)],
)
def test_what_servers_say_is_put_into_codes(serve, status, code):
    server = serve(lambda handler: say(handler, status))
    event = WrittenEvent("1@ours.example", 0, NOW, NOW + HOUR, "", "", "", b"")
    writer = CalDavWriter(secret_for(server.url))
    known = KnownEvent("1@ours.example", "/work/1.ics", '"1"')

    with pytest.raises(FetchError) as refused:
        writer.put_event("/work/", event, known)
    assert refused.value.code == code


def test_the_password_goes_to_no_other_server(serve):
    elsewhere = serve(lambda handler: say(handler, 201))
    server = serve(lambda handler: say(handler, 307, Location=f"{elsewhere.url}/1.ics"))
    event = WrittenEvent("1@ours.example", 0, NOW, NOW + HOUR, "", "", "", b"")

    with pytest.raises(FetchError) as refused:
        CalDavWriter(secret_for(server.url)).put_event("/work/", event, None)
    assert (refused.value.code, elsewhere.asked) == ("elsewhere", [])
