"""What the clock of an event shows, and what its buttons do to the rounds. Pure: no database, no settings.

All moments are instants, so a change of the clocks on the wall shifts nothing here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

# A round is called this long before people change tables: they learn where they go next, and nobody is moved any more.
CALLED_BEFORE = timedelta(seconds=90)
NOTHING = timedelta(0)


class Phase(StrEnum):
    BEFORE = "before"
    # The first round is called, and starts when the desk says so.
    CALLED = "called"
    RUNNING = "running"
    CHANGING = "changing"
    BREAK = "break"
    PAUSED = "paused"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Span:
    """One round."""

    number: int
    start: datetime
    end: datetime
    is_called: bool = False
    is_skipped: bool = False

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    def move(self, by: timedelta) -> "Span":
        return replace(self, start=self.start + by, end=self.end + by)


@dataclass(frozen=True, slots=True)
class Clock:
    """`moment` is what the clock shows; it stands still while it is paused. `current` is the round that runs, `next`
    the one after it. `until`: when this phase ends, if nobody presses anything.
    """

    phase: Phase
    moment: datetime
    current: int | None = None
    next: int | None = None
    is_next_called: bool = False
    until: datetime | None = None
    left: timedelta = NOTHING

    @property
    def minutes_left(self) -> int:
        """Begun ones count."""
        return -int(-self.left.total_seconds() // 60)

    @property
    def is_paused(self) -> bool:
        return self.phase == Phase.PAUSED

    @property
    def is_running(self) -> bool:
        return self.phase == Phase.RUNNING

    @property
    def counts_down(self) -> bool:
        return self.phase in (Phase.RUNNING, Phase.CHANGING, Phase.BREAK)

    @property
    def shown(self) -> int | None:
        """The round whose tables people need to know now."""
        return self.current or (self.next if self.is_next_called else None)


def read_clock(
    spans: Sequence[Span], *, is_started: bool, now: datetime, paused_at: datetime | None = None, break_after: int = 0
) -> Clock:
    """`break_after` is the round that the long break follows; 0 means that there is none."""
    moment = now if paused_at is None else min(now, paused_at)
    kept = [span for span in spans if not span.is_skipped]
    following = next((span for span in kept if span.start > moment), None)
    running = next((span for span in kept if span.start <= moment < span.end), None)
    if not is_started:
        following, running = next(iter(kept), None), None
    number, is_called = (following.number, following.is_called) if following else (None, False)
    if running:
        clock = Clock(Phase.RUNNING, moment, running.number, number, is_called, running.end)
    elif following is None:
        return Clock(Phase.OVER, moment)
    elif not is_started or following.number == kept[0].number:
        phase = Phase.CALLED if following.is_called else Phase.BEFORE
        clock = Clock(phase, moment, None, number, is_called, following.start)
    else:
        last = max(span.number for span in kept if span.end <= moment)
        phase = Phase.BREAK if last <= break_after < following.number else Phase.CHANGING
        clock = Clock(phase, moment, None, number, is_called, following.start)
    left = max(clock.until - moment, NOTHING) if clock.until else NOTHING
    if paused_at is None or not is_started:
        return replace(clock, left=left)
    return replace(clock, phase=Phase.PAUSED, left=left, until=now + left)


def find_due_calls(spans: Sequence[Span], *, moment: datetime, change: timedelta) -> list[int]:
    """The rounds that the clock calls by now. The first one is called by hand."""
    kept = [span for span in spans if not span.is_skipped]
    return [span.number for span in kept[1:] if not span.is_called and call_moment(span, change) <= moment]


def call_moment(span: Span, change: timedelta) -> datetime:
    return span.start - change - CALLED_BEFORE


def start_first(spans: Sequence[Span], *, at: datetime) -> list[Span]:
    """Everything moves, so that the first round begins now."""
    first = next(span for span in spans if not span.is_skipped)
    return [span.move(at - first.start) for span in spans]


def delay(spans: Iterable[Span], *, at: datetime, by: timedelta) -> list[Span]:
    """The round that runs takes longer, and all later ones move; in between, all later ones move."""
    return [_delay_one(span, at, by) for span in spans]


def _delay_one(span: Span, at: datetime, by: timedelta) -> Span:
    if span.end <= at:
        return span
    return replace(span, end=span.end + by) if span.start <= at else span.move(by)


def end_now(spans: Sequence[Span], *, at: datetime) -> list[Span]:
    """The round that runs ends at this moment; in between, the next one begins. All later ones move up."""
    kept = [span for span in spans if not span.is_skipped]
    running = next((span for span in kept if span.start <= at < span.end), None)
    following = next((span for span in kept if span.start > at), None)
    if running:
        return delay(spans, at=at, by=at - running.end)
    return delay(spans, at=at, by=at - following.start) if following else list(spans)


def skip(spans: Sequence[Span], number: int) -> list[Span]:
    """Leave out a round: later ones move up by its length and the shorter of the pauses around it, so that the long
    break stays."""
    kept = [span for span in spans if not span.is_skipped]
    place = next(index for index, span in enumerate(kept) if span.number == number)
    one = kept[place]
    before = one.start - kept[place - 1].end if place else None
    after = kept[place + 1].start - one.end if place + 1 < len(kept) else NOTHING
    by = one.length + (after if before is None else min(before, after))
    return [
        replace(span, is_skipped=True) if span.number == number else span.move(-by) if span.number > number else span
        for span in spans
    ]
