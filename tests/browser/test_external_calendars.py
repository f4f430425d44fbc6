"""A calendar elsewhere: connected, seen, counted, read by the engine, disconnected; in every look."""

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from calendars.models import Connection, ConnectionState
from sessions_app.availability.busy_times import replace_busy_times
from sessions_app.models import BusySpan
from tests.browser.conftest import expect_done
from tests.browser.looking import problems
from tests.calendars.dav_servers import PASSWORD, USER, Radicale, write_event
from tests.calendars.feeds import Feed, read_now, write_calendar
from tests.calendars.servers import Server

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE = "/settings/calendars/"


@pytest.fixture
def feed(settings):
    settings.WEBHOOKS_TO_LOCAL_ADDRESSES = True
    # At noon, so that no hour of theirs belongs to two days, in London or in Bengaluru
    noon = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    found = Feed(content=write_calendar(noon + timedelta(days=2), noon + timedelta(days=3)))
    server = Server(found.answer)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    found.url = f"{server.url}/basic.ics"
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture
def radicale(tmp_path_factory, settings):
    settings.WEBHOOKS_TO_LOCAL_ADDRESSES = True
    server = Radicale(tmp_path_factory.mktemp("radicale"))
    server.start()
    yield server
    server.stop()


def press(page, act):
    page.locator(f"button[value={act}]").click()
    expect_done(page)


def connect(page, feed):
    page.goto(PAGE)
    page.locator("input[name=address]").fill(feed.url)
    page.locator("input[name=address]").press("Enter")
    expect_done(page)
    read_now(timezone.now())
    page.goto(PAGE)


def test_a_calendar_is_connected_counted_and_disconnected(browser_page, priya, feed, js):
    page = browser_page(js=js, user=priya.person)
    connect(page, feed)
    assert not BusySpan.objects.exists()

    press(page, "count")
    read_now(timezone.now())
    page.goto("/mentor/availability/")
    assert page.locator("[data-part=busy-days] > li").count() == 2

    page.goto(PAGE)
    page.locator("input[name$=counts]").uncheck()
    press(page, "switch")
    assert not BusySpan.objects.exists()
    press(page, "disconnect")
    assert not Connection.objects.exists()


def test_every_look_of_it_is_sound(browser_page, priya, feed):
    page = browser_page(user=priya.person)
    page.goto(PAGE)
    for guide in page.locator("details summary.btn").all():
        guide.click()
    found = problems(page, "calendars-none")
    page.goto("/mentor/availability/")
    found += problems(page, "availability-no-calendars")
    connect(page, feed)
    found += problems(page, "calendars-proposed")
    press(page, "count")
    read_now(timezone.now())
    page.goto(PAGE)
    found += problems(page, "calendars-connected")
    since = timezone.now() - timedelta(days=2)
    Connection.objects.update(state=ConnectionState.FAILING, failing_since=since, failures=9, failure="broken")
    page.goto(PAGE)
    found += problems(page, "calendars-failing")
    page.goto("/mentor/availability/")
    found += problems(page, "availability-failing")

    assert found == []


def connect_account(page, server):
    page.goto(PAGE)
    page.locator("input[name=caldav-address]").fill(server.url)
    page.locator("input[name=caldav-user]").fill(USER)
    page.locator("input[name=caldav-password]").fill(PASSWORD)
    page.locator("input[name=caldav-password]").press("Enter")
    expect_done(page)
    read_now(timezone.now())
    page.goto(PAGE)


def test_calendars_of_an_account_are_chosen_and_every_look_of_it_is_sound(browser_page, priya, radicale):
    for name in ("Work", "Family", "A calendar with a name that is much longer than names of calendars usually are"):
        radicale.make_calendar(name.split()[0], name=name)
    radicale.put(f"{radicale.home}Work/", "1", write_event(f":{timezone.now() + timedelta(days=2):%Y%m%dT%H%M%SZ}"))
    page = browser_page(user=priya.person)
    connect_account(page, radicale)
    found = problems(page, "account-proposed")

    page.locator("input[type=checkbox][name$=calendars]").first.uncheck()
    press(page, "count")
    read_now(timezone.now())
    assert BusySpan.objects.exists()
    page.goto(PAGE)
    for calendar in page.locator("[data-calendar] summary").all():
        calendar.click()
    found += problems(page, "account-connected")

    radicale.restart(password="another")
    read_now(timezone.now() + timedelta(hours=1))
    page.goto(PAGE)
    assert page.locator("input[name$=password]").first.is_visible()
    found += problems(page, "account-refused")

    assert found == []


def test_a_mentee_sees_when_they_are_busy_and_books_all_the_same(browser_page, priya, bob):
    now = timezone.now()
    spans = [(now, now + timedelta(days=3)), (now + timedelta(days=4), now + timedelta(days=5))]
    replace_busy_times(person=bob, calendar=7, spans=spans, now=now)
    page = browser_page(user=bob)

    page.goto(f"/mentors/{priya.slug}/")
    found = problems(page, "picker-skips-busy")
    page.locator("[data-part=skipped] button").click()
    page.locator("[data-part=busy]").wait_for()
    found += problems(page, "picker-busy")

    # The time that is busy can be chosen: what is sent is its start.
    radio = page.locator("label.slot:has(small) input").first
    radio.check(force=True)
    assert radio.is_checked()
    assert found == []
