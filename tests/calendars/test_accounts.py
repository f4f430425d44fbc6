"""Accounts on CalDAV servers: connecting one, a password that ended, and what is never shown again."""

from datetime import timedelta

import pytest

from calendars.accounts import as_server, connect_caldav
from calendars.connecting import connect_address
from calendars.errors import CalendarError
from calendars.models import Connection
from calendars.wording import ACCOUNT_FAILURES
from tests.calendars.dav_servers import PASSWORD, USER
from tests.calendars.test_page import PAGE, said_on
from tests.conftest import NOW
from tests.form_codes import codes_of
from tests.markup import elements_of, markup_of

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
