"""Why a start can't be booked, and which questions and rules are refused as such."""

from datetime import UTC, date, datetime, timedelta

import pytest

from sessions_app.availability.slots import SlotRefusal, Taken, list_slots, open_spans, why_not
from tests.sessions_app.helpers.slots import ALWAYS, at, rules_with, session, starts

MONDAY = date(2026, 7, 6)


@pytest.mark.parametrize(
    ("limits", "start", "code", "earliest"),
    [
        pytest.param({}, "2026-07-06 05:59", "past", "06 10:00", id="past"),
        pytest.param({}, "2026-07-06 09:00", "notice", "06 10:00", id="notice"),
        pytest.param({}, "2026-07-13 09:00", "horizon", None, id="horizon"),
        pytest.param({"paused_until": date(2026, 7, 9)}, "2026-07-07 09:00", "paused", "09 09:00", id="paused"),
        pytest.param({"time_off": ((date(2026, 7, 7),) * 2,)}, "2026-07-07 09:00", "time_off", "09 09:00", id="off"),
        pytest.param({}, "2026-07-07 08:30", "outside_windows", "07 09:00", id="before the window"),
        pytest.param({}, "2026-07-07 11:30", "outside_windows", "09 09:00", id="longer than the window"),
        pytest.param({}, "2026-07-07 09:30", "off_grid", "07 10:00", id="off the grid"),
        pytest.param({}, "2026-07-07 09:00:30", "off_grid", "07 10:00", id="off by seconds"),
        pytest.param({}, "2026-07-08 10:00", "taken", "09 09:00", id="taken"),
        pytest.param({}, "2026-07-08 09:00", "buffer", "09 09:00", id="buffer after"),
        pytest.param({}, "2026-07-08 11:00", "buffer", "09 09:00", id="buffer before"),
        pytest.param({"max_per_day": 1}, "2026-07-09 09:00", "day_cap", "10 09:00", id="day cap"),
        pytest.param({"max_per_week": 2}, "2026-07-07 09:00", "week_cap", None, id="week cap"),
        pytest.param({}, "2026-07-10 10:00", "own_overlap", "10 11:00", id="own overlap"),
    ],
)
def test_refusal_says_why_and_what_would_do(limits, start, code, earliest):
    rules = rules_with(**{"buffer": 10, "notice": 240, "horizon_days": 5} | limits)
    taken = [session("2026-07-08 10:05", 55), session("2026-07-09 13:00")]
    own = [(at("2026-07-10 10:59"), at("2026-07-10 11:00"))]

    refusal = why_not(rules, taken, start=at(start), length=60, now=at("2026-07-06 06:00"), step=60, own=own)

    assert (refusal.code, refusal.earliest and refusal.earliest.strftime("%d %H:%M")) == (code, earliest)


def test_free_start_has_no_refusal():
    asked = {"start": at("2026-07-06 09:00"), "length": 60, "now": at("2026-07-06 00:00")}

    assert why_not(rules_with(), [], **asked) is None
    assert why_not(rules_with(), [], own=[(at("2026-07-06 10:00"), at("2026-07-06 11:00"))], **asked) is None


def test_time_off_is_named_where_a_slot_would_run_into_it():
    rules = rules_with(windows=ALWAYS, time_off=((date(2026, 7, 7), date(2026, 7, 7)),))

    refusal = why_not(rules, [], start=at("2026-07-06 23:40"), length=30, now=at("2026-07-06 00:00"), step=20)

    assert refusal == SlotRefusal("time_off", at("2026-07-08 00:00"))


@pytest.mark.parametrize(
    ("start", "code"),
    [(datetime.max.replace(tzinfo=UTC), "horizon"), (datetime.min.replace(tzinfo=UTC), "past")],
    ids=["end of time", "beginning of time"],
)
def test_absurd_start_is_refused_at_once(start, code):
    assert why_not(rules_with(), [], start=start, length=60, now=at("2026-07-06 00:00")).code == code


def test_limit_stops_early():
    assert starts(rules_with(), limit=2, last="2026-08-01 00:00") == ["06 09:00", "06 10:00"]
    assert starts(rules_with(), limit=0) == starts(rules_with(), limit=-1) == []
    assert starts(rules_with(), limit=99) == ["06 09:00", "06 10:00", "06 11:00"]


