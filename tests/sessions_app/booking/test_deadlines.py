from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sessions_app.booking.deadlines import answer_deadline, back_from_days_off, is_night
from tests.conftest import NOW, at

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
ZONES = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc", "System")))


def deadline(start, *, now=NOW, notice=4 * HOUR, zone="Europe/London"):
    return answer_deadline(start=at(start), notice=notice, zone=zone, now=now, at_most=DAY)


@pytest.mark.parametrize(
    ("now", "start", "expected"),
    [
        pytest.param("2026-11-24 13:46", "2026-11-30 14:30", "2026-11-25 13:46", id="a day later"),
        pytest.param("2026-11-24 13:46", "2026-11-25 16:00", "2026-11-25 12:00", id="before the notice"),
        pytest.param("2026-11-24 13:46", "2026-11-24 17:50", "2026-11-24 15:48", id="half of the time"),
        pytest.param("2026-11-24 23:30", "2026-11-30 14:30", "2026-11-26 10:00", id="the morning after"),
        pytest.param("2026-11-24 23:30", "2026-11-26 13:00", "2026-11-26 09:00", id="that morning, before the notice"),
        pytest.param("2026-11-24 13:46", "2026-11-25 10:00", "2026-11-24 22:00", id="the evening before"),
        pytest.param("2026-11-24 21:30", "2026-11-25 10:00", "2026-11-25 09:00", id="that morning, within the notice"),
        pytest.param("2026-11-24 21:30", "2026-11-25 07:00", "2026-11-24 22:00", id="a short evening"),
        pytest.param("2026-11-24 23:00", "2026-11-25 06:00", "2026-11-25 02:30", id="no moment by day until then"),
    ],
)
def test_an_answer_is_due_by_day_and_before_the_notice(now, start, expected):
    assert deadline(start, now=at(now)) == at(expected)


def test_the_night_is_that_of_the_zone():
    # 13:46 in London is 19:16 in Kolkata, so a day later is no night in either; 20:00 is one in Kolkata alone.
    assert deadline("2026-11-30 14:30", now=at("2026-11-24 20:00")) == at("2026-11-25 20:00")
    assert deadline("2026-11-30 14:30", now=at("2026-11-24 20:00"), zone="Asia/Kolkata") == at("2026-11-26 04:30")


@settings(suppress_health_check=list(HealthCheck))
@given(
    zone=st.sampled_from(ZONES),
    now=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    ahead=st.timedeltas(MINUTE, 10 * DAY),
    notice=st.timedeltas(timedelta(), 3 * DAY),
)
def test_it_is_never_at_night_if_any_moment_until_the_start_is_not(zone, now, ahead, notice):
    start = now + ahead

    until = answer_deadline(start=start, notice=notice, zone=zone, now=now, at_most=DAY)

    # Without any notice a request may wait until its start.
    assert now < until <= start
    step = max(ahead / 200, MINUTE)
    by_day = any(not is_night(now + step * n, zone) for n in range(1, 200) if now + step * n < start)
    assert not (by_day and is_night(until, zone))


@pytest.mark.parametrize("shown", ["08:00", "12:00", "22:00"])
def test_the_day_lasts_from_eight_to_ten(shown):
    moment = datetime.fromisoformat(f"2026-07-01 {shown}").replace(tzinfo=ZoneInfo("Europe/Berlin"))

    assert not is_night(moment, "Europe/Berlin")
    assert is_night(moment.replace(hour=7, minute=59), "Europe/Berlin")
    assert is_night(moment.replace(hour=22, minute=1), "Europe/Berlin")


@pytest.mark.parametrize(
    ("away_until", "days_off", "expected"),
    [
        pytest.param(None, [], NOW, id="there"),
        pytest.param(date(2026, 11, 24), [], NOW, id="back since today"),
        pytest.param(None, [(date(2026, 11, 25), date(2026, 11, 30))], NOW, id="off from tomorrow on"),
        pytest.param(date(2026, 12, 12), [], at("2026-12-12 08:00"), id="on a break"),
        pytest.param(None, [(date(2026, 11, 20), date(2026, 11, 26))], at("2026-11-27 08:00"), id="off"),
        pytest.param(
            date(2026, 11, 26),
            [(date(2026, 11, 26), date(2026, 11, 26)), (date(2026, 11, 27), date(2026, 11, 29))],
            at("2026-11-30 08:00"),
            id="one after the other",
        ),
    ],
)
def test_who_is_away_is_back_in_the_morning(away_until, days_off, expected):
    assert back_from_days_off(away_until, days_off, zone="Europe/London", now=NOW) == expected


def test_the_morning_is_that_of_the_zone():
    assert back_from_days_off(date(2026, 12, 12), [], zone="Asia/Kolkata", now=NOW) == at("2026-12-12 02:30")
