"""The page for calendars elsewhere: connecting, what was read, and one's own connections only."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.limits import LIMITS
from calendars.connecting import connect_address
from calendars.models import Connection
from calendars.wording import FAILURES
from notifications.models import InboxItem
from sessions_app.models import BusySpan
from tests.calendars.feeds import connect, read_now, write_calendar
from tests.conftest import NOW
from tests.form_codes import codes_of
from tests.markup import elements_of, markup_of, parts_in
from tests.sessions_app.conftest import THURSDAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
PAGE = "/settings/calendars/"
HOUR = timedelta(hours=1)


def said_on(client, tag, name):
    found = [one.attributes.get(name) for one in elements_of(markup_of(client.get(PAGE)), tag)]
    return [said for said in found if said]


def states_on(client):
    return said_on(client, "li", "data-connection")


def press(client, connection, act, **data):
    return client.post(reverse("external_calendar", args=[connection.uuid]), {"act": act, **data})


def test_the_whole_way(alice, client_for, feed):
    client = client_for(alice)
    feed.content = write_calendar(THURSDAY)
    assert states_on(client) == []

    assert client.post(PAGE, {"address": feed.url})["Location"] == PAGE
    assert "reading" in parts_in(markup_of(client.get(PAGE)))
    read_now()
    [made] = Connection.objects.all()
    assert "found" in parts_in(markup_of(client.get(PAGE)))
    assert states_on(client) == ["proposed"]

    press(client, made, "count")
    read_now()
    assert states_on(client) == ["active"]
    assert BusySpan.objects.count() == 1

    press(client, made, "switch", **{f"c{made.calendars.get().pk}-treats_all_day": "never"})
    assert BusySpan.objects.count() == 0

    press(client, made, "disconnect")
    assert states_on(client) == []


def test_a_secret_is_never_shown_again(alice, client_for, feed):
    feed.content = write_calendar(THURSDAY)
    connect(alice, feed)

    assert "s3cr3t" not in client_for(alice).get(PAGE).content.decode()


@pytest.mark.parametrize(("address", "code"), [("", "required"), ("x" * 2001, "max_length"), ("work", "address")])
def test_what_is_no_address_is_said_beside_the_field(alice, client_for, address, code):
    answer = client_for(alice).post(PAGE, {"address": address})

    assert (answer.status_code, codes_of(answer.context["form"])) == (422, {"address": [code]})


def test_a_choice_that_is_none_changes_nothing(alice, client_for, feed):
    feed.content = write_calendar(THURSDAY)
    made = connect(alice, feed)

    assert (
        press(client_for(alice), made, "switch", **{f"c{made.calendars.get().pk}-treats_all_day": "now"}).status_code
        == 422
    )
    assert BusySpan.objects.count() == 1


def test_calendars_of_others_are_not_there(alice, bob, client_for, feed):
    feed.content = write_calendar(THURSDAY)
    made = connect(alice, feed)

    for act in ("count", "look", "switch", "disconnect", ""):
        assert press(client_for(bob), made, act).status_code == 404
    assert states_on(client_for(bob)) == []


@pytest.mark.parametrize("failure", FAILURES)
def test_each_failure_has_words(alice, client_for, feed, failure):
    feed.content = write_calendar(THURSDAY)
    made = connect(alice, feed)
    since = made.created_at - timedelta(hours=1)
    Connection.objects.update(state="failing", failing_since=since, failures=1, failure=failure)

    assert said_on(client_for(alice), "p", "data-failure") == [failure]


def test_a_person_connects_only_so_many_a_day(alice, client_for, monkeypatch):
    monkeypatch.setitem(LIMITS, "calendar", "1/h/key")
    client = client_for(alice)
    client.post(PAGE, {"address": "https://example.org/1"})

    answer = client.post(PAGE, {"address": "https://example.org/2"})

    assert (answer.status_code, codes_of(answer.context["form"])) == (422, {"address": ["too_often"]})
    assert Connection.objects.count() == 1


@pytest.fixture
def ended(alice, feed):
    """A calendar of alice whose address has ended, with switches of her own."""
    feed.content, feed.etag = write_calendar(THURSDAY), '"1"'
    made = connect(alice, feed)
    made.calendars.update(treats_tentative=False, keeps_titles=True)
    feed.status, feed.etag = 404, ""
    read_now(NOW + HOUR)
    feed.status, feed.etag = 200, '"1"'
    return made


def test_an_address_that_ended_is_replaced_and_the_switches_stay(ended, feed, alice, client_for):
    client = client_for(alice)
    assert states_on(client) == ["needs_you"]

    press(client, ended, "address", **{f"a{ended.pk}-address": feed.url.replace("s3cr3t", "an0ther")})
    read_now(NOW + HOUR)

    assert states_on(client) == ["active"]
    assert "an0ther" not in client.get(PAGE).content.decode()
    calendar = ended.calendars.get()
    assert (calendar.counts, calendar.treats_tentative, calendar.keeps_titles) == (True, False, True)
    # Although the server knows the mark that the old address gave.
    assert "If-None-Match" not in feed.asked[-1]
    assert InboxItem.objects.shown_to(alice, NOW + HOUR).count() == 0


@pytest.mark.parametrize(
    ("address", "code"),
    [("", "required"), ("work", "address"), ("https://example.org/" + "x" * 2000, "max_length"), ("other", "exists")],
)
def test_a_new_address_that_is_none_is_said_beside_it_and_changes_nothing(ended, alice, client_for, address, code):
    connect_address(person=alice, address="https://example.org/other.ics", now=NOW)
    before = Connection.objects.values().get(pk=ended.pk)
    typed = "webcal://example.org/other.ics" if address == "other" else address

    answer = press(client_for(alice), ended, "address", **{f"a{ended.pk}-address": typed})

    [panel] = [one for one in answer.context["panels"] if one.connection.pk == ended.pk]
    assert (answer.status_code, codes_of(panel.address_form)) == (422, {"address": [code]})
    assert panel.address_form["address"].value() == typed
    assert panel.needs_address
    assert Connection.objects.values().get(pk=ended.pk) == before


def test_new_addresses_count_as_attempts_to_connect(ended, alice, client_for, monkeypatch):
    monkeypatch.setitem(LIMITS, "calendar", "1/h/key")
    client = client_for(alice)
    client.post(PAGE, {"address": "https://example.org/1"})

    answer = press(client, ended, "address", **{f"a{ended.pk}-address": "https://example.org/2"})

    [panel] = [one for one in answer.context["panels"] if one.connection.pk == ended.pk]
    assert codes_of(panel.address_form) == {"address": ["too_often"]}


def test_an_account_has_no_address_to_replace(ended, alice, client_for):
    Connection.objects.update(kind="caldav")
    before = Connection.objects.values_list("secret", "fingerprint", "host").get()

    press(client_for(alice), ended, "address", **{f"a{ended.pk}-address": "https://example.org/2"})

    assert Connection.objects.values_list("secret", "fingerprint", "host").get() == before


@pytest.mark.parametrize(("failure", "is_open"), [("", False), ("broken", False), ("refused", True), ("key", True)])
def test_the_form_is_open_where_a_new_address_helps(alice, feed, client_for, failure, is_open):
    feed.content = write_calendar(THURSDAY)
    connect(alice, feed)
    if failure:
        Connection.objects.update(state="failing", failing_since=NOW, failures=1, failure=failure)

    [panel] = client_for(alice).get(PAGE).context["panels"]

    assert (panel.has_address, panel.needs_address) == (True, is_open)
