"""When a mentor is open: clocks that change, dates that are shown twice or never, overrides and time off."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sessions_app.availability.slots import Slot, Taken, list_slots, why_not
from tests.sessions_app.helpers.slots import HOUR, at, rules_with, session, spans, starts

MONDAY = date(2026, 7, 6)


@pytest.mark.parametrize(
    ("zone", "windows", "first", "last", "expected"),
    [
        pytest.param(
            "America/New_York", [(7, 60, 240)], "2026-03-08 00:00", "2026-03-09 00:00", ["08 06:00-08 08:00"],
            id="across the spring change: an hour shorter",
        ),
        pytest.param(
            "America/New_York", [(7, 120, 180)], "2026-03-08 00:00", "2026-03-09 00:00", [],
            id="within the spring change: never shown",
        ),
        pytest.param(
            "America/New_York", [(7, 150, 210)], "2026-03-08 00:00", "2026-03-09 00:00", ["08 07:00-08 07:30"],
            id="from within the spring change: from the first time shown",
        ),
        pytest.param(
            "America/New_York", [(7, 0, 240)], "2026-11-01 00:00", "2026-11-02 00:00", ["01 04:00-01 09:00"],
            id="across the autumn change: an hour longer",
        ),
        pytest.param(
            "America/New_York", [(7, 0, 60)], "2026-11-01 00:00", "2026-11-02 00:00", ["01 04:00-01 05:00"],
            id="New York 00:00-01:00 in autumn: one hour",
        ),
        pytest.param(
            "Europe/Berlin", [(7, 150, 180)], "2026-10-24 12:00", "2026-10-25 12:00",
            ["25 00:30-25 01:00", "25 01:30-25 02:00"],
            id="02:30-03:00 in autumn: two half hours",
        ),
        pytest.param(
            "Europe/Berlin", [(7, 120, 180)], "2026-10-24 12:00", "2026-10-25 12:00", ["25 00:00-25 02:00"],
            id="the whole repeated hour: one span",
        ),
        pytest.param(
            "Australia/Lord_Howe", [(7, 90, 120)], "2026-04-04 00:00", "2026-04-05 12:00", ["04 14:30-04 15:30"],
            id="half an hour back",
        ),
        pytest.param(
            "Australia/Lord_Howe", [(7, 60, 180)], "2026-10-03 00:00", "2026-10-04 12:00", ["03 14:30-03 16:00"],
            id="half an hour forward",
        ),
        pytest.param(
            "America/Sao_Paulo", [(7, 0, 120)], "2018-11-03 12:00", "2018-11-04 12:00", ["04 03:00-04 04:00"],
            id="Sao Paulo: no midnight",
        ),
        pytest.param(
            "Africa/Cairo", [(4, 1380, 1440), (5, 0, 120)], "2026-04-23 12:00", "2026-04-24 12:00",
            ["23 21:00-23 23:00"],
            id="Cairo: over a midnight that isn't there",
        ),
        pytest.param(
            "Asia/Beirut", [(7, 0, 60)], "2026-03-28 12:00", "2026-03-29 12:00", [],
            id="Beirut: the first hour isn't there",
        ),
        pytest.param(
            "Asia/Beirut", [(6, 1380, 1440)], "2026-10-24 12:00", "2026-10-25 12:00", ["24 20:00-24 22:00"],
            id="Beirut: the last hour twice",
        ),
        pytest.param(
            "America/St_Johns", [(6, 1380, 1440)], "2010-11-06 12:00", "2010-11-07 12:00",
            ["07 01:30-07 02:30", "07 02:31-07 03:30"],
            id="St John's: Saturday again after a minute of Sunday",
        ),
        pytest.param(
            "Pacific/Apia", [(5, 0, 1440)], "2011-12-28 12:00", "2012-01-02 12:00", [],
            id="Apia: the Friday that wasn't",
        ),
        pytest.param(
            "Pacific/Apia", [(4, 1380, 1440), (6, 0, 60)], "2011-12-30 00:00", "2011-12-31 00:00",
            ["30 09:00-30 11:00"],
            id="Apia: Thursday night runs into Saturday",
        ),
        pytest.param(
            "Asia/Kathmandu", [(1, 540, 600)], "2026-07-06 00:00", "2026-07-07 00:00", ["06 03:15-06 04:15"],
            id="quarter hours",
        ),
    ],
)  # fmt: skip
def test_open_where_the_wall_shows_a_time_inside_a_window(zone, windows, first, last, expected):
    rules = rules_with(zone=zone, windows=tuple(windows))

    assert spans(rules, first, last) == expected


def test_windows_that_touch_over_midnight_are_one_span():
    rules = rules_with(windows=((1, 22 * HOUR, 24 * HOUR), (2, 0, 2 * HOUR), (2, 2 * HOUR, 3 * HOUR)))

    assert spans(rules, "2026-07-06 00:00", "2026-07-08 00:00") == ["06 22:00-07 03:00"]


def test_open_spans_are_cut_to_the_range_asked_about():
    assert spans(rules_with(), "2026-07-06 10:00", "2026-07-07 11:00") == ["06 10:00-06 12:00", "07 09:00-07 11:00"]


def test_override_replaces_the_weekdays_windows():
    overrides = {MONDAY: ((13 * HOUR, 14 * HOUR),), MONDAY + timedelta(days=1): ()}

    assert spans(rules_with(overrides=overrides), "2026-07-06 00:00", "2026-07-09 00:00") == [
        "06 13:00-06 14:00",
        "08 09:00-08 12:00",
    ]


def test_time_off_wins_over_an_override_on_both_its_ends():
    away = ((MONDAY, MONDAY + timedelta(days=1)),)
    rules = rules_with(overrides={MONDAY: ((13 * HOUR, 14 * HOUR),)}, time_off=away)

    assert spans(rules, "2026-07-06 00:00", "2026-07-09 00:00") == ["08 09:00-08 12:00"]


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        pytest.param({"horizon_days": 0}, ["07 02:15", "07 02:31", "07 03:15"], id="horizon"),
        pytest.param({"paused_until": date(2010, 11, 7)}, ["07 02:30", "07 03:30", "07 04:15"], id="pause"),
        pytest.param({"max_per_day": 1}, ["07 02:30", "07 03:30", "07 04:15"], id="day cap"),
    ],
)
def test_date_that_is_shown_again_after_the_next_began(limits, expected):
    """In St John's, 2010-11-07 begins at 02:30 UTC; a minute later it is the 6th again, and the 7th anew at 03:30."""
    windows = ((6, 0, 1440), (7, 0, 1), (7, 1, 1440))
    rules = rules_with(zone="America/St_Johns", windows=windows, **limits)
    booked = [session("2010-11-06 12:00", 15)] if "max_per_day" in limits else []
    asked = {"first": "2010-11-07 02:15", "last": "2010-11-07 05:00", "now": "2010-11-06 03:00"}

    found = starts(rules, booked, length=1, step=1, **asked)

    minutes = [start for start in found if start in expected]
    assert minutes == expected
    assert ("07 02:30" in found) is (limits != {"horizon_days": 0})
    assert ("07 02:31" in found) is (limits == {"horizon_days": 0})


