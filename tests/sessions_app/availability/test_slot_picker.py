"""What the picker says of four weeks, held against the list of each single day."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessions_app.availability.slot_picker import FOUR_WEEKS, PickerView, SlotPicker
from sessions_app.availability.slots import Rules, Slot, Taken
from sessions_app.availability.timetable import Timetable
from tests.sessions_app.helpers.slots import ALWAYS, at, rules_with, session

# Clocks that change within four weeks of it, in both directions, by an hour and by half of one, and at midnight.
MOMENTS = {
    "Europe/London": "2026-10-10 08:11",
    "America/New_York": "2027-03-01 22:40",
    "Australia/Lord_Howe": "2026-09-20 03:05",
    "America/Santiago": "2026-08-20 12:00",
    "Africa/Cairo": "2027-04-10 12:00",
    "Asia/Kathmandu": "2026-11-24 13:46",
    "Pacific/Chatham": "2027-03-20 13:46",
    "Pacific/Apia": "2026-12-01 10:30",
    "UTC": "2026-12-20 23:59",
}


def picker(rules: Rules, *, now: datetime, zone: str = "UTC", length: int = 25, **more) -> SlotPicker:
    taken = tuple(more.pop("taken", ()))
    return SlotPicker(Timetable(rules, taken, tuple(more.pop("reserved", ()))), length, None, zone, now, **more)


def counted(view: PickerView) -> dict[date, int]:
    return {day.date: day.times for week in view.weeks for day in week}


def listed(asked: SlotPicker, view: PickerView) -> dict[date, int]:
    """What the list of each day shows to be free, asked for one day at a time."""
    return {day: sum(not time.gone for time in asked.times_of(day)) for day in counted(view)}


def test_four_weeks_begin_today_and_hold_the_week_of_the_opened_day():
    asked = picker(rules_with(), now=at("2026-11-24 13:46"))

    view = asked.open_picker(day=date(2026, 12, 9))

    assert (view.first_date, view.last_date) == (date(2026, 11, 24), date(2026, 12, 21))
    assert [len(week) for week in view.weeks] == [7, 7, 7, 7]
    assert view.days == view.weeks[2]
    assert [day.date for day in view.days] == [date(2026, 12, 8) + timedelta(days=n) for n in range(7)]
    assert [day.times for day in view.days] == [7, 7, 7, 7, 0, 0, 7]


def test_day_beyond_four_weeks_opens_the_next_four():
    asked = picker(rules_with(), now=at("2026-11-24 13:46"))

    view = asked.open_picker(day=date(2026, 12, 22))

    assert (view.first_date, view.day) == (date(2026, 12, 22), date(2026, 12, 22))
    assert (view.week_before, view.week_after) == (date(2026, 12, 21), date(2026, 12, 29))
    assert counted(view) == listed(asked, view)


def test_day_says_how_many_times_it_has():
    now = at("2026-11-24 13:46")
    rules = rules_with(windows=((3, 540, 600), (4, 540, 1020), (5, 540, 600)), max_per_day=1)
    taken = [session("2026-11-27 09:00", 25)]

    days = picker(rules, now=now, taken=taken).open_picker().days

    assert [(day.label, day.density) for day in days[:4]] == [
        ("Tuesday 24 November, no times", "none"),
        ("Wednesday 25 November, 2 times", "few"),
        ("Thursday 26 November, 19 times", "many"),
        ("Friday 27 November, fully booked", "none"),
    ]
    assert [day.is_full for day in days[:4]] == [False, False, False, True]


def test_one_time_is_one():
    rules = rules_with(windows=((3, 540, 565),))

    assert picker(rules, now=at("2026-11-24 13:46")).open_picker().days[1].label == "Wednesday 25 November, 1 time"


LIMITS = {
    "notice": {"notice": 3 * 24 * 60},
    "horizon": {"horizon_days": 11},
    "buffer": {"buffer": 20},
    "day cap": {"max_per_day": 1},
    "week cap": {"max_per_week": 2},
    "pause": {"paused_until": date(2026, 12, 3)},
    "time off": {"time_off": ((date(2026, 11, 30), date(2026, 12, 6)),)},
}
TAKEN = [session("2026-11-26 10:00", 50), session("2026-12-01 09:00", 25), session("2026-12-02 11:00", 25)]


@pytest.mark.parametrize("limits", LIMITS.values(), ids=LIMITS)
@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu", "Pacific/Chatham", "America/St_Johns"])
def test_counts_are_what_each_day_lists_under_every_limit(limits, zone):
    asked = picker(rules_with(**limits), now=at("2026-11-24 13:46"), zone=zone, taken=TAKEN)
    free = picker(rules_with(), now=at("2026-11-24 13:46"), zone=zone)

    view, unlimited = asked.open_picker(), free.open_picker()

    assert counted(view) == listed(asked, view)
    assert 0 < sum(counted(view).values()) < sum(counted(unlimited).values())


def test_own_sessions_of_the_reader_and_reserved_time_count_as_taken():
    now = at("2026-11-24 13:46")
    nine, ten = session("2026-11-25 09:00"), session("2026-11-25 10:00")
    busy = [(nine.start, nine.end)]
    plain = picker(rules_with(), now=now)
    both = replace(plain, busy=busy, timetable=Timetable(rules_with(), (), (ten,)))

    before, after = plain.open_picker(), both.open_picker()

    assert counted(after) == listed(both, after)
    assert (before.days[1].times, after.days[1].times) == (7, 2)


def test_time_of_the_session_that_is_moved_is_not_counted():
    present = at("2026-11-25 09:00")
    asked = picker(rules_with(), now=at("2026-11-24 13:46"), present=present, within=(present, at("2026-11-27 10:15")))

    view = asked.open_picker()

    assert [day.times for day in view.days] == [0, 6, 7, 4, 0, 0, 0]
    assert counted(view) == listed(asked, view)


MINUTES = st.integers(0, 24 * 12).map(lambda number: number * 5)


@st.composite
def worlds(draw) -> SlotPicker:
    windows = []
    for weekday in range(1, 8):
        start, end = sorted((draw(MINUTES), draw(MINUTES)))
        if start < end:
            windows.append((weekday, start, end))
    theirs, reader = draw(st.sampled_from(list(MOMENTS))), draw(st.sampled_from(list(MOMENTS)))
    now = at(MOMENTS[draw(st.sampled_from([theirs, reader]))]) + timedelta(minutes=draw(st.integers(0, 3000)))
    rules = Rules(
        zone=theirs,
        windows=tuple(windows) if draw(st.booleans()) else ALWAYS,
        buffer=draw(st.sampled_from([0, 5, 30])),
        notice=draw(st.sampled_from([0, 60, 5000])),
        horizon_days=draw(st.sampled_from([0, 5, 30, 60, 365])),
        max_per_day=draw(st.sampled_from([None, 1, 2])),
        max_per_week=draw(st.sampled_from([None, 2])),
        paused_until=draw(st.sampled_from([None, (now + timedelta(days=9)).date()])),
    )
    starts = st.integers(0, 40 * 24 * 4).map(lambda quarter: now.replace(minute=0) + timedelta(minutes=15 * quarter))
    taken = [Taken(start, start + timedelta(minutes=25)) for start in draw(st.lists(starts, max_size=8))]
    busy = [(start, start + timedelta(minutes=45)) for start in draw(st.lists(starts, max_size=3))]
    return picker(rules, now=now, zone=reader, length=draw(st.sampled_from([15, 25, 45])), taken=taken, busy=busy)


@given(worlds(), st.integers(0, 80))
@settings(max_examples=60)
def test_counts_are_what_each_day_lists_in_any_world(asked, ahead):
    """Also where clocks change, and a day claims no more than can be booked."""
    view = asked.open_picker(day=asked.local_date(asked.now) + timedelta(days=ahead))
    if view is None:
        assert asked.first_after(asked.now) is None
        return
    assert counted(view) == listed(asked, view)
    assert counted(view)[view.day] > 0
    assert asked.between(view.first_date, view.last_date + timedelta(days=1)) == by_days(asked, view)
    weeks = [day for week in view.weeks for day in week]
    assert [day.date for day in weeks] == [view.first_date + timedelta(days=n) for n in range(FOUR_WEEKS.days)]
    assert neighbours(asked, view) == (view.week_before, view.week_after)


def by_days(asked: SlotPicker, view: PickerView) -> list[Slot]:
    return [slot for day in counted(view) for slot in asked.between(day, day + timedelta(days=1))]


def neighbours(asked: SlotPicker, view: PickerView) -> tuple[date | None, date | None]:
    """The free day before the opened week, and the first after it, looked up one day at a time."""
    today, week = asked.local_date(asked.now), [day.date for day in view.days]
    back = (week[0] - timedelta(days=n) for n in range(1, (week[0] - today).days + 1))
    ahead = (week[-1] + timedelta(days=n) for n in range(1, 400))
    a_day = timedelta(days=1)
    return (
        next((day for day in back if asked.between(day, day + a_day)), None),
        next((day for day in ahead if asked.between(day, day + a_day)), None),
    )


def test_moments_are_near_changes_of_clocks():
    """So that the worlds above hold what they are there for."""
    changing = [zone for zone, text in MOMENTS.items() if len(offsets(zone, at(text))) == 2]

    assert len(changing) >= 6


def offsets(zone: str, start: datetime) -> set[timedelta | None]:
    return {(start + timedelta(days=n)).astimezone(ZoneInfo(zone)).utcoffset() for n in range(28)}
