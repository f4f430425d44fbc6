"""Connecting calendars, saying what counts, looking, and disconnecting without a trace."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.privacy.erasing import ask_erasure
from calendars.connecting import connect_address, count_connection, disconnect, look_now, switch_calendar
from calendars.errors import CalendarError
from calendars.looking import PROPOSED_FOR, forget_proposals
from calendars.models import AllDay, Connection, ConnectionState, ExternalCalendar
from notifications.models import InboxItem, Notification, State
from sessions_app.models import BusySpan
from tests.calendars.feeds import connect, read_now, write_calendar
from tests.conftest import NOW, make_person
from tests.sessions_app.conftest import THURSDAY, book
from tests.sessions_app.helpers.races import race

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def refusal_of(act, **kwargs):
    with pytest.raises(CalendarError) as refused:
        act(**kwargs)
    return refused.value


def starts():
    return sorted(BusySpan.objects.values_list("during__startswith", flat=True))


def test_nothing_counts_before_its_person_has_seen_it(alice, feed):
    feed.content = write_calendar(THURSDAY, THURSDAY + 3 * HOUR)

    made = connect(alice, feed, counts=False)

    calendar = made.calendars.get()
    assert (made.state, calendar.counts, starts()) == ("proposed", False, [])
    assert (calendar.name, calendar.found, calendar.next_start) == ("Work", 2, THURSDAY)

    count_connection(connection=made, now=NOW)
    read_now()

    made.refresh_from_db()
    assert made.state == ConnectionState.ACTIVE
    assert starts() == [THURSDAY, THURSDAY + 3 * HOUR]


def test_what_was_never_read_cannot_count(alice, feed):
    feed.status = 500
    made = connect(alice, feed, counts=False)

    assert refusal_of(count_connection, connection=made, now=NOW).code == "unread"


def test_what_was_never_let_count_is_forgotten(alice, feed):
    connect(alice, feed, counts=False)

    assert forget_proposals(now=NOW + PROPOSED_FOR) == 0
    assert forget_proposals(now=NOW + PROPOSED_FOR + timedelta(seconds=1)) == 1
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    "address", ["", "work", "http://example.org/", "https://a:b@example.org/", "ftp://example.org"]
)
def test_what_is_no_address_is_refused_at_once(alice, address):
    refused = refusal_of(connect_address, person=alice, address=address, now=NOW)

    assert (refused.code, refused.field) == ("address", "address")
    assert not Connection.objects.exists()


def test_an_address_is_connected_once_by_each_person(alice, bob):
    for person in (alice, bob):
        connect_address(person=person, address="https://example.org/a.ics", now=NOW)

    assert refusal_of(connect_address, person=bob, address="webcal://example.org/a.ics", now=NOW).code == "exists"


def test_a_person_can_connect_so_many(alice, settings):
    settings.MAX_CALENDARS = 2
    for number in range(2):
        connect_address(person=alice, address=f"https://example.org/{number}.ics", now=NOW)

    assert refusal_of(connect_address, person=alice, address="https://example.org/x", now=NOW).code == "too_many"


def test_the_address_is_stored_so_that_the_database_does_not_tell_it(alice, feed):
    feed.content = write_calendar(THURSDAY)
    connect(alice, feed)

    stored = str([list(model.objects.values()) for model in (Connection, ExternalCalendar, BusySpan)])

    assert "s3cr3t" not in stored
    assert "Secret plans" not in stored


def test_switched_off_it_blocks_nothing_at_once(alice, feed):
    feed.content, feed.etag = write_calendar(THURSDAY), '"1"'
    calendar = connect(alice, feed).calendars.get()
    as_it_is = {"treats_tentative": True, "treats_all_day": AllDay.SAID, "keeps_titles": False, "now": NOW}

    switch_calendar(calendar=calendar, counts=False, **as_it_is)
    assert starts() == []
    read_now()
    assert starts() == []

    # Although its server would say that nothing has changed.
    switch_calendar(calendar=calendar, counts=True, **as_it_is)
    read_now()
    assert starts() == [THURSDAY]


def test_tentative_events_count_as_the_person_says(alice, feed):
    feed.content = write_calendar(THURSDAY, extra="STATUS:TENTATIVE\r\n")
    calendar = connect(alice, feed).calendars.get()
    assert starts() == [THURSDAY]

    as_it_is = {"treats_all_day": AllDay.SAID, "keeps_titles": False, "now": NOW}
    switch_calendar(calendar=calendar, counts=True, treats_tentative=False, **as_it_is)
    read_now()

    assert starts() == []


def test_looking_reads_all_of_it_but_not_all_the_time(alice, feed, settings):
    feed.content, feed.etag = write_calendar(THURSDAY), '"1"'
    made = connect(alice, feed)
    soon = NOW + settings.CALENDAR_LOOK_EVERY

    refused = refusal_of(look_now, connection=made, now=soon - timedelta(seconds=1))
    assert (refused.code, refused.wait) == ("too_often", timedelta(seconds=1))

    look_now(connection=made, now=soon)
    assert read_now(soon) == 1
    assert "If-None-Match" not in feed.asked[-1]


def test_disconnected_nothing_is_left_of_it(alice, bob, offer, feed):
    feed.content = write_calendar(THURSDAY)
    made = connect(alice, feed)
    feed.status = 404
    read_now(NOW + HOUR)
    assert Notification.objects.filter(kind="calendar_refused").count() == 1

    disconnect(connection=made, now=NOW + HOUR)
    disconnect(connection=made, now=NOW + HOUR)

    assert [model.objects.count() for model in (Connection, ExternalCalendar, BusySpan, InboxItem)] == [0, 0, 0, 0]
    assert Notification.objects.get(kind="calendar_refused").state == State.OBSOLETE
    assert book(offer, bob, THURSDAY).start == THURSDAY


def test_an_account_that_is_deleted_leaves_no_calendar(alice, feed):
    feed.content = write_calendar(THURSDAY)
    connect(alice, feed)

    ask_erasure(person=alice, now=NOW)

    assert [model.objects.count() for model in (Connection, ExternalCalendar, BusySpan)] == [0, 0, 0]


def test_an_address_is_unique_in_the_database(alice):
    made = connect_address(person=alice, address="https://example.org/a.ics", now=NOW)

    with pytest.raises(IntegrityError), transaction.atomic():
        Connection.objects.create(
            person=alice, host="x", secret="x", fingerprint=made.fingerprint, created_at=NOW, asked_at=NOW, next_at=NOW
        )


@pytest.mark.parametrize("change", [{"failing_since": NOW}, {"failure": "broken"}, {"failures": 1}])
def test_who_fails_fails_since_a_moment(alice, change):
    connect_address(person=alice, address="https://example.org/a.ics", now=NOW)

    with pytest.raises(IntegrityError), transaction.atomic():
        Connection.objects.update(state="failing", **change)


@pytest.mark.django_db(transaction=True)
def test_two_who_connect_the_same_at_once():
    person = make_person("ada@example.org", "Ada Ames")
    outcome = race([lambda: connect_address(person=person, address="https://example.org/a", now=NOW)] * 4)

    assert outcome == {"won": 1, "exists": 3}