def test_pause_that_ends_today_holds_for_the_eve_that_is_shown_again():
    rules = rules_with(zone="America/St_Johns", windows=((6, 0, 1440), (7, 0, 1440)), paused_until=date(2010, 11, 7))

    found = starts(rules, first="2010-11-07 02:30", last="2010-11-07 03:32", length=1, step=1)

    assert found == ["07 02:30", "07 03:30", "07 03:31"]


def test_grid_begins_with_the_first_of_a_dates_two_beginnings():
    """The Sunday that begins twice is open as a whole, so its grid of 50 minutes reaches from 02:30 UTC into Monday."""
    rules = rules_with(zone="America/St_Johns", windows=((6, 0, 1440), (7, 0, 1440), (1, 0, 120)))

    found = starts(rules, first="2010-11-08 03:30", last="2010-11-09 00:00", length=25, step=50)

    assert found == ["08 03:30", "08 04:20"]


def test_moments_may_come_in_any_zone():
    """Wall times of one zone compare wrongly within the hour that is repeated; 02:50 before 02:10 the second time."""
    berlin = ZoneInfo("Europe/Berlin")
    now = datetime(2026, 10, 25, 2, 50, tzinfo=berlin)
    start = datetime(2026, 10, 25, 2, 10, tzinfo=berlin, fold=1)
    rules = rules_with(zone="Europe/Berlin", windows=((7, 130, 160),))

    listed = list_slots(rules, [], length=20, now=now, first=now, last=start + timedelta(hours=2))

    assert listed == [Slot(at("2026-10-25 01:10"), at("2026-10-25 01:30"))]
    assert why_not(rules, [], start=start, length=20, now=now) is None
    assert list_slots(rules, [Taken(now, start)], length=20, now=now, first=now, last=at("2026-10-26 00:00")) == listed
