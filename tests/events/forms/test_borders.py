"""The numbers and moments that an organiser or a host may type, each at its last value and one beyond."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from common.forms import FIRST_YEAR, LAST_YEAR
from events.forms.event import EventForm, moment_of
from events.forms.office_hours import OfficeHoursForm
from events.models import Event, EventMode
from tests.conftest import NOW
from tests.events.making import EVENING, make_event
from tests.form_codes import codes_of

from .test_event import FILLED, filled

HOURS = {"title": "Ask me", "about": "", "day": "2026-11-26", "time": "14:00", "minutes": "45", "places": "6"}
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)


def hours(**fields) -> OfficeHoursForm:
    return OfficeHoursForm({**HOURS, **fields}, zone="Europe/London")


def codes(form) -> dict:
    return {} if form.is_valid() else codes_of(form)


@pytest.mark.parametrize(
    ("field", "first", "last"),
    [
        ("rounds_count", 2, 12),
        ("round_minutes", 5, 20),
        ("change_minutes", 1, 5),
        ("break_minutes", 0, 60),
        ("places_mentee", 1, 500),
        ("places_mentor", 1, 500),
        ("group_size", 1, 4),
    ],
)
def test_numbers_of_an_event_are_within_their_bounds(field, first, last):
    base = {"break_after": "0"}
    for number in (first, last):
        assert field not in codes(filled(**base, **{field: str(number)}))
    for number in (first - 1, last + 1, "x", ""):
        found = codes(filled(**base, **{field: str(number)}))
        assert set(found) == {field}, number


@pytest.mark.parametrize(("field", "first", "last"), [("minutes", 20, 90), ("places", 2, 12)])
def test_numbers_of_office_hours_are_within_their_bounds(field, first, last):
    for number in (first, last):
        assert codes(hours(**{field: str(number)})) == {}
    for number in (first - 1, last + 1, "x", "", "1.5"):
        assert set(codes(hours(**{field: str(number)}))) == {field}


@pytest.mark.parametrize(
    ("after", "rounds", "found"),
    [("0", "2", {}), ("1", "2", {}), ("2", "2", {"break_after": ["break"]}), ("3", "4", {}), ("11", "12", {})],
)
def test_a_break_comes_before_the_last_round(after, rounds, found):
    assert codes(filled(break_after=after, rounds_count=rounds, break_minutes="10")) == found


@pytest.mark.parametrize(
    ("minutes", "change", "found"),
    # 12 rounds and 11 changes: 4 hours are 240 minutes.
    [("15", "5", {}), ("16", "4", {}), ("16", "5", {"rounds_count": ["too_long"]})],
)
def test_an_event_is_at_most_four_hours(minutes, change, found):
    form = filled(rounds_count="12", round_minutes=minutes, change_minutes=change, break_after="0")

    assert codes(form) == found


@pytest.mark.parametrize(
    ("year", "found"),
    [
        (FIRST_YEAR - 1, {"day": ["far"]}),
        (FIRST_YEAR, {"day": ["past"]}),
        (LAST_YEAR, {}),
        (LAST_YEAR + 1, {"day": ["far"]}),
    ],
)
def test_days_that_no_calendar_shows_are_refused(year, found):
    assert codes(filled(day=f"{year}-06-03")) == found


@pytest.mark.parametrize(
    ("field", "typed", "code"),
    [
        ("day", "", "required"),
        ("day", "2026-02-30", "invalid"),
        ("time", "", "required"),
        ("time", "25:00", "invalid"),
        ("time", "18:00:30", "invalid"),
        ("title", "", "required"),
        ("title", "x" * 121, "max_length"),
    ],
)
@pytest.mark.parametrize("make", [filled, hours])
def test_what_is_missing_or_no_moment_is_told_beside_its_field(make, field, typed, code):
    assert codes(make(**{field: typed})) == {field: [code]}


@pytest.mark.parametrize(
    ("mode", "found"), [("on_site", {"place": ["required"]}), ("mixed", {"place": ["required"]}), ("online", {})]
)
def test_where_people_meet_has_to_be_said_unless_it_is_online(mode, found):
    assert codes(filled(mode=mode, place="")) == found


@pytest.mark.parametrize("hours_before", [0, 2, 24, 48, 168])
def test_registration_and_wishes_close_together(hours_before):
    form = filled(closes_before=str(hours_before))

    assert form.is_valid(), form.errors
    said = form.cleaned_data["said"]
    assert said.registration_until == said.wishes_until == said.start - hours_before * HOUR


def test_registration_that_would_be_closed_already_is_refused():
    tomorrow = NOW + DAY
    typed = {"day": str(tomorrow.date()), "time": "14:46", "timezone": "Europe/Stockholm"}

    assert codes(filled(**typed, closes_before="24")) == {"closes_before": ["closed"]}
    assert codes(filled(**{**typed, "time": "14:47"}, closes_before="24")) == {}


@pytest.mark.parametrize(("clock", "found"), [("14:46", {"day": ["past"]}), ("14:47", {})])
def test_an_event_begins_later_than_now(clock, found):
    """In Stockholm it is 14:46."""
    assert codes(filled(day="2026-11-24", time=clock, closes_before="0")) == found


# The clocks change


@pytest.mark.parametrize(
    ("zone", "day", "clock"),
    [
        ("Europe/Stockholm", date(2027, 3, 28), time(2, 30)),
        ("Europe/London", date(2027, 3, 28), time(1, 0)),
        ("America/New_York", date(2027, 3, 14), time(2, 59)),
    ],
)
def test_a_time_that_is_left_out_that_day_is_no_time(zone, day, clock):
    assert moment_of(day, clock, zone) is None
    assert codes(filled(day=str(day), time=f"{clock:%H:%M}", timezone=zone)) == {"time": ["no_such_time"]}
    form = OfficeHoursForm({**HOURS, "day": str(day), "time": f"{clock:%H:%M}"}, zone=zone)
    assert codes(form) == {"time": ["no_such_time"]}


@pytest.mark.parametrize(("clock", "utc"), [(time(1, 59), "00:59"), (time(3, 0), "01:00")])
def test_times_around_it_are_what_the_clocks_show(clock, utc):
    moment = moment_of(date(2027, 3, 28), clock, "Europe/Stockholm")

    assert f"{moment:%H:%M}" == utc
    assert moment.astimezone(ZoneInfo("Europe/Stockholm")).time() == clock


def test_a_time_that_comes_twice_is_the_first_of_them():
    moment = moment_of(date(2026, 10, 25), time(2, 30), "Europe/Stockholm")

    assert moment == datetime(2026, 10, 25, 0, 30, tzinfo=ZoneInfo("UTC"))


# A form of an event that there is


@pytest.mark.django_db
def test_a_start_that_is_left_as_it_was_is_the_same_moment_in_an_hour_that_comes_twice(maria):
    second = datetime(2027, 10, 31, 1, 30, tzinfo=ZoneInfo("UTC"))
    event = make_event(maria, start=second, registration_until=second, wishes_until=None)
    typed = FILLED | {"day": "2027-10-31", "closes_before": "0", "break_after": "0"}
    starts = []
    for clock in ("02:30", "02:31"):
        form = EventForm(typed | {"time": clock}, event=event, now=NOW, zone=event.timezone)
        assert codes(form) == {}
        starts.append(form.cleaned_data["said"].start)

    assert starts == [second, second - HOUR + timedelta(minutes=1)]


@pytest.mark.django_db
@pytest.mark.parametrize(("now", "found"), [(NOW, {}), (EVENING + DAY, {})])
def test_an_event_keeps_its_own_time_however_late_it_is(maria, now, found):
    event = make_event(maria)
    form = EventForm(FILLED | {"closes_before": "2", "break_after": "0"}, event=event, now=now, zone=event.timezone)

    assert codes(form) == found


@pytest.mark.django_db
def test_a_deadline_that_is_not_in_the_list_is_kept(maria):
    event = make_event(maria, registration_until=EVENING - 5 * HOUR)
    form = EventForm(event=event, now=NOW, zone=event.timezone)

    assert form.initial["closes_before"] == 5
    assert 5 in [value for value, _label in form.fields["closes_before"].choices]
    new = EventForm(now=NOW, zone="UTC").fields["closes_before"]
    assert [value for value, _label in new.choices] == [0, 2, 24, 48, 168]


@pytest.mark.django_db
def test_all_that_is_known_of_an_event_fills_its_form(maria):
    known = {"mode": EventMode.MIXED, "about": "More", "access": "A lift", "group_size": 2}
    known |= {"break_after": 1, "break_minutes": 7}
    event = make_event(maria, **known)

    initial = EventForm(event=event, now=NOW, zone=event.timezone).initial

    assert {name: initial[name] for name in known} == known
    assert (initial["day"], initial["time"]) == (date(2026, 12, 3), time(18, 0))
    assert (initial["places_mentee"], initial["places_mentor"]) == (2, 2)


def test_every_field_stands_under_a_heading_once():
    for form in (filled(), hours()):
        names = [field.name for _heading, fields, _is_grid in form.fieldsets for field in fields]
        assert sorted(names) == sorted(form.fields)


def test_office_hours_begin_with_the_next_free_time_by_the_mentors_clock():
    free = datetime(2026, 11, 26, 23, 30, tzinfo=ZoneInfo("UTC"))

    initial = OfficeHoursForm(zone="Asia/Kolkata", free=free).initial

    assert (initial["day"], initial["time"]) == (date(2026, 11, 27), time(5, 0))
    assert OfficeHoursForm(zone="Asia/Kolkata").initial == {}


def test_a_span_of_an_event_is_its_start_and_its_length():
    form = filled(rounds_count="2", round_minutes="5", change_minutes="1", break_after="0")

    assert form.is_valid()
    said = form.cleaned_data["said"]
    assert said.during == Event.span(said.start, timedelta(minutes=11))
