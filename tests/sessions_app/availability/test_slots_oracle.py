"""The engine against the oracle, over every zone that may be chosen and 25 years of their changes of clocks."""

import os
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from common.zones import zone_names
from sessions_app.availability.slots import Rules, SlotRefusal, Taken, list_slots, open_spans, why_not
from tests.sessions_app.helpers.oracle import Oracle, instant

FIRST, LAST = datetime(2007, 1, 1, tzinfo=UTC), datetime(2032, 1, 1, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EXAMPLES = int(os.environ.get("ORACLE_EXAMPLES", "150"))

# Zones whose clocks do what few do: change at or near midnight, by half an hour, or leave out a date.
ODD_ZONES = (
    "Africa/Cairo", "Africa/Casablanca", "America/Asuncion", "America/Havana", "America/Nuuk", "America/Santiago",
    "America/Sao_Paulo", "America/St_Johns", "Antarctica/Casey", "Antarctica/Troll", "Asia/Amman", "Asia/Beirut",
    "Asia/Gaza", "Asia/Kathmandu", "Asia/Pyongyang", "Asia/Tehran", "Atlantic/Azores", "Australia/Lord_Howe",
    "Pacific/Apia", "Pacific/Chatham", "Pacific/Fakaofo",
)  # fmt: skip


@cache
def changes(zone):
    """The instants at which the wall's offset changes, found by looking at every day."""
    wall, found, at = ZoneInfo(zone), [], FIRST
    while at < LAST:
        low, high = at, at + DAY
        if low.astimezone(wall).utcoffset() != high.astimezone(wall).utcoffset():
            while high - low > MINUTE:
                middle = low + (high - low) // MINUTE // 2 * MINUTE
                same = middle.astimezone(wall).utcoffset() == low.astimezone(wall).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            found.append(high)
        at += DAY
    return found


@st.composite
def spans(draw):
    """Windows of one day; often all of it, often none, often touching midnight or the hours when clocks change."""
    kind = draw(st.sampled_from(["cut", "cut", "cut", "all", "all", "none"]))
    if kind != "cut":
        return ((0, 1440),) if kind == "all" else ()
    edge = st.one_of(
        st.sampled_from([0, 1, 30, 60, 90, 120, 150, 180, 240, 540, 720, 1020, 1380, 1410, 1439, 1440]),
        st.integers(0, 1440),
    )
    edges = sorted(draw(st.sets(edge, min_size=2, max_size=6)))
    pairs = list(pairwise(edges))
    return tuple(pairs if draw(st.booleans()) else pairs[::2])


@st.composite
def moments(draw, zone):
    """An instant, mostly near a change of that zone's clocks; any second of the minute, mostly none."""
    near = changes(zone)
    if near and draw(st.integers(0, 9)) > 0:
        moment = draw(st.sampled_from(near)) + draw(st.integers(-3 * 1440, 1440)) * MINUTE
    else:
        moment = FIRST + draw(st.integers(0, (LAST - FIRST) // MINUTE)) * MINUTE
    return moment + timedelta(seconds=draw(st.sampled_from([0, 0, 0, 1, 59])))


@st.composite
def worlds(draw):
    zone = draw(st.one_of(st.sampled_from(zone_names()), st.sampled_from(ODD_ZONES)))
    first = draw(moments(zone))
    day = first.astimezone(ZoneInfo(zone)).date()
    days = st.integers(-3, 6).map(lambda n: day + n * DAY)
    week = draw(st.one_of(st.just([((0, 1440),)] * 7), st.lists(spans(), min_size=7, max_size=7)))
    away = draw(rarely(st.tuples(days, st.integers(0, 2))))
    rules = Rules(
        zone=zone,
        windows=tuple((weekday, *span) for weekday, each in enumerate(week, 1) for span in each),
        overrides=draw(st.dictionaries(days, spans(), max_size=3)),
        time_off=((away[0], away[0] + away[1] * DAY),) if away else (),
        buffer=draw(st.sampled_from([0, 0, 5, 10, 17])),
        notice=draw(rarely(st.integers(1, 2000))) or 0,
        horizon_days=draw(rarely(st.integers(0, 5)) | st.just(30)) or 30,
        max_per_day=draw(rarely(st.integers(1, 2))),
        max_per_week=draw(rarely(st.integers(1, 3))),
        paused_until=draw(rarely(days)),
    )
    length = draw(st.one_of(st.sampled_from([15, 20, 25, 30, 45]), st.integers(1, 90), st.sampled_from([240, 1440])))
    minutes = draw(st.sampled_from([60, 1440, 2 * 1440, 3 * 1440, 5 * 1440])) + draw(st.integers(0, 60))
    question = {
        "length": length,
        "step": draw(st.one_of(st.none(), st.integers(1, 120))),
        "now": first - draw(st.one_of(st.just(30), st.integers(-1440, 2 * 1440))) * MINUTE,
        "first": first,
        "last": first + minutes * MINUTE,
    }
    return rules, draw(st.lists(takings(first, minutes), max_size=8)), question


def rarely(strategy):
    return st.integers(0, 4).flatmap(lambda n: strategy if n == 4 else st.none())


@st.composite
def takings(draw, first, minutes):
    start = first + draw(st.integers(-200, minutes)) * MINUTE + timedelta(seconds=draw(st.sampled_from([0, 0, 1, 59])))
    end = start + draw(st.integers(1, 90)) * MINUTE + timedelta(seconds=draw(st.sampled_from([0, 0, 1, 59])))
    return Taken(start, end, counts_as_given=draw(st.booleans()), blocks_time=draw(st.integers(0, 4)) > 0)


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(worlds(), st.data())
def test_engine_agrees_with_oracle(world, data):
    rules, taken, question = world
    oracle = Oracle(rules, taken, **question)
    expected = oracle.slots()

    listed = list_slots(rules, taken, **question)

    assert [(slot.start, slot.end) for slot in listed] == expected
    event(f"slots: {min(len(listed), 10)}")
    limit = data.draw(st.integers(0, 5))
    assert list_slots(rules, iter(taken), limit=limit, **question) == listed[:limit]
    spans_found = open_spans(rules, first=question["first"], last=question["last"])
    assert [(span.start, span.end) for span in spans_found] == oracle.spans()

    asked = {key: question[key] for key in ("length", "step", "now")}
    likely = sorted(oracle.on_grid.intersection(oracle.asked)) + list(oracle.asked[:3])
    some = data.draw(st.lists(st.sampled_from(likely) | st.sampled_from(oracle.asked), max_size=20)) if likely else []
    for minute in some:
        refusal = why_not(rules, taken, start=instant(minute), **asked)
        assert (refusal and refusal.code) == oracle.reason(minute)
        event(f"reason: {refusal and refusal.code}")
    for slot in listed[:20]:
        assert why_not(rules, taken, start=slot.start, **asked) is None
        beside = why_not(rules, taken, start=slot.start, own=[(slot.end - MINUTE, slot.end + HOUR)], **asked)
        assert isinstance(beside, SlotRefusal)
        assert beside.code == "own_overlap"
