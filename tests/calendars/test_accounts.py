"""Accounts on CalDAV servers: connecting one, a password that ended, and what is never shown again."""

from datetime import timedelta

import pytest

from calendars.accounts import as_server, connect_caldav
from calendars.connecting import connect_address, count_connection
from calendars.errors import CalendarError
from calendars.fetching import FetchError
from calendars.models import STOPS_AFTER, Connection, ExternalCalendar
from calendars.sources.caldav import CalDavSource
from calendars.wording import ACCOUNT_FAILURES
from notifications.models import InboxItem, Notification
from sessions_app.models import BusySpan
from tests.calendars.dav_servers import PASSWORD, USER, Radicale, write_event
from tests.calendars.feeds import read_now
from tests.calendars.test_page import PAGE, press, said_on
from tests.conftest import NOW
from tests.form_codes import codes_of
from tests.markup import elements_of, markup_of
from tests.sessions_app.conftest import THURSDAY

HOUR = timedelta(hours=1)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
ACCOUNT = {"address": "https://dav.example.org/", "user": USER, "password": PASSWORD}


def connect_account(person, now=NOW, **said):
    return connect_caldav(person=person, now=now, **(ACCOUNT | said))


def refusal_of(act, **kwargs):
    with pytest.raises(CalendarError) as refused:
        act(**kwargs)
    return refused.value.code, refused.value.field


def typed(**said):
    return {"kind": "caldav"} | {f"caldav-{name}": text for name, text in (ACCOUNT | said).items()}


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("caldav.icloud.com", "https://caldav.icloud.com"),
        (" example.org/dav ", "https://example.org/dav"),
        ("caldavs://example.org/", "https://example.org/"),
        ("CALDAV://example.org/", "https://example.org/"),
        ("https://example.org/dav", "https://example.org/dav"),
        ("http://example.org/dav", "http://example.org/dav"),
    ],
)
def test_an_address_may_be_given_as_people_have_it(given, meant):
    assert as_server(given) == meant


@pytest.mark.parametrize(
    ("said", "code", "field"),
    [
        ({"address": "http://example.org/"}, "address", "address"),
        ({"address": "anna@icloud.com"}, "address", "address"),
        ({"address": "https://anna:secret@example.org/"}, "address", "address"),
        ({"address": "https://example.org:8443/"}, "port", "address"),
        ({"address": "icloud"}, "address", "address"),
        ({"address": "my server"}, "address", "address"),
        ({"user": "anna:secret"}, "user", "user"),
    ],
)
def test_what_cannot_be_an_account_is_refused_at_once(alice, said, code, field):
    assert refusal_of(connect_account, person=alice, **said) == (code, field)
    assert not Connection.objects.exists()


def test_an_account_is_connected_once_by_each_person(alice, bob):
    for person in (alice, bob):
        connect_account(person)

    assert refusal_of(connect_account, person=bob, address="DAV.example.org", password="other")[0] == "exists"
    connect_account(bob, user="another")


def test_accounts_count_as_calendars_do(alice, settings):
    settings.MAX_CALENDARS = 2
    connect_account(alice)
    connect_address(person=alice, address="https://example.org/a.ics", now=NOW)

    assert refusal_of(connect_account, person=alice, user="other") == ("too_many", "address")


def test_the_page_says_what_is_wrong_and_keeps_all_but_the_password(alice, client_for):
    answer = client_for(alice).post(PAGE, typed(address="http://example.org"))

    assert (answer.status_code, codes_of(answer.context["account_form"])) == (422, {"address": ["address"]})
    inputs = [one.attributes for one in elements_of(markup_of(answer), "input")]
    kept = {one.get("name"): one.get("value") for one in inputs}
    assert (kept["caldav-address"], kept["caldav-user"], kept["caldav-password"]) == ("http://example.org", USER, None)
    assert PASSWORD not in answer.content.decode()


@pytest.mark.parametrize("name", ["address", "user", "password"])
def test_each_field_is_needed(alice, client_for, name):
    answer = client_for(alice).post(PAGE, typed(**{name: " "}))

    assert (answer.status_code, codes_of(answer.context["account_form"])) == (422, {name: ["required"]})


