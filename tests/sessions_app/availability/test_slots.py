from datetime import date, timedelta

import pytest

from sessions_app.availability.slots import Slot, Taken, default_step, nearest_slots
from tests.sessions_app.helpers.slots import ALWAYS, HOUR, at, rules_with, session, starts

# A Monday in a summer without changes of clocks; Lisbon is an hour ahead of UTC, Auckland twelve.
MONDAY = date(2026, 7, 6)


@pytest.mark.parametrize(
    ("length", "buffer", "step"),
    [(25, 5, 30), (20, 0, 20), (20, 5, 25), (15, 5, 20), (17, 0, 20), (45, 5, 50), (30, 7, 40), (1, 0, 5)],
)
def test_default_step_loses_nothing_between_sessions(length, buffer, step):
    assert default_step(length, buffer) == step


def test_grid_starts_with_each_span():
    rules = rules_with(windows=((1, 9 * HOUR + 10, 10 * HOUR), (1, 11 * HOUR, 12 * HOUR)))

    assert starts(rules, length=20) == ["06 09:10", "06 09:30", "06 11:00", "06 11:20", "06 11:40"]


def test_grid_goes_on_over_midnight():
    rules = rules_with(windows=((1, 23 * HOUR, 24 * HOUR), (2, 0, 2 * HOUR)))

    assert starts(rules, length=40, step=50, last="2026-07-08 00:00") == ["06 23:00", "06 23:50", "07 00:40"]


@pytest.mark.parametrize("tuesday", [[(0, 1440)], [(0, 720), (720, 1440)]], ids=["one window", "two that touch"])
def test_grid_begins_anew_with_a_date_that_is_open_as_a_whole(tuesday):
    rules = rules_with(windows=((1, 23 * HOUR, 1440), *((2, *span) for span in tuesday), (3, 0, 1440)))

    found = starts(rules, length=45, step=50, last="2026-07-08 01:00")

    assert found[:4] == ["06 23:00", "06 23:50", "07 00:00", "07 00:50"]
    assert found[-3:] == ["07 23:20", "08 00:00", "08 00:50"]


def test_whole_date_is_whole_although_an_hour_of_it_is_not_shown():
    """New York's spring change skips 02:00–03:00, so a mentor closed just then is open all that date."""
    rules = rules_with(zone="America/New_York", windows=((6, 0, 1440), (7, 0, 120), (7, 180, 1440)))

    found = starts(rules, first="2026-03-08 03:00", last="2026-03-08 07:00", length=45, step=50)

    assert found == ["08 03:30", "08 04:20", "08 05:00", "08 05:50", "08 06:40"]


def test_grid_doesnt_depend_on_the_range_asked_about():
    rules = rules_with(zone="America/New_York", windows=ALWAYS)
    whole = starts(rules, first="2026-10-30 00:00", last="2026-11-03 00:00", length=25, step=35)

    for hour in range(0, 24, 5):
        first = f"2026-11-01 {hour:02}:17"
        part = starts(rules, first=first, last="2026-11-02 12:00", now="2026-10-30 00:00", length=25, step=35)
        assert part == [start for start in whole if first[8:] <= start < "02 12:00"]


def test_slot_needs_its_full_length_within_one_span():
    assert starts(rules_with(), length=50, step=30) == ["06 09:00", "06 09:30", "06 10:00", "06 10:30", "06 11:00"]


def test_order_of_windows_makes_no_difference():
    windows = ((1, 540, 600), (1, 660, 720), (1, 600, 660))

    assert starts(rules_with(windows=windows)) == starts(rules_with(windows=windows[::-1]))
    assert starts(rules_with(windows=windows)) == ["06 09:00", "06 10:00", "06 11:00"]


def test_booking_takes_its_slot_and_moves_no_other():
    assert starts(rules_with(), [session("2026-07-06 09:30", 30)]) == ["06 10:00", "06 11:00"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        pytest.param({}, ["06 09:00", "06 10:30", "06 11:00", "06 11:30"], id="given: the buffer once on either side"),
        pytest.param(
            {"counts_as_given": False},
            ["06 09:00", "06 09:30", "06 10:30", "06 11:00", "06 11:30"],
            id="taken: its time only",
        ),
        pytest.param(
            {"blocks_time": False},
            ["06 09:00", "06 09:30", "06 10:00", "06 10:30", "06 11:00", "06 11:30"],
            id="completed: no time",
        ),
    ],
)
def test_buffer_lies_between_sessions_that_the_mentor_gives(kind, expected):
    taken = [session("2026-07-06 10:00", 20, **kind)]

    assert starts(rules_with(buffer=10), taken, length=25, step=30) == expected


def test_gap_of_exactly_the_buffer_is_enough():
    rules = rules_with(buffer=10)

    assert starts(rules, [session("2026-07-06 09:30", 20)], length=20, step=30) == [
        "06 09:00", "06 10:00", "06 10:30", "06 11:00", "06 11:30",
    ]  # fmt: skip
    assert starts(rules, [session("2026-07-06 09:30", 21)], length=20, step=30)[:2] == ["06 09:00", "06 10:30"]


