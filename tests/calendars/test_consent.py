"""To a service and back: what has to fit on the way, what is refused, and what a consent changes."""

import base64
import hashlib
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client

from accounts.limits import LIMITS
from accounts.providers.provider import UnreadableSettingError
from calendars.connecting import count_connection, disconnect
from calendars.looking import read_due
from calendars.models import Connection, ConnectionState
from calendars.sources.checks import check_calendar_providers
from calendars.sources.opening import ConnectionKeeper, may_write, open_secret
from calendars.sources.providers import read_calendar_providers
from calendars.sources.tokens import Tokens
from calendars.writing.choosing import choose_calendar
from calendars.writing.working import write_due
from sessions_app.booking.changes import cancel_booking, move_booking
from sessions_app.models import BusySpan
from tests.calendars.stand_in_service import ACCOUNT, Answer, serving_calendars
from tests.conftest import NOW
from tests.markup import elements_of, markup_of
from tests.sessions_app.conftest import book

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
PAGE = "/settings/calendars/"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FAILED = {"state": "needs_you", "failure": "refused", "failures": 3, "failing_since": NOW}


@pytest.fixture
def google(settings):
    with serving_calendars("google") as found:
        settings.CALENDAR_PROVIDERS = found.setting()
        yield found


def start(client: Client, slug: str, **data: str) -> dict[str, str]:
    """Press the button. Returns what the service is asked."""
    led = client.post(f"{PAGE}with/{slug}/", data)
    assert led.status_code == 200, led
    return dict(parse_qsl(urlsplit(led["Refresh"].removeprefix("0; url=")).query))


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def come_back(client: Client, address: str) -> set[str]:
    """Follow the service's answer. Returns the codes of what is said on the page that it leads to."""
    answer = client.get(path_of(address))
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    return {message.extra_tags or message.level_tag for message in client.get(PAGE).context["messages"]}


def connect(client: Client, service, **data: str) -> set[str]:
    return come_back(client, service.way_back(start(client, service.slug, **data)))


def buttons_on(client: Client, name: str) -> list[str | None]:
    return [
        one.attributes[name] for one in elements_of(markup_of(client.get(PAGE)), "button") if name in one.attributes
    ]


# The settings


def test_only_services_that_the_settings_name_are_offered(alice, client_for, settings, google):
    client = client_for(alice)
    assert buttons_on(client, "data-service") == ["google"]

    settings.CALENDAR_PROVIDERS = ""
    assert buttons_on(client, "data-service") == []
    assert client.post(f"{PAGE}with/google/").status_code == 404
    assert client.get(f"{PAGE}with/google/back/").status_code == 404


@pytest.mark.parametrize(
    "setting",
    [
        "google client_id=1",
        "google secret=1",
        "yahoo client_id=1 secret=2",
        "google client_id=1 secret=2\ngoogle client_id=1 secret=2",
        "google client_id=1 secret=2 api=http://example.org",
        "google client_id=1 secret=2 token=",
        "google client_id=1 secret=2 what=3",
        "google 'client_id",
        "[",
    ],
)
def test_settings_that_make_no_sense_are_said(settings, setting):
    settings.CALENDAR_PROVIDERS = setting

    with pytest.raises(UnreadableSettingError):
        read_calendar_providers(setting)
    assert [one.id for one in check_calendar_providers()] == ["calendars.E001"]


def test_a_directory_of_microsoft_stands_in_its_addresses():
    [provider] = read_calendar_providers("microsoft client_id=1 secret=2 tenant=uni.example")

    assert provider.token == "https://login.microsoftonline.com/uni.example/oauth2/v2.0/token"
    assert check_calendar_providers() == []


# The way there


def test_what_the_service_is_asked(alice, client_for, service, settings):
    asked = start(client_for(alice), service.slug)

    assert asked["redirect_uri"] == f"{settings.SITE_URL}{PAGE}with/{service.slug}/back/"
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert (
        asked["scope"]
        == {
            "google": "https://www.googleapis.com/auth/calendar.freebusy "
            "https://www.googleapis.com/auth/calendar.calendarlist.readonly",
            "microsoft": "offline_access Calendars.ReadBasic",
        }[service.slug]
    )
    assert asked.get("access_type") == ("offline" if service.slug == "google" else None)


