import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.availability.schedule import wall_text
from sessions_app.forms.requests import DeclineForm
from sessions_app.forms.schedule import RulesForm, rest_text, zone_choices
from sessions_app.forms.week import (
    TypedDay,
    WeekForm,
    edited_week,
    minute_of,
    sensible_spans,
    span_of,
    spans_of,
    typed_week,
    windows_of,
)
from sessions_app.models import Schedule

PAST_MIDNIGHT = ". For hours past midnight, end at midnight and put the rest on the next day"


def query(**values: object) -> QueryDict:
    """query(day_2_on="on", day_2_from=["18:00"]): underscores for the dashes of the names."""
    data = QueryDict(mutable=True)
    for name, value in values.items():
        data.setlist(name.replace("_", "-"), value if isinstance(value, list) else [value])
    return data


def tuesday(*rows: tuple[str, str], on: bool = True, **more: object) -> QueryDict:
    switch = {"day_2_on": "on"} if on else {}
    starts, ends = [row[0] for row in rows], [row[1] for row in rows]
    return query(**switch, day_2_from=starts, day_2_until=ends, **more)


@pytest.mark.parametrize(
    ("text", "minute"),
    [
        ("00:00", 0),
        ("9:05", 545),
        ("09.05", 545),
        (" 18:30 ", 1110),
        ("18:30:00", 1110),
        ("24:00", 1440),
        ("24:01", None),
        ("18:60", None),
        ("18:30:30", None),
        ("6 pm", None),
        ("-1:00", None),
        ("١٨:٠٠", None),
        ("", None),
    ],
)
def test_minute_of_reads_clock_times_only(text, minute):
    assert minute_of(text) == minute


@given(st.integers(0, 1439), st.integers(1, 1440))
def test_span_of_reads_what_wall_text_writes(start, end):
    assert span_of(wall_text(start), wall_text(end)) == (start, end)


def test_an_end_of_midnight_is_the_end_of_the_day():
    form = WeekForm(tuesday(("00:00", "06:00"), ("22:00", "00:00")))
    assert form.is_valid()
    assert windows_of(form.spans) == [(2, 0, 360), (2, 1320, 1440)]


def test_a_whole_day_is_midnight_to_midnight():
    form = WeekForm(tuesday(("00:00", "00:00")))
    assert form.is_valid()
    assert form.spans[2] == ((0, 1440),)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("18:00", "17:00")], f"Tuesday: the end must be after 18:00{PAST_MIDNIGHT}"),
        ([("18:00", "18:00")], "Tuesday: the end must be after 18:00"),
        ([("10:00", "12:00"), ("11:00", "13:00")], "Tuesday: these two windows overlap"),
        ([("18:00", "")], "Tuesday: enter both times of a window"),
        ([("", "18:00")], "Tuesday: enter both times of a window"),
        ([("6 pm", "8 pm")], "Tuesday: write times like 18:30"),
        ([("25:00", "26:00")], "Tuesday: write times like 18:30"),
        ([], "Tuesday: add a time, or switch the day off"),
        ([("", "")], "Tuesday: add a time, or switch the day off"),
        ([(f"{n:02d}:00", f"{n:02d}:30") for n in range(13)], "Tuesday: you can have up to 12 windows a day"),
    ],
)
def test_week_form_refuses_in_words_and_keeps_what_was_typed(rows, message):
    form = WeekForm(tuesday(*rows))
    assert not form.is_valid()
    assert form.errors == {"2": [message]}
    assert form.rows[1].day.ranges == (tuple(rows) or (("18:00", "20:00"),))


def test_week_form_ignores_an_empty_row_among_others():
    form = WeekForm(tuesday(("18:00", "20:00"), ("", "")))
    assert form.is_valid()
    assert form.spans[2] == ((1080, 1200),)


def test_a_day_that_is_off_has_no_windows_and_keeps_its_rows():
    form = WeekForm(tuesday(("18:00", "nonsense"), on=False))
    assert form.is_valid()
    assert form.spans[2] == ()
    assert form.rows[1].day == TypedDay(False, (("18:00", "nonsense"),))


def test_week_form_survives_a_flood():
    form = WeekForm(tuesday(*[("9" * 500, "x" * 500)] * 5000))
    assert not form.is_valid()
    assert len(form.rows[1].ranges) == 24


def test_spans_of_and_windows_of_are_each_others_inverse():
    windows = [(1, 0, 60), (1, 60, 120), (7, 1320, 1440)]
    assert windows_of(spans_of(reversed(windows))) == windows


def test_add_keeps_what_was_typed_and_points_at_the_new_row():
    data = tuesday(("18:00", "bad"), add="2")
    week, focus = edited_week(typed_week(data), data)
    assert week[2] == TypedDay(True, (("18:00", "bad"), ("", "")))
    assert focus == (2, 1)


def test_add_on_a_day_that_is_off_switches_it_on():
    week, focus = edited_week(typed_week(query(add="6")), query(add="6"))
    assert week[6] == TypedDay(True, (("18:00", "20:00"),))
    assert focus == (6, 0)


def test_add_on_a_day_that_is_off_brings_its_rows_back():
    data = tuesday(("07:00", "08:00"), on=False, add="2")
    week, _focus = edited_week(typed_week(data), data)
    assert week[2] == TypedDay(True, (("07:00", "08:00"),))


