"""How instants are written for one reader: zones, styles, days, repeated hours and clock changes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import times
from common.clock_changes import clock_change, clock_change_note
from common.zones import zone_names

NOW = datetime(2026, 11, 24, 13, 46, tzinfo=UTC)
START = datetime(2026, 11, 26, 14, 30, tzinfo=UTC)
END = START + timedelta(minutes=25)
LONDON, KOLKATA, SEOUL, NEW_YORK = "Europe/London", "Asia/Kolkata", "Asia/Seoul", "America/New_York"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "hour12", "expected"),
    [
        (LONDON, False, "Thursday 26 November, 14:30–14:55"),
        (KOLKATA, False, "Thursday 26 November, 20:00–20:25"),
        (LONDON, True, "Thursday 26 November, 2:30–2:55\xa0pm"),
        (SEOUL, False, "Thursday 26 November, 23:30–23:55"),
        ("Pacific/Auckland", False, "Friday 27 November, 03:30–03:55"),
    ],
)
def test_when_text_is_in_the_readers_zone_and_style(zone, hour12, expected):
    assert times.when_text(START, END, zone=zone, now=NOW, hour12=hour12) == expected


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-11-26 11:50", "2026-11-26 12:15", "11:50\xa0am – 12:15\xa0pm"),
        ("2026-11-26 23:50", "2026-11-27 00:15", "11:50\xa0pm – 12:15\xa0am"),
        ("2026-11-26 00:05", "2026-11-26 00:20", "12:05–12:20\xa0am"),
        ("2026-11-26 12:00", "2026-11-26 12:45", "12:00–12:45\xa0pm"),
    ],
)
def test_range_text_names_the_half_of_the_day_once_where_it_can(start, end, expected):
    assert times.range_text(at(start), at(end), "UTC", hour12=True) == expected


@pytest.mark.parametrize(
    ("moment", "short", "expected"),
    [
        (START, False, "Thursday 26 November"),
        (START, True, "Thu 26 Nov"),
        (at("2027-01-04 09:00"), False, "Monday 4 January 2027"),
        (at("2027-01-04 09:00"), True, "Mon 4 Jan 2027"),
        (at("2025-12-31 23:59"), True, "Wed 31 Dec 2025"),
    ],
)
def test_day_text_adds_the_year_only_where_it_differs(moment, short, expected):
    assert times.day_text(moment, "UTC", NOW, short=short) == expected


def test_day_text_takes_the_year_of_the_readers_zone():
    new_year_in_auckland = at("2026-12-31 12:00")
    assert times.day_text(new_year_in_auckland, "Pacific/Auckland", new_year_in_auckland) == "Friday 1 January"


@pytest.mark.parametrize(
    ("moment", "zone", "expected"),
    [
        (at("2026-11-24 15:00"), LONDON, "today, 15:00"),
        (at("2026-11-25 08:15"), LONDON, "tomorrow, 08:15"),
        (at("2026-11-24 15:00"), SEOUL, "tomorrow, 00:00"),
        (at("2026-11-23 23:59"), LONDON, "yesterday, 23:59"),
        (at("2026-12-02 13:00"), LONDON, "Wed 2 Dec, 13:00"),
    ],
)
def test_soon_text_counts_days_in_the_readers_zone(moment, zone, expected):
    assert times.soon_text(moment, zone, NOW) == expected


@pytest.mark.parametrize(
    ("day", "expected"), [(24, "Today"), (25, "Wed"), (30, "Mon"), (23, "Mon 23 Nov")], ids=["0", "1", "6", "past"]
)
def test_card_day_text_is_a_weekday_within_six_days(day, expected):
    assert times.card_day_text(NOW.replace(day=day), "UTC", NOW) == expected


@pytest.mark.parametrize(
    ("zone", "expected"),
    [(LONDON, "23:50"), (KOLKATA, "Wed 25 Nov, 05:20"), (NEW_YORK, "18:50")],
)
def test_deadline_text_has_its_day_where_that_is_not_today_for_the_reader(zone, expected):
    assert times.deadline_text(at("2026-11-24 23:50"), zone, NOW) == expected


@pytest.mark.parametrize(
    ("zone", "expected"),
    [(LONDON, ""), ("Europe/Lisbon", ""), (KOLKATA, "20:00"), ("Pacific/Auckland", "Fri 03:30")],
)
def test_their_clock_text_is_there_only_where_it_differs(zone, expected):
    assert times.their_clock_text(START, LONDON, zone) == expected


def test_card_day_text_is_a_date_a_week_away():
    assert times.card_day_text(at("2026-12-01 10:00"), "UTC", NOW) == "Tue 1 Dec"


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-10-25 00:30", "01:30 (UTC+1)"),
        ("2026-10-25 01:30", "01:30 (UTC)"),
        ("2026-10-25 02:30", "02:30"),
        ("2026-10-24 23:59", "00:59"),
        ("2026-03-29 01:00", "02:00"),
    ],
)
def test_clock_text_prints_the_offset_in_an_hour_that_comes_twice(moment, expected):
    assert times.clock_text(at(moment), LONDON) == expected


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        (LONDON, "London (GMT)"),
        (KOLKATA, "Kolkata (IST)"),
        ("America/Sao_Paulo", "São Paulo (UTC−3)"),
        ("Asia/Kathmandu", "Kathmandu (UTC+5:45)"),
        ("UTC", "UTC"),
    ],
)
def test_zone_label_is_a_city_with_its_abbreviation_or_offset(zone, expected):
    assert times.zone_label(zone, NOW) == expected


@pytest.mark.parametrize(
    ("start", "zone", "name", "expected"),
    [
        (START, KOLKATA, "Priya", "20:00 for Priya in Kolkata"),
        (at("2026-11-26 16:00"), SEOUL, "Daniel", "01:00 Friday for Daniel in Seoul"),
        (at("2026-11-26 02:00"), NEW_YORK, "Ana", "21:00 Wednesday for Ana in New York"),
        (START, KOLKATA, "", "20:00 in Kolkata"),
    ],
)
def test_theirs_text_names_the_weekday_only_where_the_date_differs(start, zone, name, expected):
    assert times.theirs_text(start, viewer_zone=LONDON, their_zone=zone, their_name=name) == expected


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        (KOLKATA, "5½ hours ahead"),
        (NEW_YORK, "5 hours behind"),
        ("Europe/Paris", "1 hour ahead"),
        ("Europe/Lisbon", "same time"),
        ("Asia/Kathmandu", "5¾ hours ahead"),
    ],
)
def test_hours_ahead_text_speaks_of_the_other_clock(zone, expected):
    assert times.hours_ahead_text(LONDON, zone, NOW) == expected


@pytest.mark.parametrize(("hour", "night"), [(6, True), (7, False), (18, False), (19, True), (0, True)])
def test_is_night_runs_from_seven_to_seven(hour, night):
    assert times.is_night(NOW.replace(hour=hour), "UTC") is night


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (timedelta(minutes=8, seconds=59), "in 8 min"),
        (timedelta(hours=2, minutes=14), "in 2 h 14 min"),
        (timedelta(hours=3), "in 3 h"),
        (timedelta(days=3, hours=5), "in 3 days"),
        (timedelta(0), "now"),
        (timedelta(minutes=-5), "now"),
    ],
)
def test_until_text_rounds_down(length, expected):
    assert times.until_text(NOW + length, NOW) == expected


SPRING = at("2027-03-29 13:30")
BEFORE_SPRING = at("2027-03-20 12:00")


def test_clock_change_note_says_what_it_means_for_both():
    note = clock_change_note(SPRING, BEFORE_SPRING, LONDON, KOLKATA, "Priya")
    assert note == (
        "London clocks go forward on Sunday 28 March. "
        "Your session is after that, so it’s 14:30 for you and 19:00 for Priya, not 20:00."
    )


def test_clock_change_note_tells_the_other_side_too():
    note = clock_change_note(SPRING, BEFORE_SPRING, KOLKATA, LONDON, "Sam")
    assert note == (
        "London clocks go forward on Sunday 28 March. "
        "Your session is after that, so it’s 19:00 for you and 14:30 for Sam, not 13:30."
    )


def test_clock_change_note_has_no_wrong_time_where_both_clocks_move_alike():
    note = clock_change_note(at("2026-10-27 14:00"), at("2026-10-20 14:00"), LONDON, "Europe/Lisbon", "Ana")
    assert note == (
        "London clocks go back on Sunday 25 October. Lisbon clocks go back on Sunday 25 October. "
        "Your session is after that, so it’s 14:00 for you and 14:00 for Ana."
    )


@pytest.mark.parametrize(
    ("start", "now", "viewer", "other"),
    [
        (START, NOW, LONDON, KOLKATA),
        (at("2027-03-27 13:30"), BEFORE_SPRING, LONDON, KOLKATA),
        (BEFORE_SPRING, SPRING, LONDON, KOLKATA),
        (at("2027-12-01 13:30"), NOW, LONDON, NEW_YORK),
    ],
    ids=["no change", "the day before", "past", "a year on, changed and changed back"],
)
def test_clock_change_note_is_silent_otherwise(start, now, viewer, other):
    assert clock_change_note(start, now, viewer, other, "Priya") == ""


def test_clock_change_finds_the_second_of_the_change():
    change = clock_change(SPRING, BEFORE_SPRING, LONDON)
    assert change is not None
    assert (round(change.at.timestamp()), change.forward) == (round(at("2027-03-28 01:00").timestamp()), True)


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    st.integers(0, 365 * 24 * 60),
    st.sampled_from(zone_names()),
)
def test_clock_change_lies_between_now_and_start_and_explains_the_offset(now, minutes, zone):
    start = now + timedelta(minutes=minutes)
    change = clock_change(start, now, zone)
    if change is None:
        assert times.offset_of(zone, now) == times.offset_of(zone, start)
    else:
        assert now <= change.at <= start
        assert times.offset_of(zone, change.at) == times.offset_of(zone, start)
        before = times.offset_of(zone, change.at - timedelta(seconds=2))
        assert (before < times.offset_of(zone, change.at)) is change.forward


@given(st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)), st.sampled_from(zone_names()))
def test_clock_text_tells_any_two_instants_of_a_day_apart(moment, zone):
    moment = moment.replace(second=0, microsecond=0)
    texts = {times.clock_text(moment + timedelta(minutes=step), zone) for step in (0, 30, 60, 90, 120)}
    assert len(texts) == 5


@pytest.mark.parametrize(
    ("hours", "text"), [(0, "0 hours"), (1, "1 hour"), (47, "47 hours"), (48, "2 days"), (127, "5 days 7 hours")]
)
def test_many_hours_are_told_in_days_without_rounding(hours, text):
    assert times.days_and_hours_text(hours) == text