def test_writing_is_asked_for_only_if_it_is_wanted_and_stays_allowed(alice, client_for, service):
    client = client_for(alice)
    wider = {"google": "https://www.googleapis.com/auth/calendar.events.owned", "microsoft": "Calendars.ReadWrite"}
    connect(client, service)
    made = Connection.objects.get()
    assert not Tokens.from_secret(open_secret(made)).writes
    assert wider[service.slug] not in start(client, service.slug, again=str(made.uuid))["scope"].split()

    assert connect(client, service, again=str(made.uuid), writes="1") == {"success"}

    made.refresh_from_db()
    assert Tokens.from_secret(open_secret(made)).writes
    assert wider[service.slug] in start(client, service.slug, again=str(made.uuid))["scope"].split()


def test_the_way_there_is_a_form_of_ours(alice, client_for, google):
    assert client_for(alice).get(f"{PAGE}with/google/").status_code == 405


def test_a_person_starts_only_so_often(alice, client_for, google, monkeypatch):
    monkeypatch.setitem(LIMITS, "calendar", "1/h/key")
    client = client_for(alice)
    start(client, "google")

    assert client.post(f"{PAGE}with/google/").status_code == 429


# And back


def test_an_account_is_connected(alice, client_for, service):
    assert connect(client_for(alice), service) == {"success"}

    made = Connection.objects.get()
    assert (made.person, made.kind, made.host, made.state) == (alice, service.slug, ACCOUNT, ConnectionState.PROPOSED)
    tokens = Tokens.from_secret(ConnectionKeeper(made.pk).load_secret())
    assert tokens.refresh in service.refresh
    assert tokens.access in service.access
    assert tokens.refresh not in made.secret


def test_the_verifier_fits_the_challenge(alice, client_for, google):
    asked = start(client_for(alice), "google")
    client = client_for(alice)
    come_back(client, google.way_back(start(client, "google")))

    [(_method, _path, _headers, body)] = google.asked_of("/token")
    verifier = dict(parse_qsl(body.decode()))["code_verifier"]
    digest = hashlib.sha256(verifier.encode()).digest()
    assert base64.urlsafe_b64encode(digest).decode().rstrip("=") != asked["code_challenge"]


@pytest.mark.parametrize(
    ("consent", "code"),
    [("access_denied", "denied"), ("consent_required", "denied"), ("server_error", "service_error")],
)
def test_a_refusal_there_changes_nothing(alice, client_for, service, consent, code):
    service.consent = consent

    assert connect(client_for(alice), service) == {code}
    assert not Connection.objects.exists()
    assert service.asked == []


@pytest.mark.parametrize("query", ["", "code=1", "state=", "code=1&state=x", "error=access_denied&state=x"])
def test_a_state_that_we_never_gave(alice, client_for, google, query):
    client = client_for(alice)
    start(client, "google")

    assert come_back(client, f"{PAGE}with/google/back/?{query}") == {"unknown_journey"}
    assert google.asked == []


def test_an_answer_works_once(alice, client_for, service):
    client = client_for(alice)
    back = service.way_back(start(client, service.slug))

    assert come_back(client, back) == {"success"}
    assert come_back(client, back) == {"unknown_journey"}
    assert Connection.objects.count() == 1


def test_an_answer_works_only_in_the_browser_that_asked(alice, bob, client_for, google):
    """Else a link could connect the account of who sent it."""
    back = google.way_back(start(client_for(bob), "google"))

    assert come_back(client_for(alice), back) == {"unknown_journey"}
    assert come_back(client_for(bob), back) == {"unknown_journey"}
    assert not Connection.objects.exists()


