"""The bound and the rough week hold for every later moment, whatever the rules."""

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.zones import zone_names
from search.bounds.forecast import ALL_HOURS, HOURS, MOST_RUNS, NEAR, Runs, compute_forecast, hours_of
from sessions_app.availability.slots import LONGEST_ANSWER, Rules, Taken, list_slots
from sessions_app.availability.walltime import minute_at_or_after, minute_at_or_before
from tests.conftest import NOW, at

HOUR = 60
EVENINGS = tuple((day, 17 * HOUR, 19 * HOUR) for day in (2, 4))
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
TOMORROW = "2026-11-25 13:46"


def rules_with(**given):
    return Rules(**{"zone": "Europe/London", "windows": EVENINGS, "notice": 240, "horizon_days": 30} | given)


def bits(week):
    """`2 17` for each hour of a week whose bit is set."""
    return [f"{day} {hour}" for day, hours in enumerate(week, start=1) for hour in range(HOURS) if hours >> hour & 1]


@pytest.mark.parametrize(
    ("now", "near"),
    [
        pytest.param(NOW, ["2 17"], id="winter"),
        pytest.param(at("2026-10-10 12:00"), ["2 16", "2 17"], id="clocks-change-soon"),
        pytest.param(at("2026-07-01 12:00"), ["2 16"], id="summer"),
    ],
)
def test_hours_are_of_utc_as_clocks_are_near_and_in_the_year(now, near):
    found = hours_of(rules_with(windows=((2, 17 * HOUR, 18 * HOUR),)), now)

    assert (bits(found[:7]), bits(found[7:])) == (near, ["2 16", "2 17"])


def test_hours_cross_midnight_and_the_end_of_the_week():
    rules = rules_with(zone="Asia/Kathmandu", windows=((1, 0, HOUR),))

    assert bits(hours_of(rules, NOW)[:7]) == ["7 18", "7 19"]


def test_hours_know_of_overrides():
    rules = rules_with(zone="UTC", windows=(), overrides={date(2026, 11, 28): ((600, 615),), date(2026, 11, 29): ()})

    assert bits(hours_of(rules, NOW)[:7]) == ["6 10"]


# It is Tuesday, 13:46. Sessions of 25 minutes start at full and half hours; an evening's last start is 18:30.
@pytest.mark.parametrize(
    ("rules", "taken", "opens", "fresh"),
    [
        pytest.param(
            rules_with(), [], "2026-11-24 18:00", "2026-11-24 14:31", id="fresh-until-the-last-start-is-too-near"
        ),
        pytest.param(rules_with(notice=0), [], "2026-11-24 17:00", "2026-11-24 18:31", id="without-notice"),
        pytest.param(
            rules_with(notice=0),
            [Taken(at("2026-11-24 17:00"), at("2026-11-24 18:30"))],
            "2026-11-26 17:00",
            TOMORROW,
            id="what-is-taken-is-passed-over",
        ),
        pytest.param(
            rules_with(max_per_week=1), [Taken(NOW, NOW + timedelta(hours=1))], "2026-12-01 17:00", TOMORROW, id="cap"
        ),
        pytest.param(rules_with(windows=()), [], None, TOMORROW, id="never"),
        pytest.param(
            rules_with(paused_until=date(2027, 6, 1)), [], "2026-12-25 00:00", TOMORROW, id="not-within-the-horizon"
        ),
    ],
)
def test_outlook(rules, taken, opens, fresh):
    seen = compute_forecast(rules, taken, [(25, None)], usual=(25, None), now=NOW)

    assert (seen.any.opens, seen.fresh_until) == (opens and minute_at_or_before(at(opens)), at(fresh))


def test_outlook_without_offers_never_opens():
    seen = compute_forecast(rules_with(), [], [], usual=None, now=NOW)

    assert (seen.any.opens, seen.hours) == (None, ALL_HOURS)