@pytest.mark.parametrize("failure", ACCOUNT_FAILURES)
def test_each_failure_has_words(alice, client_for, failure):
    made = connect_account(alice)
    since = NOW - timedelta(hours=1)
    Connection.objects.filter(pk=made.pk).update(
        state="needs_you", failing_since=since, failures=1, failure=failure, next_at=NOW + timedelta(hours=1)
    )

    assert said_on(client_for(alice), "p", "data-failure") == [failure]


@pytest.fixture
def radicale(tmp_path_factory, settings):
    settings.WEBHOOKS_TO_LOCAL_ADDRESSES = True
    server = Radicale(tmp_path_factory.mktemp("radicale"))
    server.start()
    yield server
    server.stop()


def starts():
    return sorted(BusySpan.objects.values_list("during__startswith", flat=True))


def event_at(start, uid="1", more=""):
    return write_event(f":{start:%Y%m%dT%H%M%SZ}", uid=uid, more=more)


def calendars_of(connection):
    return {one.name: one for one in connection.calendars.all()}


def test_the_whole_way(alice, client_for, radicale):
    work, home = (radicale.make_calendar(name, name=name.title()) for name in ("work", "home"))
    radicale.put(work, "1", event_at(THURSDAY))
    radicale.put(home, "1", event_at(THURSDAY + 3 * HOUR))
    client = client_for(alice)

    assert client.post(PAGE, typed(address=radicale.url))["Location"] == PAGE
    read_now()

    # Seen, and nothing counts yet.
    [made] = Connection.objects.all()
    known = calendars_of(made)
    assert {name: (one.found, one.counts, one.colour) for name, one in known.items()} == {
        "Work": (1, False, "#ff8800"),
        "Home": (1, False, "#ff8800"),
    }
    assert (made.state, starts()) == ("proposed", [])
    refused = press(client, made, "count")
    assert (refused.status_code, Connection.objects.get().state) == (422, "proposed")

    press(client, made, "count", **{f"n{made.pk}-calendars": [known["Work"].pk]})
    read_now()
    assert starts() == [THURSDAY]
    assert said_on(client, "li", "data-calendar") == ["off", "counts"]

    # Changed, moved, deleted there; another one switched on here.
    radicale.put(work, "1", event_at(THURSDAY + HOUR))
    read_now(NOW + HOUR)
    assert starts() == [THURSDAY + HOUR]
    radicale.remove(f"{work}1.ics")
    read_now(NOW + 2 * HOUR)
    assert starts() == []
    home_row = known["Home"].pk
    on = {"calendar": home_row, f"c{home_row}-counts": "on", f"c{home_row}-treats_all_day": "said"}
    press(client, made, "switch", **on)
    read_now(NOW + 3 * HOUR)
    assert starts() == [THURSDAY + 3 * HOUR]

    press(client, made, "disconnect")
    assert [model.objects.count() for model in (Connection, ExternalCalendar, BusySpan)] == [0, 0, 0]


def connect_all(person, server):
    made = connect_account(person, address=server.url)
    read_now()
    count_connection(connection=made, now=NOW)
    read_now()
    made.refresh_from_db()
    return made


def test_a_calendar_that_did_not_change_is_not_read_and_one_that_is_deleted_blocks_nothing(alice, radicale):
    work, home = (radicale.make_calendar(name, name=name) for name in ("work", "home"))
    radicale.put(work, "1", event_at(THURSDAY))
    radicale.put(home, "1", event_at(THURSDAY + 3 * HOUR))
    made = connect_all(alice, radicale)
    read_at = calendars_of(made)["work"].read_at

    radicale.remove(home)
    read_now(NOW + HOUR)

    made.refresh_from_db()
    assert (made.state, made.synced_at) == ("active", NOW + HOUR)
    assert calendars_of(made)["work"].read_at == read_at
    assert (calendars_of(made)["home"].is_gone, starts()) == (True, [THURSDAY])

    # It comes back, as it was switched.
    home = radicale.make_calendar("home", name="home")
    radicale.put(home, "1", event_at(THURSDAY + 5 * HOUR))
    read_now(NOW + 2 * HOUR)
    assert starts() == [THURSDAY, THURSDAY + 5 * HOUR]