def test_an_answer_is_of_the_service_that_was_asked(alice, client_for, settings):
    with serving_calendars("google") as google, serving_calendars("microsoft") as microsoft:
        settings.CALENDAR_PROVIDERS = f"[{google.setting()[1:-1]},{microsoft.setting()[1:-1]}]"
        client = client_for(alice)
        back = google.way_back(start(client, "google")).replace("/google/", "/microsoft/")

        assert come_back(client, back) == {"unknown_journey"}
        assert microsoft.asked == []


@pytest.mark.parametrize("code", ["", "x" * 5000])
def test_an_answer_without_a_code_that_can_be_one(alice, client_for, google, code):
    client = client_for(alice)
    state = start(client, "google")["state"]

    assert come_back(client, f"{PAGE}with/google/back/?state={state}&code={code}") == {"service_error"}
    assert google.asked == []


@pytest.mark.parametrize(
    "answer",
    [
        Answer("/token", 400, {"error": "invalid_grant"}),
        Answer("/token", 401, {"error": "invalid_client"}),
        Answer("/token", 500),
        Answer("/token", 200, b"<html>"),
        Answer("/token", 200, {"access_token": "1"}),
        Answer("/api/", 403, {"error": {"errors": [{"reason": "accessNotConfigured"}]}}),
        Answer("/api/", 200, {}),
        Answer("/api/", 200, {"id": "x" * 255, "owner": {"address": "x" * 255}}),
    ],
    ids=lambda one: f"{one.path} {one.status} {str(one.body)[:40]}",
)
def test_a_service_that_answers_badly(alice, client_for, service, answer):
    service.answers = [Answer(answer.path, answer.status, answer.body, times=100)]

    assert connect(client_for(alice), service) == {"no_answer"}
    assert not Connection.objects.exists()


@pytest.mark.parametrize("granted", ["", "https://www.googleapis.com/auth/calendar.freebusy", "User.Read"])
def test_less_than_we_need_is_not_enough(alice, client_for, service, granted):
    service.granted = granted

    assert connect(client_for(alice), service) == {"scopes"}
    assert not Connection.objects.exists()


def test_a_wider_scope_of_microsoft_is_enough(alice, client_for, settings):
    with serving_calendars("microsoft") as service:
        settings.CALENDAR_PROVIDERS = service.setting()
        service.granted = "https://graph.microsoft.com/Calendars.ReadWrite https://graph.microsoft.com/.default"

        assert connect(client_for(alice), service) == {"success"}


# Twice, and again


def test_an_account_is_connected_once(alice, bob, client_for, service):
    client = client_for(alice)
    connect(client, service)
    before = Connection.objects.get().secret

    assert connect(client, service) == {"exists"}
    assert Connection.objects.get().secret == before
    assert connect(client_for(bob), service) == {"success"}


def test_there_may_be_only_so_many(alice, client_for, google, settings):
    settings.MAX_CALENDARS = 1
    client = client_for(alice)
    connect(client, google)
    google.account = "other@example.com"

    assert connect(client, google) == {"too_many"}
    assert Connection.objects.count() == 1


def test_connecting_again_mends(alice, client_for, service):
    client = client_for(alice)
    connect(client, service)
    Connection.objects.update(**FAILED)
    before = Connection.objects.get()
    assert buttons_on(client, "data-part") == ["again"]

    assert connect(client, service, again=str(before.uuid)) == {"success"}

    after = Connection.objects.get()
    assert (after.pk, after.state, after.failure, after.failures) == (before.pk, "active", "", 0)
    assert (after.failing_since, after.next_at, after.version) == (None, NOW, before.version + 1)
    assert after.secret != before.secret
    assert buttons_on(client, "data-part") == []


def test_connecting_what_needs_its_person_mends_it_too(alice, client_for, service):
    client = client_for(alice)
    connect(client, service)
    Connection.objects.update(**FAILED)

    assert connect(client, service) == {"success"}
    assert Connection.objects.get().state == "active"


def test_another_account_mends_nothing(alice, client_for, service):
    client = client_for(alice)
    connect(client, service)
    Connection.objects.update(**FAILED)
    before = Connection.objects.get()
    service.account = "other@example.com"

    assert connect(client, service, again=str(before.uuid)) == {"other_account"}

    after = Connection.objects.get()
    assert (after.secret, after.state) == (before.secret, "needs_you")