def floor_of(runs, soonest):
    """As `bounds.FLOOR` says it in SQL, but for the hours."""
    if not runs.edges or soonest <= runs.edges[0]:
        return runs.opens
    passed = bisect_right(runs.edges, soonest)
    if passed % 2 == 0:
        return runs.edges[passed]
    if soonest >= runs.edges[-1]:
        return soonest
    return soonest + (runs.edges[passed - 1] - soonest) % runs.step


def test_runs_begin_anew_where_starts_are_further_apart_and_end_where_nothing_is_known():
    runs = Runs.from_starts([600, 620, 640, 700, 710], widest=20, until=900)

    assert runs == Runs((600, 641, 700, 711, 900), 10)


def test_of_many_runs_the_first_are_known():
    runs = Runs.from_starts(range(0, 6000, 100), widest=20, until=6000)

    assert (len(runs.edges), runs.edges[-3:]) == (2 * MOST_RUNS + 1, (1100, 1101, 1200))


def test_what_is_taken_parts_the_runs_of_two_days():
    taken = [Taken(at("2026-11-24 17:30"), at("2026-11-24 17:55"))]

    seen = compute_forecast(
        rules_with(notice=0, windows=((2, 1020, 1140), (3, 600, 660))), taken, [(25, None)], usual=(25, None), now=NOW
    )

    moments = ("24 17:00", "24 17:01", "24 18:00", "24 18:31", "25 10:00", "25 10:31", "26 17:00")
    assert seen.usual.edges == tuple(minute_at_or_before(at(f"2026-11-{moment}")) for moment in moments)


def test_a_short_offer_in_a_gap_of_the_long_one_starts_no_earlier_than_the_bound():
    """Two windows hold the long one, an hour apart as its grid is; one between them holds only the short one."""
    windows = ((2, 900, 930), (2, 935, 950), (2, 960, 990))
    rules = rules_with(zone="UTC", windows=windows, notice=0, buffer=30)

    seen = compute_forecast(rules, [], [(30, 60), (15, 15)], usual=(30, 60), now=NOW)

    gap = minute_at_or_before(at("2026-11-24 15:35"))
    assert floor_of(seen.any, gap - 4) == gap
    assert floor_of(seen.usual, gap - 4) == gap + 25


@settings(max_examples=100)
@given(seed=st.integers(0, 10**9), now=MOMENTS, later=st.integers(0, 600) | st.integers(0, 90 * 24 * 60))
def test_nothing_ever_starts_before_the_bound_or_outside_the_rough_week(seed, now, later):
    rng = Random(seed)
    days = rng.sample(range(1, 8), rng.randint(0, 7))
    rules = rules_with(
        zone=rng.choice(zone_names()),
        windows=tuple((day, *sorted(rng.sample(range(0, 1441, 5), 2))) for day in days),
        overrides={(now + timedelta(days=rng.randint(0, 60))).date(): ((rng.randint(0, 700), 1440),)},
        notice=rng.choice([0, 60, 3000]),
        horizon_days=rng.choice([1, 20, 365]),
        paused_until=rng.choice([None, (now + timedelta(days=40)).date()]),
    )
    offers = [(rng.choice([15, 45]), rng.choice([None, 7])) for _ in range(2)]
    moment = now + timedelta(minutes=later)

    seen = compute_forecast(rules, [], offers, usual=offers[0], now=now)

    soonest = minute_at_or_after(moment) + rules.notice
    for (length, step), runs in (*((offer, seen.any) for offer in offers), (offers[0], seen.usual)):
        floor = floor_of(runs, soonest)
        last = moment + LONGEST_ANSWER
        for slot in list_slots(rules, [], length=length, step=step, now=moment, first=moment, last=last):
            assert floor is not None
            assert minute_at_or_before(slot.start) >= floor
            assert seen.hours[7 + slot.start.weekday()] >> slot.start.hour & 1
            if slot.start < now + NEAR:
                assert seen.hours[slot.start.weekday()] >> slot.start.hour & 1