def test_a_new_calendar_there_does_not_count_by_itself(alice, radicale):
    radicale.make_calendar("work", name="work")
    made = connect_all(alice, radicale)
    radicale.put(radicale.make_calendar("new", name="new"), "1", event_at(THURSDAY))

    read_now(NOW + HOUR)

    new = calendars_of(made)["new"]
    assert (new.counts, new.found, starts()) == (False, 1, [])


def test_a_password_that_ended_needs_its_person_and_a_new_one_goes_on(alice, client_for, radicale):
    radicale.put(radicale.make_calendar("work", name="work"), "1", event_at(THURSDAY))
    made = connect_all(alice, radicale)
    radicale.restart(password="another-password")
    later = NOW + HOUR
    read_now(later)
    made.refresh_from_db()
    assert (made.state, made.failure, starts()) == ("needs_you", "refused", [THURSDAY])

    client = client_for(alice)
    assert press(client, made, "password", **{f"p{made.pk}-password": ""}).status_code == 422
    press(client, made, "password", **{f"p{made.pk}-password": "another-password"})
    read_now(later)

    made.refresh_from_db()
    assert (made.state, made.failure, made.calendars.count()) == ("active", "", 1)


def test_a_server_that_is_down_keeps_what_was_read(alice, radicale):
    radicale.put(radicale.make_calendar("work", name="work"), "1", event_at(THURSDAY))
    made = connect_all(alice, radicale)
    radicale.stop()

    read_now(NOW + HOUR)

    made.refresh_from_db()
    assert (made.state, made.failure, starts()) == ("failing", "unreachable", [THURSDAY])


def test_one_calendar_that_cannot_be_read_is_in_the_way_of_no_other(alice, radicale, monkeypatch):
    for name in ("bad", "work"):
        radicale.put(radicale.make_calendar(name, name=name), "1", event_at(THURSDAY))
    made = connect_all(alice, radicale)
    read = CalDavSource.read_calendar

    def break_one(source, remote_id, *args, **kwargs):
        if "bad" in remote_id:
            raise FetchError("broken")
        return read(source, remote_id, *args, **kwargs)

    monkeypatch.setattr(CalDavSource, "read_calendar", break_one)
    radicale.put(f"{radicale.home}work/", "1", event_at(THURSDAY + HOUR))
    read_now(NOW + HOUR)

    made.refresh_from_db()
    assert (made.state, made.failure, starts()) == ("failing", "broken", [THURSDAY, THURSDAY + HOUR])

    # After a week only that one counts no longer.
    Connection.objects.update(failing_since=NOW - STOPS_AFTER)
    read_now(NOW + 2 * HOUR)
    assert starts() == [THURSDAY + HOUR]


def test_a_wrong_address_and_an_empty_account_are_said(alice, client_for, radicale, feed):
    """A page of calendars' own, and an account in which there is nothing."""
    made = [connect_account(alice, address=address) for address in (feed.url, radicale.url)]
    read_now()

    for connection, failure in zip(made, ("not_caldav", "no_calendars"), strict=True):
        connection.refresh_from_db()
        assert (connection.state, connection.failure) == ("proposed", failure)
    assert said_on(client_for(alice), "p", "data-failure") == ["not_caldav", "no_calendars"]


def test_the_password_is_nowhere_but_encrypted(alice, client_for, radicale, caplog):
    radicale.make_calendar("work", name="work")
    made = connect_all(alice, radicale)
    radicale.restart(password="another")
    read_now(NOW + HOUR)

    stored = str([list(model.objects.values()) for model in (Connection, ExternalCalendar, Notification, InboxItem)])
    page = client_for(alice).get(PAGE).content.decode()

    for shown in (stored, page, caplog.text, repr(made), str(made)):
        assert PASSWORD not in shown