@pytest.mark.parametrize(
    ("drop", "ranges", "focus"),
    [
        ("2-0", (("20:00", "21:00"),), (2, 0)),
        ("2-1", (("18:00", "19:00"),), (2, 0)),
        ("2-9", (("18:00", "19:00"), ("20:00", "21:00")), (2, 1)),
        ("2-x", (("18:00", "19:00"), ("20:00", "21:00")), (2, 1)),
    ],
)
def test_drop_takes_one_row_away(drop, ranges, focus):
    data = tuesday(("18:00", "19:00"), ("20:00", "21:00"), drop=drop)
    week, at = edited_week(typed_week(data), data)
    assert (week[2].ranges, at) == (ranges, focus)


def test_dropping_the_last_row_switches_the_day_off():
    data = tuesday(("18:00", "19:00"), drop="2-0")
    week, _focus = edited_week(typed_week(data), data)
    assert week[2] == TypedDay(False, ())


@pytest.mark.parametrize("name", ["add", "drop", "switch"])
@pytest.mark.parametrize("value", ["", "0", "8", "x", "2" * 5000, "-"])
def test_an_edit_of_no_day_changes_nothing(name, value):
    data = tuesday(("18:00", "19:00"), **{name: value})
    assert edited_week(typed_week(data), data) == (typed_week(data), None)


def test_copy_gives_the_ticked_days_the_same_rows():
    data = tuesday(("18:00", "bad"), copy="1", copy_from="2", copy_to=["4", "7", "9"])
    week, _focus = edited_week(typed_week(data), data)
    assert (week[4], week[7]) == (week[2], week[2])
    assert week[1] == TypedDay()


def test_copy_from_nowhere_changes_nothing():
    data = tuesday(("18:00", "19:00"), copy="1", copy_to=["4"])
    assert edited_week(typed_week(data), data) == (typed_week(data), None)


def test_saving_is_no_edit():
    data = tuesday(("18:00", "19:00"))
    assert edited_week(typed_week(data), data) is None


def test_sensible_spans_leave_out_the_days_that_make_no_sense():
    week = typed_week(tuesday(("18:00", "17:00"))) | {3: TypedDay(True, (("10:00", "11:00"), ("", "")))}
    spans = sensible_spans(week)
    assert 2 not in spans
    assert (spans[3], spans[1]) == (((600, 660),), ())


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (0, "None"),
        (1, "1 minute"),
        (45, "45 minutes"),
        (60, "1 hour"),
        (240, "4 hours"),
        (1440, "1 day"),
        (4320, "3 days"),
    ],
)
def test_rest_text_uses_the_largest_unit(minutes, text):
    assert rest_text(minutes) == text


def test_zone_choices_offer_every_city_under_its_part_of_the_world():
    choices = dict(zone_choices())
    assert choices["UTC"] == "UTC"
    assert ("Asia/Kolkata", "Kolkata") in choices["Asia"]


def rules_form(data: dict, **schedule: int) -> RulesForm:
    return RulesForm(data, schedule=Schedule(timezone="Europe/London", **schedule), can_pause=True)


GOOD = {
    "timezone": "Europe/London",
    "notice": "240",
    "buffer": "5",
    "move_notice": "120",
    "cancel_notice": "720",
    "horizon_days": "30",
    "max_written": "2",
}


def test_rules_form_keeps_a_stored_value_that_is_not_on_the_list():
    form = rules_form(GOOD | {"notice": "200"}, notice=200)
    assert form.is_valid()
    assert form.rules.notice == 200


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("max_per_week", "0", "Enter a number from 1 to 200"),
        ("max_per_week", "many", "Enter a number from 1 to 200"),
        ("max_per_day", "51", "Enter a number from 1 to 50"),
        ("horizon_days", "", "Enter a number from 1 to 365"),
        ("horizon_days", "1" * 400, "Enter a number from 1 to 365"),
        ("away_until", "soon", "Enter a date, like 2026-12-07"),
        ("timezone", "EST", "Choose a city from the list"),
        ("notice", "7", "Choose one from the list"),
        ("move_notice", "7", "Choose one from the list"),
    ],
)
def test_rules_form_refuses_in_words(field, value, message):
    form = rules_form(GOOD | {field: value})
    assert form.errors == {field: [message]}
    assert form.has_folded_errors == (field in {folded.name for folded in form.folded})


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"because": "time"}, "I can’t make this time."),
        ({"because": "time", "line": " Try Friday. "}, "I can’t make this time. Try Friday."),
        ({"because": "other", "line": "I know Dana too well."}, "I know Dana too well."),
        ({"because": "other"}, ""),
    ],
)
def test_decline_form_makes_one_sentence_to_tell(data, reason):
    form = DeclineForm(data)
    assert form.is_valid()
    assert form.reason == reason


def test_decline_form_refuses_invisible_characters_and_long_lines():
    assert set(DeclineForm({"because": "time", "line": "a\u202eb"}).errors) == {"line"}
    assert set(DeclineForm({"because": "time", "line": "a" * 301}).errors) == {"line"}
    assert set(DeclineForm({"because": "spite"}).errors) == {"because"}
