from datetime import timedelta

import pytest

from events.forms.event import EventForm
from events.forms.planning import TablesForm, line_of, read_table
from events.models import EventTable
from events.planning.tables import TableInput
from events.registering.managing import create_event
from tests.conftest import NOW, at

FILLED = {
    "title": "First jobs",
    "about": "",
    "mode": "on_site",
    "place": "Kulturhuset",
    "access": "",
    "day": "2026-12-03",
    "time": "18:00",
    "timezone": "Europe/Stockholm",
    "rounds_count": "6",
    "round_minutes": "10",
    "change_minutes": "2",
    "break_after": "3",
    "break_minutes": "10",
    "group_size": "1",
    "places_mentee": "24",
    "places_mentor": "10",
    "closes_before": "24",
}


def filled(**fields) -> EventForm:
    return EventForm({**FILLED, **fields}, now=NOW, zone="Europe/London")


def wrong(**fields) -> dict[str, list[str]]:
    form = filled(**fields)
    assert not form.is_valid()
    return {name: [error.code for error in errors] for name, errors in form.errors.as_data().items()}


def test_the_wall_clock_of_the_place_is_the_start_and_rounds_make_the_end():
    form = filled()

    assert form.is_valid(), form.errors
    said = form.cleaned_data["said"]
    assert (said.start, said.during.upper) == (at("2026-12-03 17:00"), at("2026-12-03 18:18"))
    assert said.registration_until == at("2026-12-02 17:00")
    assert said.places == {"mentee": 24, "mentor": 10}


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"title": " "}, {"title": ["required"]}),
        ({"place": ""}, {"place": ["required"]}),
        ({"day": "2026-11-20"}, {"day": ["past"]}),
        ({"day": "2027-03-28", "time": "02:30"}, {"time": ["no_such_time"]}),
        ({"break_after": "6"}, {"break_after": ["break"]}),
        ({"rounds_count": "13"}, {"rounds_count": ["max_value"]}),
        ({"rounds_count": "12", "round_minutes": "20", "break_minutes": "60"}, {"rounds_count": ["too_long"]}),
        ({"day": "2026-11-24", "time": "23:00"}, {"closes_before": ["closed"]}),
        ({"timezone": "Mars/Base"}, {"timezone": ["invalid_choice"]}),
        ({"places_mentee": "0"}, {"places_mentee": ["min_value"]}),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field(fields, found):
    assert wrong(**fields) == found


def test_an_online_event_needs_no_address():
    assert filled(mode="online", place="").is_valid()


@pytest.mark.django_db
def test_a_saved_event_fills_the_form_again(maria):
    form = filled()
    assert form.is_valid()
    event = create_event(said=form.cleaned_data["said"], by=maria)

    again = EventForm(event=event, now=NOW + timedelta(hours=1), zone="UTC").initial

    assert {name: str(again[name]) for name in FILLED} == {**FILLED, "time": "18:00:00"}


def test_tables_are_lines_with_marks_in_brackets():
    form = TablesForm({"tables": "Window (screen)\n\n Door\nCorner (quiet, screen)\nRoom (2)"}, tables=[])

    assert form.is_valid()
    assert form.cleaned_data["tables"] == [
        TableInput("Window", has_screen=True),
        TableInput("Door"),
        TableInput("Corner", has_screen=True, is_quiet=True),
        TableInput("Room (2)"),
    ]


@pytest.mark.parametrize(("text", "code"), [("A\na", "twice"), ("x" * 41, "name"), ("(screen)", "name")])
def test_tables_need_names_of_their_own(text, code):
    form = TablesForm({"tables": text}, tables=[])

    assert not form.is_valid()
    assert [error.code for error in form.errors.as_data()["tables"]] == [code]


def test_a_table_reads_as_it_was_written():
    table = EventTable(name="Corner", has_screen=True, is_quiet=True)

    assert read_table(line_of(table)) == TableInput("Corner", has_screen=True, is_quiet=True)
