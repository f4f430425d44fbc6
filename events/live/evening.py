"""An event's rows while it runs, read together: rounds, clock, and who is there."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property

from events.models import Event, EventState, Presence, PresenceKind, Registration, Round
from events.models.evening import HERE
from events.models.states import RUNS

from .clock import Clock, Phase, Span, read_clock


class Standing(StrEnum):
    """Where a person is, by the log."""

    ABSENT = "absent"
    HERE = "here"
    BREAK = "break"
    GONE = "gone"
    # Missed by two partners in a row: they get no more partners until they say that they are back.
    MISSING = "missing"


# A line of the log: what it says, and in which round.
Line = tuple[str, int | None]


def standing_of(lines: Sequence[Line]) -> Standing:
    """By a person's lines, the oldest first. One partner who missed them changes nothing, since tables are confused."""
    if not lines:
        return Standing.ABSENT
    kind, number = lines[-1]
    if kind in HERE:
        return Standing.HERE
    if kind != PresenceKind.MISSING:
        return Standing(kind)
    before = lines[-2] if len(lines) > 1 else None
    if before and before[0] == PresenceKind.MISSING and before[1] and number and number - before[1] == 1:
        return Standing.MISSING
    return standing_of(lines[:-1])


@dataclass(frozen=True)
class Evening:
    event: Event
    rounds: Sequence[Round]
    now: datetime

    @cached_property
    def clock(self) -> Clock:
        return clock_of(self.event, self.rounds, self.now)

    @cached_property
    def by_number(self) -> Mapping[int, Round]:
        return {one.number: one for one in self.rounds}

    @property
    def mark(self) -> str:
        """What a person who presses a button of the clock must have seen: it changes with each phase."""
        clock = self.clock
        return f"{self.event.version}-{clock.phase}-{clock.current or 0}-{clock.next or 0}"

    @property
    def is_live(self) -> bool:
        return self.event.state == EventState.LIVE

    @property
    def is_over(self) -> bool:
        return self.event.state not in RUNS or self.clock.phase == Phase.OVER

    @property
    def current(self) -> Round | None:
        return self.by_number.get(self.clock.current or 0)

    @property
    def next(self) -> Round | None:
        return self.by_number.get(self.clock.next or 0)

    @property
    def shown(self) -> Round | None:
        """The round whose tables hold now: the one that runs, else the next if it is called."""
        return self.by_number.get(self.clock.shown or 0)

    @property
    def uncalled(self) -> list[Round]:
        return [one for one in self.rounds if one.called_at is None and not one.is_skipped]

    @property
    def change(self) -> timedelta:
        return timedelta(minutes=self.event.change_minutes)


def read_evening(event: Event, now: datetime) -> Evening:
    return Evening(event, list(Round.objects.filter(event=event)), now)


def spans_of(rounds: Iterable[Round]) -> list[Span]:
    return [Span(one.number, one.start, one.end, one.called_at is not None, one.is_skipped) for one in rounds]


def clock_of(event: Event, rounds: Iterable[Round], now: datetime) -> Clock:
    if event.state not in RUNS:
        return Clock(Phase.OVER if event.ended_at else Phase.BEFORE, now)
    return read_clock(
        spans_of(rounds),
        is_started=event.state == EventState.LIVE,
        now=now,
        paused_at=event.paused_at,
        break_after=event.break_after,
    )


def standings_of(event: Event) -> dict[int, Standing]:
    """Of all who were ever checked in; the others are absent."""
    lines: dict[int, list[Line]] = defaultdict(list)
    log = Presence.objects.filter(registration__event=event).order_by("pk")
    for key, kind, number in log.values_list("registration", "kind", "from_round__number"):
        lines[key].append((kind, number))
    return {key: standing_of(rows) for key, rows in lines.items()}


def standing_of_one(registration: Registration) -> Standing:
    log = Presence.objects.filter(registration=registration).order_by("pk")
    return standing_of(list(log.values_list("kind", "from_round__number")))