def test_empty_range_has_no_slots():
    assert starts(rules_with(), last="2026-07-06 00:00") == []
    assert starts(rules_with(), first="2026-07-08 00:00", now="2026-07-06 00:00") == []
    assert open_spans(rules_with(), first=at("2026-07-08 00:00"), last=at("2026-07-06 00:00")) == []


def test_range_ends_before_its_last_minute():
    assert starts(rules_with(), first="2026-07-06 09:00", last="2026-07-06 10:00") == ["06 09:00"]
    assert starts(rules_with(), first="2026-07-06 09:00:01", last="2026-07-06 10:00:01") == ["06 10:00"]


def test_62_days_are_answered_and_a_minute_more_is_not():
    first = at("2026-07-06 00:00")
    asked = {"length": 180, "now": first, "first": first}
    rules = rules_with(horizon_days=365)

    assert len(list_slots(rules, [], last=first + timedelta(days=62), **asked)) == 45
    with pytest.raises(ValueError, match="more than 62 days"):
        list_slots(rules, [], last=first + timedelta(days=62, minutes=1), **asked)
    with pytest.raises(ValueError, match="more than 62 days"):
        open_spans(rules, first=first, last=first + timedelta(days=62, minutes=1))


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"length": 0}, "length is 0"),
        ({"length": -20}, "length is -20"),
        ({"length": 1441}, "length is 1441"),
        ({"length": 20.5}, "length is 20.5"),
        ({"step": 0}, "step is 0"),
        ({"step": -5}, "step is -5"),
        ({"step": 10**9}, "step is 1000000000"),
        ({"now": datetime(2026, 7, 6)}, "has no time zone"),
        ({"now": datetime(1900, 1, 1, tzinfo=UTC)}, "outside the years"),
        ({"now": datetime(9000, 1, 1, tzinfo=UTC)}, "outside the years"),
    ],
)
def test_question_without_sense_is_refused(asked, message):
    moment = at("2026-07-06 09:00")
    question = {"length": 20, "now": moment} | asked

    with pytest.raises(ValueError, match=message):
        list_slots(rules_with(), [], first=moment, last=moment + timedelta(days=1), **question)
    with pytest.raises(ValueError, match=message):
        why_not(rules_with(), [], start=moment, **question)


def test_naive_moments_are_refused():
    naive, aware = datetime(2026, 7, 6), at("2026-07-06 00:00")

    with pytest.raises(ValueError, match="has no time zone"):
        list_slots(rules_with(), [], length=20, now=aware, first=naive, last=aware)
    with pytest.raises(ValueError, match="has no time zone"):
        why_not(rules_with(), [], start=naive, length=20, now=aware)
    with pytest.raises(ValueError, match="has no time zone"):
        Taken(naive, aware)
    with pytest.raises(ValueError, match="has no time zone"):
        open_spans(rules_with(), first=naive, last=naive)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"zone": "EST"}, "'EST' is not a time zone we know"),
        ({"zone": "+02:00"}, "is not a time zone we know"),
        ({"windows": ((8, 0, 60),)}, "ISO weekday is 8"),
        ({"windows": ((0, 0, 60),)}, "ISO weekday is 0"),
        ({"windows": ((1, 60, 60),)}, "start before it ends"),
        ({"windows": ((1, 120, 60),)}, "start before it ends"),
        ({"windows": ((1, -1, 60),)}, "within 0 to 1440"),
        ({"windows": ((1, 0, 1441),)}, "within 0 to 1440"),
        ({"windows": ((1, 0, 61), (1, 60, 90))}, "overlap"),
        ({"overrides": {MONDAY: ((0, 61), (60, 90))}}, "overlap"),
        ({"time_off": ((date(2026, 7, 7), MONDAY),)}, "ends before it starts"),
        ({"buffer": -1}, "buffer is -1"),
        ({"notice": -1}, "notice is -1"),
        ({"horizon_days": 366}, "horizon_days is 366"),
        ({"max_per_day": 0}, "max_per_day is 0"),
        ({"max_per_week": -1}, "max_per_week is -1"),
    ],
)
def test_rules_without_sense_are_refused(given, message):
    with pytest.raises(ValueError, match=message.replace("+", r"\+")):
        rules_with(**given)


def test_nothing_is_taken_for_no_time():
    with pytest.raises(ValueError, match="ends before it starts"):
        Taken(at("2026-07-06 10:00"), at("2026-07-06 10:00"))
