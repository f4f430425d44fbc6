"""What the engine learns by asking zoneinfo now and then, against every change that the zone files themselves hold."""

import struct
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib import resources
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from common.zones import zone_names
from sessions_app.availability import walltime

FIRST, LAST = datetime(2006, 1, 1, tzinfo=UTC), datetime(2032, 1, 1, tzinfo=UTC)
SINCE_1975 = 157_766_400
DAY = 86_400


@cache
def recorded_changes(zone):
    """(second, offset before, offset after) of each change since 1975, read from the file as RFC 8536 lays it out."""
    data = resources.files("tzdata").joinpath("zoneinfo", *zone.split("/")).read_bytes()
    utc_flags, wall_flags, leaps, times, types, letters = struct.unpack(">6l", data[20:44])
    at = 44 + times * 5 + types * 6 + letters + leaps * 8 + wall_flags + utc_flags
    _, _, _, times, types, _ = struct.unpack(">6l", data[at + 20 : at + 44])
    seconds = struct.unpack(f">{times}q", data[at + 44 : at + 44 + times * 8])
    kinds = data[at + 44 + times * 8 : at + 44 + times * 9]
    start = at + 44 + times * 9
    offsets = [struct.unpack(">l", data[start + 6 * n : start + 6 * n + 4])[0] for n in range(types)]
    before = [offsets[0], *(offsets[kind] for kind in kinds)]
    changes = zip(seconds, before, (offsets[kind] for kind in kinds), strict=False)
    return [change for change in changes if change[0] >= SINCE_1975 and change[1] != change[2]]


def test_no_zone_changes_twice_within_six_days_or_off_a_whole_minute():
    """The engine looks at every sixth day and counts in minutes; this is what allows it."""
    close, odd = [], []
    for zone in zone_names():
        changes = recorded_changes(zone)
        moments = [change[0] for change in changes]
        close += [zone for one, two in pairwise(moments) if two - one < 6 * DAY]
        odd += [zone for change in changes if any(number % 60 for number in change)]

    assert (close, odd) == ([], [])


def test_every_recorded_change_of_every_zone_is_found():
    wrong, seen = [], 0
    for zone in zone_names():
        for second, before, after in recorded_changes(zone):
            if FIRST.timestamp() <= second < LAST.timestamp():
                minute, seen = second // 60, seen + 1
                found = [stretch[2] * 60 for stretch in walltime.offset_stretches(zone, minute - 1, minute + 1)]
                edge = walltime.offset_stretches(zone, minute, minute + 1)[0][0]
                if (found, edge) != ([before, after], minute):
                    wrong.append((zone, second))

    assert wrong == []
    assert seen > 2000


def has_yearly_rule(zone):
    """Whether the file ends in a rule for every year to come, instead of a row for each change."""
    return b"," in resources.files("tzdata").joinpath("zoneinfo", *zone.split("/")).read_bytes().splitlines()[-1]


def test_every_change_by_a_yearly_rule_is_found():
    ruled = [zone for zone in zone_names() if has_yearly_rule(zone)]
    days = range(int(LAST.timestamp()), int(datetime(2034, 1, 1, tzinfo=UTC).timestamp()), DAY)
    wrong = []
    for zone in ruled:
        wall = ZoneInfo(zone)
        told = [walltime.offset_stretches(zone, second // 60, second // 60 + 1)[0][2] for second in days]
        asked = [datetime.fromtimestamp(second, wall).utcoffset() // timedelta(minutes=1) for second in days]
        if told != asked or len(set(told)) == 1:
            wrong.append(zone)

    assert wrong == []
    assert len(ruled) > 100


@pytest.mark.parametrize(
    ("zone", "day", "shown"),
    [
        pytest.param("Europe/Berlin", date(2026, 7, 1), [24 * 60], id="ordinary"),
        pytest.param("Europe/Berlin", date(2026, 3, 29), [2 * 60, 21 * 60], id="an hour short"),
        pytest.param("Europe/Berlin", date(2026, 10, 25), [3 * 60, 22 * 60], id="an hour long"),
        pytest.param("Africa/Cairo", date(2026, 4, 24), [23 * 60], id="no midnight"),
        pytest.param("Pacific/Apia", date(2011, 12, 30), [], id="skipped"),
        pytest.param("America/St_Johns", date(2010, 11, 6), [24 * 60, 59], id="shown again after the next date began"),
        pytest.param("America/St_Johns", date(2010, 11, 7), [1, 24 * 60], id="begun, taken back, begun again"),
    ],
)
def test_day_segments_hold_the_minutes_of_a_date(zone, day, shown):
    segments = walltime.day_segments(zone, walltime.day_number(day))

    assert [segment.end - segment.start for segment in segments] == shown


def test_skipped_date_starts_and_ends_between_its_neighbours():
    skipped = walltime.day_number(date(2011, 12, 30))
    edge = datetime(2011, 12, 30, 10, tzinfo=UTC)

    assert walltime.instant_at(walltime.day_start("Pacific/Apia", skipped)) == edge
    assert walltime.instant_at(walltime.day_end("Pacific/Apia", skipped)) == edge


def test_minutes_around_a_moment():
    moment = datetime(2026, 7, 1, 12, 0, 1, tzinfo=UTC)
    whole = moment.replace(second=0)

    assert walltime.minute_at_or_after(moment) - walltime.minute_at_or_before(moment) == 1
    assert walltime.instant_at(walltime.minute_at_or_before(moment)) == whole
    assert walltime.instant_at(walltime.minute_at_or_after(whole)) == whole
    assert walltime.minute_at_or_after(moment - timedelta(seconds=1)) == walltime.minute_at_or_before(whole)


def test_prepared_zones_need_not_be_looked_at_again():
    now = datetime(2026, 7, 1, 12, tzinfo=UTC)
    walltime._offset_changes.cache_clear()
    walltime._zone_timeline.cache_clear()

    walltime.prepare_zones(["Europe/Berlin", "Asia/Kathmandu"], now)
    looked = walltime._offset_changes.cache_info().misses
    start = walltime.minute_at_or_before(now)
    found = [walltime.offset_stretches(zone, start, start + 90 * 1440) for zone in ("Europe/Berlin", "Asia/Kathmandu")]

    assert [[offset for _start, _end, offset in stretches] for stretches in found] == [[120], [345]]
    assert walltime._offset_changes.cache_info().misses == looked
