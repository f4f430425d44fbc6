"""Accounts at Google and Microsoft from consent to busy times, by the clock, and what goes wrong in between."""

from datetime import timedelta

import pytest
from django.urls import reverse

from calendars.connecting import count_connection, disconnect, look_now
from calendars.consent.connecting import connect_account
from calendars.consent.journeys import ConsentedAccount
from calendars.looking import JITTER, claim_connection, look_at
from calendars.models import Connection, ConnectionKind, ExternalCalendar
from calendars.sources.opening import open_secret
from calendars.sources.tokens import Tokens
from notifications.models import Notification
from sessions_app.models import BusySpan
from tests.calendars.feeds import read_now
from tests.calendars.stand_in_service import ACCOUNT, Answer, graph_event, serving_calendars
from tests.conftest import NOW
from tests.sessions_app.conftest import THURSDAY, book
from tests.sessions_app.helpers.races import race

pytestmark = pytest.mark.django_db
TEAM = "team@group.example.com"
HOUR = timedelta(hours=1)
EVERY = timedelta(minutes=15)


@pytest.fixture
def microsoft(settings):
    with serving_calendars("microsoft") as found:
        settings.CALENDAR_PROVIDERS = found.setting()
        yield found


def fill(service, remote_id, *starts):
    """Make these hours busy there."""
    service.busy[remote_id] = [(start, start + HOUR) for start in starts]
    service.events[remote_id] = [graph_event(start, start + HOUR) for start in starts]


def connect(person, service, *counting, now=NOW):
    """As a person does: consent, see what was read, let these calendars count."""
    tokens = Tokens(service.make_refresh(), service.make_access()["access_token"], 2e10)
    made = connect_account(
        person=person,
        kind=ConnectionKind(service.slug),
        account=ConsentedAccount(ACCOUNT, tokens.as_secret()),
        again=None,
        now=now,
    )
    read_now(now)
    if counting:
        chosen = made.calendars.filter(remote_id__in=counting).values_list("pk", flat=True)
        count_connection(connection=made, chosen=set(chosen), now=now)
        read_now(now)
    made.refresh_from_db()
    return made


def starts():
    return sorted(BusySpan.objects.values_list("during__startswith", flat=True))


def state_of(connection):
    connection.refresh_from_db()
    return connection.state, connection.failure, connection.failures


def test_nothing_counts_before_its_person_has_chosen(alice, service):
    fill(service, ACCOUNT, THURSDAY)
    fill(service, TEAM, THURSDAY + 3 * HOUR)

    made = connect(alice, service)

    found = made.calendars.values_list("remote_id", "name", "found", "counts", "is_writable")
    assert list(found) == [(ACCOUNT, "Ada", 1, False, True), (TEAM, "Team", 1, False, service.slug == "microsoft")]
    assert (made.state, starts()) == ("proposed", [])

    own = made.calendars.get(remote_id=ACCOUNT)
    count_connection(connection=made, chosen={own.pk}, now=NOW)
    read_now()

    assert (state_of(made), starts()) == (("active", "", 0), [THURSDAY])


def test_calendars_come_go_and_are_renamed(alice, service):
    fill(service, TEAM, THURSDAY)
    made = connect(alice, service, ACCOUNT, TEAM)
    assert starts() == [THURSDAY]

    service.calendars = {ACCOUNT: "Ada Ames", "new": "New"}
    read_now(NOW + HOUR)

    shown = made.calendars.values_list("remote_id", "name", "is_gone", "counts")
    assert sorted(shown) == [
        (ACCOUNT, "Ada Ames", False, True),
        ("new", "New", False, False),
        (TEAM, "Team", True, True),
    ]
    assert starts() == []


def test_it_is_read_every_fifteen_minutes_or_so(alice, service):
    made = connect(alice, service, ACCOUNT)

    wait = made.next_at - NOW
    assert EVERY * (1 - JITTER) <= wait <= EVERY * (1 + JITTER)
    assert read_now(made.next_at - timedelta(seconds=1)) == 0
    assert read_now(made.next_at) == 1


def test_what_is_counted_is_asked_for_at_once(alice, service):
    connect(alice, service, ACCOUNT, TEAM)
    service.asked.clear()

    read_now(NOW + HOUR)

    if service.slug == "google":
        assert [path for _method, path, _headers, _body in service.asked if "freeBusy" in path] == ["/api/freeBusy"]
    else:
        assert len(service.asked_of("/calendarView")) == 2


def test_a_session_of_ours_in_the_calendar_doesnt_block(alice, bob, offer, service):
    """It takes its own time here already; what begins before it or ends after it stays busy."""
    fill(service, ACCOUNT, THURSDAY)
    booked = book(offer, bob, THURSDAY)

    connect(alice, service, ACCOUNT)

    assert starts() == [booked.end]


def test_busy_times_block_bookings_until_it_is_disconnected(alice, bob, offer, service):
    fill(service, ACCOUNT, THURSDAY)
    made = connect(alice, service, ACCOUNT)
    assert starts() == [THURSDAY]

    disconnect(connection=made, now=NOW)

    assert [model.objects.count() for model in (Connection, ExternalCalendar, BusySpan)] == [0, 0, 0]
    assert book(offer, bob, THURSDAY).start == THURSDAY