def test_taken_time_may_start_and_end_at_any_second():
    second = timedelta(seconds=1)
    taken = [Taken(at("2026-07-06 10:00") - second, at("2026-07-06 11:00") + second, counts_as_given=False)]

    assert starts(rules_with(), taken) == []


def test_long_booking_covers_the_grids_of_several_dates():
    taken = [session("2026-07-06 12:00", 36 * HOUR + 1)]

    assert starts(rules_with(windows=ALWAYS), taken, last="2026-07-08 03:00")[11:] == [
        "06 11:00",
        "08 01:00",
        "08 02:00",
    ]


def test_short_booking_within_a_long_one_gives_nothing_back():
    taken = [session("2026-07-06 09:00", 3 * HOUR), session("2026-07-06 09:30", 10)]

    assert starts(rules_with(), taken) == []


def test_day_cap_counts_the_mentors_local_day():
    """23:30 UTC on the 6th is half past midnight of the 7th in Lisbon."""
    rules = rules_with(zone="Europe/Lisbon", max_per_day=1)

    found = starts(rules, [session("2026-07-06 23:30", 15)], last="2026-07-09 00:00", length=180)

    assert found == ["06 08:00", "08 08:00"]


def test_week_cap_counts_the_iso_week_over_the_new_year():
    """2026-12-28 to 2027-01-03 is one ISO week, Monday to Sunday."""
    week = tuple((weekday, 9 * HOUR, 12 * HOUR) for weekday in range(1, 8))
    rules = rules_with(windows=week, max_per_week=1)
    around = {"first": "2026-12-26 00:00", "last": "2027-01-05 00:00", "length": 180}

    for booked in ("2026-12-28 00:00", "2026-12-31 20:00", "2027-01-03 23:30"):
        assert starts(rules, [session(booked, 15)], **around) == ["26 09:00", "27 09:00", "04 09:00"]


def test_caps_count_what_is_completed_and_not_what_the_mentor_takes():
    rules = rules_with(max_per_day=2)
    given, other = session("2026-07-06 09:00", blocks_time=False), session("2026-07-06 13:00", counts_as_given=False)

    assert starts(rules, [given, other]) == ["06 09:00", "06 10:00", "06 11:00"]
    assert starts(rules, [given, given]) == []


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-07-06 07:00", ["06 09:00", "06 10:00", "06 11:00"]),
        ("2026-07-06 07:00:01", ["06 10:00", "06 11:00"]),
        ("2026-07-06 08:00", ["06 10:00", "06 11:00"]),
    ],
)
def test_notice_is_kept_to_the_second(now, expected):
    assert starts(rules_with(notice=120), now=now) == expected


def test_horizon_counts_the_mentors_local_days():
    """It is already Tuesday the 7th in Auckland, so a horizon of one day ends with its Wednesday, at 12:00 UTC."""
    rules = rules_with(zone="Pacific/Auckland", windows=ALWAYS, horizon_days=1)

    found = starts(rules, first="2026-07-06 18:00", last="2026-07-20 00:00")

    assert (found[0], found[-1]) == ("06 18:00", "08 11:00")


def test_slot_may_end_beyond_the_horizon():
    rules = rules_with(windows=ALWAYS, horizon_days=0)

    assert starts(rules, last="2026-07-08 00:00", length=50, step=40)[-1] == "06 23:20"


def test_paused_mentor_is_bookable_from_the_date_on_which_they_are_back():
    assert starts(rules_with(paused_until=date(2026, 7, 8)), last="2026-07-09 00:00", length=180) == ["08 09:00"]
    assert starts(rules_with(paused_until=date(2030, 1, 1)), last="2026-07-09 00:00", length=180) == []


def test_mentor_may_be_back_on_the_last_date_of_the_horizon():
    rules = rules_with(paused_until=date(2026, 7, 8), horizon_days=2)

    assert starts(rules, last="2026-07-20 00:00", length=180) == ["08 09:00"]


@pytest.mark.parametrize("back", [date(1, 1, 1), date(2026, 7, 5), MONDAY])
def test_pause_that_is_over_changes_nothing(back):
    assert starts(rules_with(paused_until=back)) == starts(rules_with())


@pytest.mark.parametrize(
    ("wish", "count", "expected"),
    [
        ("2026-07-06 10:20", 3, [9, 10, 11]),
        ("2026-07-06 10:30", 1, [10]),
        ("2026-07-06 10:31", 1, [11]),
        ("2026-07-06 23:00", 2, [11, 12]),
        ("2026-07-01 00:00", 9, [9, 10, 11, 12]),
    ],
)
def test_nearest_slots_come_in_order_of_time(wish, count, expected):
    slots = [Slot(at(f"2026-07-06 {hour:02}:00"), at(f"2026-07-06 {hour:02}:20")) for hour in (9, 10, 11, 12)]

    assert [slot.start.hour for slot in nearest_slots(slots, at(wish), count)] == expected
