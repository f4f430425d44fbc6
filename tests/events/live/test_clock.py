"""The clock against one that knows nothing of instants: it lets the seconds of an evening pass one by one."""

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from events.live.clock import Phase, Span, delay, end_now, find_due_calls, read_clock, skip, start_first

SECOND = timedelta(seconds=1)
# The night in which London's clocks go back, the one in which they go forward, a New Year's Eve, and a plain day.
STARTS = [
    datetime(2026, 10, 25, 0, 45, tzinfo=UTC),
    datetime(2026, 3, 29, 0, 45, tzinfo=UTC),
    datetime(2026, 12, 31, 23, 45, tzinfo=UTC),
    datetime(2026, 11, 24, 18, 0, tzinfo=UTC),
]
CHANGE, BREAK, LENGTH, BREAK_AFTER = 60, 300, 300, 2


def spans_from(start: datetime, rounds: int = 4) -> list[Span]:
    spans = []
    for number in range(1, rounds + 1):
        spans.append(Span(number, start, start + LENGTH * SECOND))
        start += (LENGTH + (BREAK if number == BREAK_AFTER else CHANGE)) * SECOND
    return spans


@dataclass
class Stopwatch:
    """What is still to come, as seconds: rounds by their number, and what lies between them."""

    left: list[list] = field(default_factory=list)
    is_paused: bool = False

    def __post_init__(self) -> None:
        for number in range(1, 5):
            self.left.append(["running", number, LENGTH])
            if number < 4:
                gap = ["break", number, BREAK] if number == BREAK_AFTER else ["changing", number, CHANGE]
                self.left.append(gap)

    def pass_second(self) -> None:
        if self.is_paused or not self.left:
            return
        self.left[0][2] -= 1
        self.drop_empty()

    def drop_empty(self) -> None:
        while self.left and self.left[0][2] <= 0:
            self.left.pop(0)

    def press(self, what: str) -> None:
        if what == "minute":
            self.left[0][2] += 60
        elif what == "end":
            self.left.pop(0)
        elif what == "pause":
            self.is_paused = not self.is_paused

    def shown(self) -> tuple[str, int | None, int]:
        if not self.left:
            return "over", None, 0
        kind, number, seconds = self.left[0]
        return ("paused" if self.is_paused else kind), (number if kind == "running" else None), seconds


def shown(spans: list[Span], now: datetime, paused_at: datetime | None) -> tuple[str, int | None, int]:
    clock = read_clock(spans, is_started=True, now=now, paused_at=paused_at, break_after=BREAK_AFTER)
    return str(clock.phase), clock.current, round(clock.left.total_seconds())


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("seed", range(3))
def test_clock_shows_what_a_stopwatch_shows_at_each_second(start, seed):
    dice, watch, spans, now, paused_at = random.Random(seed), Stopwatch(), spans_from(start), start, None
    for _second in range(2400):
        assert shown(spans, now, paused_at) == watch.shown()
        if watch.left and dice.random() < 0.01:
            what = dice.choice(["pause", "minute", "end"])
            if what != "pause" and paused_at:
                continue
            watch.press(what)
            if what == "minute":
                spans = delay(spans, at=now, by=60 * SECOND)
            elif what == "end":
                spans = end_now(spans, at=now)
            elif paused_at is None:
                paused_at = now
            else:
                spans, paused_at = delay(spans, at=paused_at, by=now - paused_at), None
            assert all(one.end <= other.start for one, other in pairwise(spans))
            assert shown(spans, now, paused_at) == watch.shown(), what
        now += SECOND
        watch.pass_second()


def test_nothing_begins_before_the_desk_starts_it():
    start = STARTS[0]
    spans = spans_from(start)
    late = start + timedelta(hours=1)

    before = read_clock(spans, is_started=False, now=late)
    called = read_clock([replace(spans[0], is_called=True), *spans[1:]], is_started=False, now=late)
    moved = start_first(spans, at=late)

    assert (before.phase, before.next, before.counts_down, before.shown) == (Phase.BEFORE, 1, False, None)
    assert (called.phase, called.next, called.shown) == (Phase.CALLED, 1, 1)
    assert read_clock(moved, is_started=True, now=late).current == 1
    assert [one.start - other.start for one, other in zip(moved, spans, strict=True)] == [timedelta(hours=1)] * 4


def test_a_round_is_called_ninety_seconds_before_tables_change():
    spans = spans_from(STARTS[0])
    seconds = {number: (spans[number - 1].start - STARTS[0]).total_seconds() - CHANGE - 90 for number in (2, 3, 4)}

    for number, second in seconds.items():
        due = [
            find_due_calls(spans, moment=STARTS[0] + (second + more) * SECOND, change=CHANGE * SECOND)
            for more in (-1, 0)
        ]
        assert due == [list(range(2, number)), list(range(2, number + 1))]
    called = [replace(span, is_called=True) for span in spans]
    assert find_due_calls(called, moment=spans[-1].end, change=CHANGE * SECOND) == []


@pytest.mark.parametrize(
    ("number", "gaps"),
    [(1, [BREAK, CHANGE]), (2, [BREAK, CHANGE]), (3, [CHANGE, BREAK]), (4, [CHANGE, BREAK])],
)
def test_skipping_a_round_keeps_the_break(number, gaps):
    spans = skip(spans_from(STARTS[0]), number)

    kept = [span for span in spans if not span.is_skipped]
    assert [span.number for span in kept] == [one for one in range(1, 5) if one != number]
    assert [(other.start - one.end).total_seconds() for one, other in pairwise(kept)] == gaps
    assert kept[0].start == STARTS[0]
    assert read_clock(spans, is_started=True, now=kept[-1].end).phase == Phase.OVER