def test_what_was_disconnected_meanwhile_is_connected_as_a_new_one(alice, client_for, google):
    client = client_for(alice)
    connect(client, google)
    again = Connection.objects.get()
    back = google.way_back(start(client, "google", again=str(again.uuid)))
    again.delete()

    assert come_back(client, back) == {"success"}
    assert Connection.objects.get().state == ConnectionState.PROPOSED


@pytest.mark.parametrize("again", ["x", "00000000-0000-4000-8000-000000000000"])
def test_again_of_what_is_not_there(alice, client_for, google, again):
    assert client_for(alice).post(f"{PAGE}with/google/", {"again": again}).status_code == 404


def test_again_of_what_is_not_theirs(alice, bob, client_for, google):
    connect(client_for(alice), google)
    theirs = Connection.objects.get()

    assert client_for(bob).post(f"{PAGE}with/google/", {"again": str(theirs.uuid)}).status_code == 404


def test_nothing_of_the_way_is_logged(alice, client_for, service, caplog):
    caplog.set_level("DEBUG", "calendars")
    connect(client_for(alice), service)

    for secret in ("access-", "refresh-", "code-", "a secret of both"):
        assert secret not in caplog.text


# Putting sessions there


def test_adding_sessions_is_allowed_by_a_consent_of_its_own(service, alice, client_for):
    client = client_for(alice)
    connect(client, service)
    Connection.objects.update(state=ConnectionState.ACTIVE, synced_at=NOW)
    before = (buttons_on(client, "data-asks-to-write"), may_write(Connection.objects.get()))
    asked = start(client, service.slug, again=str(Connection.objects.get().uuid), writes="yes")
    come_back(client, service.way_back(asked))

    assert before == ([service.slug], False)
    assert ("owned" in asked["scope"]) or ("ReadWrite" in asked["scope"])
    assert may_write(Connection.objects.get())
    assert buttons_on(client, "data-asks-to-write") == []


def test_an_agreed_session_stands_in_the_calendar_that_was_chosen(service, offer, alice, bob, client_for):
    """Put there, moved and removed, with the tokens that the consent gave."""
    client = client_for(alice)
    connect(client, service, writes="yes")
    read_due(lambda: NOW)
    made = Connection.objects.get()
    count_connection(connection=made, now=NOW)
    choose_calendar(calendar=made.calendars.filter(is_writable=True).first(), now=NOW)
    booking = book(offer, bob)
    write_due(clock=lambda: NOW)
    stood = written(service)
    move_booking(booking=booking, start=booking.start + DAY, by=bob, now=NOW)
    write_due(clock=lambda: NOW)
    moved = written(service)
    read_due(lambda: NOW + HOUR)
    cancel_booking(booking=booking, by=bob, reason="Ill", now=NOW + HOUR)
    write_due(clock=lambda: NOW + HOUR)

    assert (len(stood), len(moved), written(service)) == (1, 1, [])
    assert stood != moved
    assert not BusySpan.objects.filter(during__overlap=booking.during).exists()


def test_an_account_that_is_being_disconnected_is_connected_anew(service, offer, alice, bob, client_for):
    """With the right to take out the sessions that still stand there."""
    client = client_for(alice)
    connect(client, service, writes="yes")
    read_due(lambda: NOW)
    made = Connection.objects.get()
    count_connection(connection=made, now=NOW)
    choose_calendar(calendar=made.calendars.filter(is_writable=True).first(), now=NOW)
    book(offer, bob)
    write_due(clock=lambda: NOW)
    disconnect(connection=made, now=NOW)

    assert connect(client, service) == {"success"}
    again = Connection.objects.get()
    assert (again.pk, again.state, again.ending_at) == (made.pk, ConnectionState.PROPOSED, None)
    write_due(clock=lambda: NOW)
    assert written(service) == []


def written(service) -> list[str]:
    return [one["start"]["dateTime"] for one in service.written.values() if one.get("status") != "cancelled"]