def test_consent_that_was_taken_back_needs_its_person_and_keeps_what_was_read(alice, service):
    fill(service, ACCOUNT, THURSDAY)
    made = connect(alice, service, ACCOUNT)
    service.revoke()

    read_now(NOW + HOUR)

    assert (state_of(made), starts()) == (("needs_you", "refused", 1), [THURSDAY])
    assert Notification.objects.filter(kind="calendar_refused").count() == 1

    tokens = Tokens(service.make_refresh(), service.make_access()["access_token"], 2e10)
    account = ConsentedAccount(ACCOUNT, tokens.as_secret())
    connect_account(
        person=alice, kind=ConnectionKind(service.slug), account=account, again=made.uuid, now=NOW + 2 * HOUR
    )
    read_now(NOW + 2 * HOUR)
    assert (state_of(made), starts()) == (("active", "", 0), [THURSDAY])
    assert made.calendars.get(remote_id=ACCOUNT).counts


@pytest.mark.parametrize("path", ["/calendars", "/calendarList", "/freeBusy", "/calendarView", "/token"])
def test_it_is_left_alone_for_as_long_as_it_asks(alice, service, path):
    fill(service, ACCOUNT, THURSDAY)
    made = connect(alice, service, ACCOUNT)
    service.access.clear()
    service.answers = [Answer(path, 429, {}, {"Retry-After": "7200"}, times=1)]
    now = NOW + HOUR

    read_now(now)

    if service.answers[0].times:
        return  # the other service's address
    assert state_of(made) == ("failing", "limited", 1)
    assert made.next_at >= now + 2 * HOUR
    assert starts() == [THURSDAY]
    read_now(made.next_at)
    assert state_of(made) == ("active", "", 0)


def test_one_calendar_that_fails_is_in_the_way_of_no_other(alice, service):
    fill(service, ACCOUNT, THURSDAY)
    fill(service, TEAM, THURSDAY + 3 * HOUR)
    made = connect(alice, service, ACCOUNT, TEAM)
    service.broken[TEAM] = "internalError"
    fill(service, ACCOUNT, THURSDAY + HOUR)

    read_now(NOW + HOUR)

    assert (state_of(made), starts()) == (("failing", "broken", 1), [THURSDAY + HOUR, THURSDAY + 3 * HOUR])


def test_a_service_that_is_offered_no_longer(alice, service, settings):
    made = connect(alice, service, ACCOUNT)
    setting, settings.CALENDAR_PROVIDERS = settings.CALENDAR_PROVIDERS, ""

    read_now(NOW + HOUR)
    assert state_of(made) == ("failing", "switched_off", 1)

    settings.CALENDAR_PROVIDERS = setting
    read_now(NOW + 2 * HOUR)
    assert state_of(made) == ("active", "", 0)


def test_a_reading_that_comes_to_nothing_keeps_the_renewed_tokens(alice, microsoft):
    """The person asks to look while a worker, which has just renewed the tokens, still reads."""
    made = connect(alice, microsoft, ACCOUNT)
    microsoft.access.clear()
    held = claim_connection(NOW + HOUR)
    look_now(connection=made, now=NOW + HOUR)

    look_at(held, NOW + HOUR)
    made.refresh_from_db()
    assert Tokens.from_secret(open_secret(made)).refresh in microsoft.refresh
    assert read_now(NOW + HOUR) == 1

    assert state_of(made) == ("active", "", 0)


def test_two_who_read_with_the_same_old_tokens(alice, microsoft):
    """A worker was taken for dead and goes on, while another has renewed the tokens that work once."""
    fill(microsoft, ACCOUNT, THURSDAY)
    made = connect(alice, microsoft, ACCOUNT)
    microsoft.access.clear()
    late = claim_connection(NOW + HOUR)
    look_now(connection=made, now=NOW + HOUR)
    read_now(NOW + HOUR)

    look_at(late, NOW + HOUR)

    assert state_of(made) == ("active", "", 0)
    assert read_now(NOW + 2 * HOUR) == 1
    assert (state_of(made), starts()) == (("active", "", 0), [THURSDAY])


@pytest.mark.django_db(transaction=True)
def test_tokens_are_renewed_by_workers_at_once(alice, microsoft):
    """Each of them holds what was kept before, and each of the tokens to refresh with works once."""
    made = connect(alice, microsoft, ACCOUNT)
    microsoft.access.clear()
    held = claim_connection(NOW + HOUR)

    race([lambda: look_at(held, NOW + HOUR)] * 4)

    made.refresh_from_db()
    assert Tokens.from_secret(open_secret(made)).refresh in microsoft.refresh
    assert state_of(made) == ("active", "", 0)


def test_the_page_shows_calendars_with_the_switches_that_they_have(alice, client_for, service, now):
    fill(service, ACCOUNT, THURSDAY)
    made = connect(alice, service, ACCOUNT)
    client, address = client_for(alice), reverse("external_calendar", args=[made.uuid])
    own = made.calendars.get(remote_id=ACCOUNT)
    page = client.get("/settings/calendars/").content.decode()
    assert (f'name="c{own.pk}-treats_all_day"' in page) is (service.slug == "microsoft")

    client.post(address, {"act": "switch", "calendar": own.pk, f"c{own.pk}-treats_all_day": "said"})

    assert starts() == []
    assert not made.calendars.filter(counts=True).exists()


def test_secrets_are_never_shown(alice, client_for, service, now):
    connect(alice, service, ACCOUNT)

    page = client_for(alice).get("/settings/calendars/").content.decode()

    assert "refresh-" not in page
    assert "access-" not in page
