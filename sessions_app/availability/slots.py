"""The slot engine: a mentor's rules and what is already taken, made into slots. Pure: no ORM, no clock, no settings.

There are two questions: `list_slots` returns the starts that can be booked, `why_not` the reason why one start can't.
The second asks the first, so a start is accepted if and only if it is listed. All arithmetic is in whole UTC minutes
(see `walltime`); what is taken may start and end at any second. Ranges are half-open. The tests check it against an
oracle that looks at every minute.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from . import walltime
from .grids import Grid, free_starts, lay_grids
from .rules import Block, BusyMinutes, Rules, Taken, check_range
from .walltime import DAY, EPOCH, MINUTE

__all__ = [
    "Rules",
    "Slot",
    "SlotRefusal",
    "Taken",
    "default_step",
    "list_slots",
    "nearest_slots",
    "open_spans",
    "overlaps_busy",
    "why_not",
]

LONGEST_ANSWER = timedelta(days=62)
# Cached slots of one length: enough for a month with one every five minutes. A slot takes about 250 bytes.
MOST_SLOTS_KEPT = 10_000
# A grid may begin on the date before the first one asked about. Three days always contain one whole date, even where a
# zone skipped one.
_LOOK_BACK = 3 * DAY


class Slot(NamedTuple):
    """A span of time [start, end), as aware datetimes in UTC. A tuple, since questions make hundreds of them."""

    start: datetime
    end: datetime


def overlaps_busy(slot: Slot, busy: Iterable[tuple[datetime, datetime]]) -> bool:
    return any(start < slot.end and slot.start < end for start, end in busy)


@dataclass(frozen=True, slots=True)
class SlotRefusal:
    """Why a start can't be booked; and the earliest start from there on that can, if waiting helps."""

    code: str
    earliest: datetime | None = None


