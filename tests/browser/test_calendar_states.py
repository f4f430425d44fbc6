"""What pages show of calendars elsewhere in each of their states, in every look. No server is asked for it."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.text import slugify

from calendars.connecting import connect_address, disconnect
from calendars.models import Connection, ConnectionState, ExportedEvent, ExportState
from calendars.writing.choosing import choose_calendar
from sessions_app.availability.busy_times import replace_busy_times
from tests.browser.looking import problems
from tests.calendars.writing.conftest import connect_account

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE, AVAILABILITY = "/settings/calendars/", "/mentor/availability/"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONG = "A conversation about the budget of next year with everyone whose budget it is"


@pytest.fixture
def noon():
    return timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)


def connect(person, name, *starts, titles=()):
    """A calendar at an address as it is after it was read: an hour from each of these moments."""
    now = timezone.now()
    made = connect_address(person=person, address=f"https://example.org/{slugify(name)}.ics", now=now)
    read = {"state": ConnectionState.ACTIVE, "synced_at": now, "next_at": now + DAY}
    Connection.objects.filter(pk=made.pk).update(**read)
    made.calendars.update(name=name, counts=True, keeps_titles=bool(titles), read_at=now, found=len(starts))
    spans = [(start, start + HOUR) for start in starts]
    known = dict(zip(spans, titles, strict=False))
    replace_busy_times(person=person, calendar=made.calendars.get().pk, spans=spans, titles=known, now=now)
    return made


def put_into_diary(priya, booking, state):
    """The session as it is in a calendar into which priya’s sessions are put."""
    now = timezone.now()
    [diary] = connect_account(priya.person, "Diary", now=now)
    choose_calendar(calendar=diary, now=now)
    ExportedEvent.objects.filter(booking=booking).update(
        state=state, sequence=booking.sequence, checked_at=now, next_at=None
    )
    return diary.connection


def test_several_calendars_with_titles(browser_page, priya, noon):
    days = [noon + number * DAY for number in (2, 3, 4)]
    connect(priya.person, "Work", *days, titles=("Dentist", LONG, "مراجعة الميزانية"))
    connect(priya.person, "A calendar with a name that is much longer than names of calendars are", *days)
    page = browser_page(user=priya.person)
    found = []
    for address, name in ((PAGE, "calendars-titles"), (AVAILABILITY, "availability-titles")):
        page.goto(address)
        assert page.locator("[data-part=busy-title]").count() == 3
        assert page.locator("[data-part=busy-days] .daybar rect").count() == 6
        found += problems(page, name)

    assert found == []


def test_an_address_that_ended(browser_page, priya, noon):
    made = connect(priya.person, "Work", noon + 2 * DAY)
    refused = {"failing_since": timezone.now() - HOUR, "failures": 1, "failure": "refused"}
    Connection.objects.update(state=ConnectionState.NEEDS_YOU, **refused)
    page = browser_page(user=priya.person)
    page.goto(PAGE)
    found = problems(page, "calendars-needs-you")

    page.locator(f"input[name=a{made.pk}-address]").fill("work")
    page.locator("button[value=address]").click()
    page.locator(f"[name=a{made.pk}-address][aria-invalid=true]").wait_for()
    found += problems(page, "calendars-needs-you-wrong")

    assert found == []


def test_sessions_that_do_not_reach_the_calendar(browser_page, priya, bob, booked):
    put_into_diary(priya, booked(priya, bob), ExportState.ABSENT)
    since = timezone.now() - 2 * DAY
    Connection.objects.update(write_failing_since=since, write_failure="unreachable", write_failures=9)
    page = browser_page(user=priya.person)
    page.goto(PAGE)

    assert page.locator("[data-part=writing-failure]").is_visible()
    assert problems(page, "calendars-not-written") == []


def test_disconnecting_while_sessions_stand_there(browser_page, priya, bob, booked):
    connection = put_into_diary(priya, booked(priya, bob), ExportState.THERE)
    disconnect(connection=connection, now=timezone.now())
    page = browser_page(user=priya.person)
    page.goto(PAGE)

    assert page.locator("[data-part=ending]").is_visible()
    assert problems(page, "calendars-ending") == []


def test_a_session_that_was_taken_out_elsewhere(browser_page, priya, bob, booked):
    booking = booked(priya, bob)
    put_into_diary(priya, booking, ExportState.GONE)
    page = browser_page(user=priya.person)
    page.goto(f"/sessions/{booking.uuid}/")

    assert page.locator("[data-part=calendar-note]").is_visible()
    assert problems(page, "session-taken-out-elsewhere") == []
