"""Busy times of the next seven days, as pages draw them."""

from datetime import timedelta

import pytest

from calendars.connecting import connect_address
from calendars.models import Connection, ExternalCalendar
from calendars.models import ConnectionState as State
from sessions_app.availability.busy_times import replace_busy_times
from sessions_app.availability.busy_week import busy_week_of
from tests.conftest import NOW, at
from tests.markup import markup_of, parts_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
PAGE = "/mentor/availability/"
LONDON = "Europe/London"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def calendar(alice):
    return add_calendar(alice, "Work")


def add_calendar(person, name):
    made = connect_address(person=person, address=f"https://example.org/{name}", now=NOW)
    Connection.objects.filter(pk=made.pk).update(state=State.ACTIVE, synced_at=NOW, next_at=NOW + HOUR)
    ExternalCalendar.objects.filter(connection=made).update(name=name, counts=True)
    return made.calendars.get()


def say_busy(calendar, *spans):
    replace_busy_times(person=calendar.connection.person, calendar=calendar.pk, spans=spans, now=NOW)


def drawn(person, zone=LONDON, now=NOW):
    week = busy_week_of(person, zone=zone, now=now)
    return [
        (f"{day.start:%a %d}", [(one.name, one.first_minute, one.end_minute) for one in day.times]) for day in week.days
    ]


def test_times_of_each_day_by_the_clock_of_a_zone(alice, calendar):
    begin = at("2026-11-26 22:00")
    say_busy(calendar, (begin, begin + 4 * HOUR))

    assert drawn(alice) == [("Thu 26", [("Work", 1320, 1440)]), ("Fri 27", [("Work", 0, 120)])]
    assert drawn(alice, "Asia/Tokyo") == [("Fri 27", [("Work", 420, 660)])]


def test_times_that_touch_are_one_but_not_those_of_two_calendars(alice, calendar):
    begin = at("2026-11-26 10:00")
    say_busy(
        calendar, (begin, begin + 2 * HOUR), (begin + HOUR, begin + 3 * HOUR), (begin + 3 * HOUR, begin + 4 * HOUR)
    )
    say_busy(add_calendar(alice, "Home"), (begin, begin + HOUR))

    [(_day, times)] = drawn(alice)
    assert sorted(times) == [("Home", 600, 660), ("Work", 600, 840)]


def test_each_calendar_has_its_own_colour_whatever_its_name(alice, calendar):
    begin = at("2026-11-26 10:00")
    home = add_calendar(alice, "Home")
    for one in (calendar, home):
        say_busy(one, (begin, begin + HOUR))

    [day] = busy_week_of(alice, zone=LONDON, now=NOW).days
    assert sorted((time.name, time.colour) for time in day.times) == [("Home", 1), ("Work", 0)]
    assert sorted(day.bar) == [(600, 660, 0), (600, 660, 1)]


def test_whole_days_and_nothing_beyond_the_week(alice, calendar):
    begin = at("2026-11-27 00:00")
    say_busy(calendar, (begin, begin + DAY), (begin + 7 * DAY, begin + 8 * DAY), (NOW - 2 * HOUR, NOW - HOUR))

    [day] = busy_week_of(alice, zone=LONDON, now=NOW).days
    assert [one.is_whole_day for one in day.times] == [True]


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Australia/Lord_Howe"])
def test_clock_changes_draw_no_time_backwards(alice, calendar, zone):
    begin = at("2027-03-13 00:00")
    for weeks in range(35):
        moment = begin + 7 * weeks * DAY
        say_busy(calendar, *((moment + n * HOUR / 2, moment + n * HOUR / 2 + HOUR / 6) for n in range(96)))
        for day in busy_week_of(alice, zone=zone, now=moment).days:
            assert all(0 <= first <= end <= 1440 for first, end, _colour in day.bar)


@pytest.mark.parametrize(
    ("state", "since", "warns"),
    [(State.FAILING, DAY - HOUR, False), (State.FAILING, DAY, True), (State.NEEDS_YOU, timedelta(), True)],
)
def test_a_calendar_that_is_away_is_warned_of(alice, calendar, state, since, warns, client_for):
    Connection.objects.update(state=state, failing_since=NOW - since, failures=1, failure="broken")

    parts = parts_in(markup_of(client_for(alice).get(PAGE)))

    assert ("calendar-warning" in parts) == warns


def test_the_page_of_ones_times_draws_them(alice, calendar, client_for, django_assert_max_num_queries):
    client = client_for(alice)
    client.get(PAGE)
    begin = at("2026-11-26 10:00")
    say_busy(calendar, *((begin + n * HOUR, begin + n * HOUR + HOUR / 2) for n in range(50)))

    with django_assert_max_num_queries(21):
        page = client.get(PAGE)

    assert "busy-days" in parts_in(markup_of(page))


def test_who_has_no_calendar_is_told_of_it(alice, client_for):
    assert "no-calendars" in parts_in(markup_of(client_for(alice).get(PAGE)))
