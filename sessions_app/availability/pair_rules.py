"""What the programme of a session leaves of a mentor's offers and free times to one mentee. Pure, as the engine is.

The engine says which starts are free; these rules then leave some of them out. A calendar week is the mentor's, from
Monday on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zlib import crc32

from .slots import Slot
from .walltime import MINUTE, day_start, instant_at, local_day, minute_at_or_before, week_start

WEEK = 7
# From when on before a session a time that is kept for first-timers is for everyone
OPENS = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class PairRules:
    """Of the programme that a session of these two would count for; nothing narrows where there is none.

    `lengths` and `formats`: those that its sessions may have. `minutes`: the most that the mentor gives in it in a
    week, and `given`, by first minute and length, what counts so far. `share`: which percentage of the mentor's free
    starts this mentee leaves to others, since they had a session in it lately.
    """

    lengths: frozenset[int] | None = None
    formats: frozenset[str] | None = None
    minutes: int | None = None
    given: tuple[tuple[int, int], ...] = ()
    share: int | None = None

    def allows(self, length: int, format_name: str) -> bool:
        return (self.lengths is None or length in self.lengths) and (
            self.formats is None or format_name in self.formats
        )

    @property
    def narrows_times(self) -> bool:
        return self.minutes is not None or self.share is not None

    def left_of(self, week: "Week", free: Sequence[Slot], *, length: int, now: datetime) -> list[Slot]:
        if self.is_full(week, length):
            return []
        if self.share is None:
            return list(free)
        kept = kept_of(free, self.share, now=now)
        return [slot for slot in free if slot.start not in kept]

    def with_given(self, slots: Sequence[Slot]) -> "PairRules":
        """As if these were booked, and counted."""
        if self.minutes is None:
            return self
        more = tuple((minute_at_or_before(slot.start), (slot.end - slot.start) // MINUTE) for slot in slots)
        return replace(self, given=self.given + more)

    def is_full(self, week: "Week", length: int) -> bool:
        if self.minutes is None:
            return False
        return sum(minutes for first, minutes in self.given if week.has(first)) + length > self.minutes


@dataclass(frozen=True, slots=True)
class Week:
    first: int
    end: int

    def has(self, minute: int) -> bool:
        return self.first <= minute < self.end

    @property
    def begin(self) -> datetime:
        return instant_at(self.first)

    @property
    def until(self) -> datetime:
        return instant_at(self.end)


def week_of(zone: str, moment: datetime) -> Week:
    return _week_from(zone, week_start(local_day(zone, minute_at_or_before(moment))))


def _week_from(zone: str, monday: int) -> Week:
    return Week(day_start(zone, monday), day_start(zone, monday + WEEK))


def weeks_between(zone: str, first: datetime, last: datetime) -> Iterator[Week]:
    """All weeks that [first, last) touches, in order."""
    monday = week_start(local_day(zone, minute_at_or_before(first)))
    while (week := _week_from(zone, monday)).begin < last:
        yield week
        monday += WEEK


def kept_of(free: Sequence[Slot], share: int, *, now: datetime) -> set[datetime]:
    """Which starts are kept for first-timers: this percentage, rounded up, of those that are far enough ahead.

    By a number that only depends on the start. So the same ones stay kept while others are booked or become free.
    """
    ahead = [slot.start for slot in free if slot.start - now > OPENS]
    return set(sorted(ahead, key=_lot)[: -(-len(ahead) * share // 100)])


def _lot(start: datetime) -> tuple[int, datetime]:
    return crc32(b"%d" % minute_at_or_before(start)), start
