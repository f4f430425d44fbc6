"""Pages that lead to people's own calendars."""

import re
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client

from sessions_app.invites.feeds import find_feed, make_feed
from sessions_app.models import CalendarFeed
from tests.conftest import NOW, at
from tests.markup import choices_in, forms_in, markup_of, parts_in, refusals_in
from tests.sessions_app.conftest import QUESTION, book
from tests.sessions_app.helpers.calendars import read_one

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
SETTINGS = "/settings/calendar/"


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL, settings.SITE_HOST = "https://mentoring.example", "mentoring.example"


@pytest.fixture
def token(bob) -> str:
    return make_feed(person=bob, replaces=None, now=NOW)


def test_settings_page_makes_an_address_and_shows_it_once(booking, bob, client_for):
    client = client_for(bob)
    before = markup_of(client.get(SETTINGS))
    assert (SETTINGS in forms_in(before), choices_in(before, "replaces")) == (True, [])

    made = client.post(SETTINGS)

    [address] = re.findall(r'value="https://mentoring\.example(/calendar/[\w-]{43}\.ics)"', made.content.decode())
    assert f'href="webcal://mentoring.example{address}"' in made.content.decode()
    assert made["Cache-Control"] == "private, no-store"
    assert read_one(Client().get(address).content)[1].uid == f"{booking.uuid}@mentoring.example"
    later = markup_of(client.get(SETTINGS))
    assert address not in later
    assert parts_in(later) == ["calendar-read"]


def test_settings_page_renews_and_stops(bob, client_for, token):
    client = client_for(bob)
    feed = find_feed(token)

    renewed = client.post(SETTINGS, {"replaces": feed.pk})
    again = client.post(SETTINGS, {"replaces": feed.pk}, follow=True)

    assert (renewed.status_code, find_feed(token)) == (200, None)
    assert refusals_in(markup_of(again)) == ["exists"]
    newer = CalendarFeed.objects.get(person=bob)
    client.post(SETTINGS, {"replaces": newer.pk, "stop": "1"})
    assert CalendarFeed.objects.count() == 0


@pytest.mark.parametrize("replaces", ["", "x", "-1", "9" * 5000, "\x00", "٣"])
def test_settings_page_renews_nothing_that_was_not_seen(bob, client_for, token, replaces):
    response = client_for(bob).post(SETTINGS, {"replaces": replaces})

    assert response["Location"] == SETTINGS
    assert find_feed(token) is not None


def test_settings_page_asks_for_a_sign_in():
    assert Client().get(SETTINGS)["Location"] == f"/sign-in/?next={SETTINGS}"


def test_settings_and_sessions_lead_to_the_calendar_address(bob, client_for):
    client = client_for(bob)

    assert all(f'href="{SETTINGS}"' in client.get(page).content.decode() for page in ("/settings/", "/sessions/"))


def test_session_page_opens_web_calendars_with_the_session_filled_in(booking, bob, client_for):
    page = client_for(bob).get(f"/sessions/{booking.uuid}/").content.decode()

    hrefs = [unescape(href) for href in re.findall(r'href="(https://[^"]+)"', page)]
    found = {urlsplit(href).hostname: dict(parse_qsl(urlsplit(href).query)) for href in hrefs}
    google, outlook = found["calendar.google.com"], found["outlook.live.com"]
    assert (google["dates"], google["text"]) == ("20261126T143000Z/20261126T145500Z", f"25 min with Alice: {QUESTION}")
    assert (outlook["startdt"], outlook["enddt"]) == ("2026-11-26T14:30:00Z", "2026-11-26T14:55:00Z")
    assert outlook["subject"] == google["text"]
    assert found["outlook.office.com"] == outlook
    assert google["details"] == outlook["body"] == f"{QUESTION}\n\nThe session page: {google['location']}"


def test_the_file_of_a_session_is_named_by_the_day_on_its_readers_clock(offer, alice, bob, client_for):
    """Evening in London, past midnight in Kolkata."""
    offer.profile.schedule.windows.create(weekday=4, start=1140, end=1260)
    late = book(offer, bob, at("2026-11-26 19:30"))

    names = [
        client_for(person).get(f"/sessions/{late.uuid}/calendar.ics")["Content-Disposition"] for person in (alice, bob)
    ]

    assert names == [f'attachment; filename="session-2026-11-{day}.ics"' for day in (26, 27)]