def default_step(length: int, buffer: int) -> int:
    """The minutes between two starts if the mentor sets none: length plus buffer, rounded up to five minutes.

    Then sessions can follow one another without a gap.
    """
    return -(-(length + buffer) // 5) * 5


def list_slots(
    rules: Rules,
    taken: Iterable[Block],
    *,
    length: int,
    now: datetime,
    first: datetime,
    last: datetime,
    step: int | None = None,
    limit: int | None = None,
    busy: Sequence[BusyMinutes] = (),
) -> list[Slot]:
    """The slots of `length` minutes that start in [first, last) and can be booked, in order; at most `limit` of them.

    `taken` must hold everything that touches the range and, if the rules have a cap, all of the local weeks it touches.
    `busy`: when another calendar says that the mentor is busy.
    Raises ValueError for a range of more than 62 days, a length outside 1 to 1440 or a step outside 1 to 2880 minutes,
    and for datetimes without a zone.
    """
    step = _checked_step(rules, length, step)
    last_day = _last_day(rules, now)
    start, end = _bookable_range(rules, now, last_day, *_checked_range(first, last))
    if start >= end or (limit is not None and limit < 1):
        return []
    blocked = _blocked_starts(rules, tuple(taken), busy, length, last_day)
    starts = free_starts(_rule_grids(rules, start, end, length), blocked, start, end, step, limit)
    return _slots_at(starts, length)


def why_not(
    rules: Rules,
    taken: Iterable[Block],
    *,
    start: datetime,
    length: int,
    now: datetime,
    step: int | None = None,
    own: Iterable[tuple[datetime, datetime]] = (),
    busy: Sequence[BusyMinutes] = (),
) -> SlotRefusal | None:
    """Why this start can't be booked, or None: it is refused if and only if `list_slots` leaves it out.

    `own` are the spans of the mentee's own sessions, the only reason that the list doesn't know. The code is one of:
    past, notice, horizon, paused, time_off, outside_windows, off_grid, taken, busy_elsewhere, buffer, day_cap,
    week_cap, own_overlap.
    `taken`, `busy` and errors are as for `list_slots`.
    """
    start, now = EPOCH + walltime.elapsed_since_epoch(start), EPOCH + walltime.elapsed_since_epoch(now)
    taken, mine = tuple(taken), tuple(Taken(begin, end, counts_as_given=False) for begin, end in own)
    step = _checked_step(rules, length, step)
    code = _find_reason(rules, taken, busy, mine, start, length, now, step)
    if code is None:
        return None
    if code == "horizon":
        # Nothing later can be booked either.
        return SlotRefusal(code)
    first = max(start, now)
    last = first + LONGEST_ANSWER
    later = list_slots(
        rules, taken + mine, length=length, now=now, first=first, last=last, step=step, limit=1, busy=busy
    )
    return SlotRefusal(code, later[0].start if later else None)


def open_spans(rules: Rules, *, first: datetime, last: datetime) -> list[Slot]:
    """When the mentor's rules are open within [first, last), whatever is taken. Notice, horizon and pause don't count.

    Spans that touch are one. Raises ValueError for a range of more than 62 days.
    """
    _check_year(first)
    start, end = _checked_range(first, last)
    spans: list[tuple[int, int]] = []
    for opens, closes, _ in walltime.open_pieces(rules.zone, rules.windows_on, start, end):
        begin, until = max(opens, start), min(closes, end)
        if spans and spans[-1][1] == begin:
            spans[-1] = (spans[-1][0], until)
        elif begin < until:
            spans.append((begin, until))
    return [Slot(walltime.instant_at(begin), walltime.instant_at(until)) for begin, until in spans]


def nearest_slots(slots: Sequence[Slot], start: datetime, count: int = 3) -> list[Slot]:
    """The `count` slots that start nearest to `start`, in order of time. Of two equally near, the earlier is taken."""
    return sorted(sorted(slots, key=lambda slot: (abs(slot.start - start), slot.start))[:count])


@lru_cache(maxsize=8)
def _cached_slots(length: int) -> dict[int, Slot]:
    """Slots of one length by their first minute."""
    return {}


def _slots_at(starts: Sequence[int], length: int) -> list[Slot]:
    """The slots of `length` minutes at these starts. Each is made once, since many mentors' grids meet on them."""
    slots = _cached_slots(length)
    try:
        return list(map(slots.__getitem__, starts))
    except KeyError:
        if len(slots) + len(starts) > MOST_SLOTS_KEPT:
            # Not emptied: another thread may be reading it.
            _cached_slots.cache_clear()
            slots = _cached_slots(length)
        _make_slots(slots, starts, timedelta(minutes=length))
        return list(map(slots.__getitem__, starts))


def _make_slots(slots: dict[int, Slot], starts: Sequence[int], span: timedelta) -> None:
    """Add the slots at these starts that are missing.

    They are most of what a first question takes, so each start is reckoned from the one before: gaps repeat.
    """
    new, before = tuple.__new__, starts[0]
    start = walltime.instant_at(before)
    for minute in starts:
        if minute not in slots:
            start += _gap(minute - before)
            before = minute
            slots[minute] = new(Slot, (start, start + span))


@lru_cache(maxsize=1024)
def _gap(minutes: int) -> timedelta:
    return minutes * MINUTE


def _check_year(moment: datetime) -> None:
    if not walltime.FIRST_YEAR <= moment.year <= walltime.LAST_YEAR:
        raise ValueError(f"{moment!r} lies outside the years {walltime.FIRST_YEAR} to {walltime.LAST_YEAR}.")


def _checked_step(rules: Rules, length: int, step: int | None) -> int:
    check_range("length", length, 1, DAY)
    if step is None:
        return default_step(length, rules.buffer)
    check_range("step", step, 1, 2 * DAY)
    return step


def _checked_range(first: datetime, last: datetime) -> tuple[int, int]:
    start, end = walltime.minute_at_or_after(first), walltime.minute_at_or_after(last)
    if walltime.elapsed_since_epoch(last) - walltime.elapsed_since_epoch(first) > LONGEST_ANSWER:
        raise ValueError(f"A question about more than {LONGEST_ANSWER.days} days.")
    return start, end


def _last_day(rules: Rules, now: datetime) -> int:
    _check_year(now)
    return walltime.local_day(rules.zone, walltime.minute_at_or_before(now)) + rules.horizon_days


def _bookable_range(rules: Rules, now: datetime, last_day: int, start: int, end: int) -> tuple[int, int]:
    """The range of starts that notice, horizon and pause allow. Clocks that repeat midnight: see `_refused_days`."""
    start = max(start, walltime.minute_at_or_after(now) + rules.notice)
    end = min(end, walltime.day_end(rules.zone, last_day))
    back = _day_back(rules, last_day)
    if back is not None:
        start = end if back > last_day else max(start, walltime.day_start(rules.zone, back))
    return start, end


def _day_back(rules: Rules, last_day: int) -> int | None:
    """The local date on which the mentor's pause ends, unless it has ended."""
    back = None if rules.paused_until is None else walltime.day_number(rules.paused_until)
    return None if back is None or back < last_day - rules.horizon_days else back


def _rule_grids(rules: Rules, start: int, end: int, length: int) -> Iterator[Grid]:
    """The grids for starts in [start, end), before anything is taken."""
    return lay_grids(walltime.open_pieces(rules.zone, rules.windows_on, start - _LOOK_BACK, end + length), length)


def _blocked_starts(
    rules: Rules, taken: tuple[Block, ...], busy: Sequence[BusyMinutes], length: int, last_day: int
) -> list[tuple[int, int]]:
    """Ranges of starts that are refused, sorted; they may overlap."""
    # A session that starts up to length - 1 minutes before something that is taken would run into it. Around sessions
    # that the mentor gives, the buffer widens this on both sides.
    before, after = length - 1, rules.buffer
    blocked = [
        (item.first_minute - before - after, item.end_minute + after)
        if item.counts_as_given
        else (item.first_minute - before, item.end_minute)
        for item in taken
        if item.blocks_time
    ]
    blocked += [(first - before, end) for first, end in busy]
    for day in _refused_days(rules, taken, last_day):
        blocked += [(segment.start, segment.end) for segment in walltime.day_segments(rules.zone, day)]
    blocked.sort()
    return blocked


def _refused_days(rules: Rules, taken: tuple[Block, ...], last_day: int) -> set[int]:
    """Local dates on which nothing may start: those at a cap, and the dates just beyond horizon and pause.

    The latter matter where clocks go back over midnight: then a date is shown again after the next one has begun, and
    cutting the range at its start or end is not enough.
    """
    refused = {last_day + 1}
    back = _day_back(rules, last_day)
    if back is not None:
        refused.add(back - 1)
    given = _given_days(rules, taken) if rules.has_caps else []
    # Who gives fewer in all than a day or a week may hold has none that is full.
    if rules.max_per_day is not None and len(given) >= rules.max_per_day:
        refused.update(day for day, count in Counter(given).items() if count >= rules.max_per_day)
    if rules.max_per_week is not None and len(given) >= rules.max_per_week:
        weeks = Counter(map(walltime.week_start, given))
        full = (monday for monday, count in weeks.items() if count >= rules.max_per_week)
        refused.update(day for monday in full for day in range(monday, monday + 7))
    return refused


def _given_days(rules: Rules, taken: tuple[Block, ...]) -> list[int]:
    return [walltime.local_day(rules.zone, item.first_minute) for item in taken if item.counts_as_given]


def _find_reason(
    rules: Rules,
    taken: tuple[Block, ...],
    busy: Sequence[BusyMinutes],
    mine: tuple[Block, ...],
    start: datetime,
    length: int,
    now: datetime,
    step: int,
) -> str | None:
    minute, last_day = walltime.minute_at_or_before(start), _last_day(rules, now)
    if start < now:
        return "past"
    if start - now < timedelta(minutes=rules.notice):
        return "notice"
    if minute >= walltime.day_end(rules.zone, last_day) or walltime.local_day(rules.zone, minute) > last_day:
        return "horizon"
    after = start + MINUTE
    listed = list_slots(rules, taken, length=length, now=now, first=start, last=after, step=step, busy=busy)
    if [slot.start for slot in listed] != [start]:
        return _reason_by_rules(rules, start, length, step) or _reason_by_taken(rules, taken, busy, minute, length)
    return "own_overlap" if any(item.overlaps(minute, minute + length) for item in mine) else None


def _reason_by_rules(rules: Rules, start: datetime, length: int, step: int) -> str | None:
    minute = walltime.minute_at_or_before(start)
    back = rules.paused_until
    if back is not None and walltime.local_day(rules.zone, minute) < walltime.day_number(back):
        return "paused"
    closed = minute
    for opens, closes, _ in walltime.open_pieces(rules.zone, rules.windows_on, minute, minute + length):
        if opens <= closed < closes:
            closed = closes
    if closed < minute + length:
        return "time_off" if rules.is_off(walltime.local_day(rules.zone, closed)) else "outside_windows"
    grids = _rule_grids(rules, minute, minute + 1, length)
    on_grid = start == walltime.instant_at(minute) and free_starts(grids, [], minute, minute + 1, step)
    return None if on_grid else "off_grid"


def _reason_by_taken(
    rules: Rules, taken: tuple[Block, ...], busy: Sequence[BusyMinutes], minute: int, length: int
) -> str:
    if any(item.overlaps(minute, minute + length) for item in taken):
        return "taken"
    if any(first < minute + length and minute < end for first, end in busy):
        return "busy_elsewhere"
    if any(
        item.counts_as_given and item.overlaps(minute - rules.buffer, minute + length + rules.buffer) for item in taken
    ):
        return "buffer"
    today = walltime.local_day(rules.zone, minute)
    at_day_cap = rules.max_per_day is not None and _given_days(rules, taken).count(today) >= rules.max_per_day
    return "day_cap" if at_day_cap else "week_cap"
