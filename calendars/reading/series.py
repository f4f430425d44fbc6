"""Which occurrences a series has: by its rules and dates, without what was left out, with what was changed."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from common.later import LaterModule

from .entries import Entry, Moment

if TYPE_CHECKING:
    from dateutil import rrule
else:
    rrule = LaterModule("dateutil.rrule")

Occurrence = tuple[Moment, Moment, Entry]
NO_TIME = timedelta()


def expand_series(entries: Sequence[Entry], first: datetime, last: datetime) -> Iterator[Occurrence]:
    """What may touch [first, last), in no order, and perhaps some more: start and end by the wall, and the event that
    says what it is. `entries`: an event, if there is one, and changes of its occurrences.
    """
    core = next((entry for entry in entries if entry.replaces is None), None)
    changes: dict[Moment, Entry] = {}
    for entry in sorted(entries, key=lambda entry: entry.sequence):
        if entry.replaces is not None:
            changes[_mark_of(_as_in_series(entry.replaces, core.start if core else entry.start))] = entry
    left_out = {_mark_of(moment) for moment in core.left_out} if core else set()
    for mark, change in changes.items():
        if mark not in left_out:
            yield change.start, change.end, change
    if core:
        yield from _unchanged(core, changes, left_out, first, last)


# Occurrences that no change names; but some follow an earlier one that was changed with all later ones.
def _unchanged(
    core: Entry, changes: dict[Moment, Entry], left_out: set[Moment], first: datetime, last: datetime
) -> Iterator[Occurrence]:
    later = sorted((mark, change) for mark, change in changes.items() if change.and_later)
    shifts = [NO_TIME, *(_shift_of(change, core) for _mark, change in later)]
    lengths = [_length_of(entry) for entry in (core, *(change for _mark, change in later))]
    seen: set[Moment] = set()
    for start, length in _starts(core, first - max(shifts) - max(lengths), last - min(shifts)):
        mark = _mark_of(start)
        if mark in seen or mark in left_out or mark in changes or _start_date(start) in left_out:
            continue
        seen.add(mark)
        entry, shift = core, NO_TIME
        for (since, change), moved in zip(later, shifts[1:], strict=True):
            if since <= mark:
                entry, shift = change, moved
        begin = start + shift
        yield begin, begin + (_length_of(entry) if length is None or entry is not core else length), entry


# Each start by the wall, perhaps more than once, with the length of one that has its own.
def _starts(core: Entry, first: datetime, last: datetime) -> Iterator[tuple[Moment, timedelta | None]]:
    begins_in_rule = not core.rules
    for rule in core.rules:
        begins_in_rule = begins_in_rule or _reaches(rule, core.start)
        for start in rrule.rrulestr(rule, dtstart=_as_time(core.start)).xafter(_like(first, core.start), inc=True):
            if start > _like(last, core.start):
                break
            yield _as_written(start, core.start), None
    for added in core.added:
        if isinstance(added, tuple):
            begin, end = added
            yield begin, end if isinstance(end, timedelta) else end - begin
        else:
            yield _as_in_series(added, core.start), None
    if begins_in_rule:
        yield core.start, None


# Not so if the rule ends before the start: what is left of a series that was deleted from its beginning on.
def _reaches(rule: str, start: Moment) -> bool:
    until = next((part.removeprefix("UNTIL=") for part in rule.split(";") if part.startswith("UNTIL=")), "")
    written = f"{start.astimezone(UTC):%Y%m%dT%H%M%SZ}" if isinstance(start, datetime) else f"{start:%Y%m%d}"
    return not until or written <= until


def _start_date(start: Moment) -> date:
    return start.date() if isinstance(start, datetime) else start


# Some programs name the occurrence of a timed series by its date alone, or one of whole days by a time.
def _as_in_series(named: Moment, start: Moment) -> Moment:
    if isinstance(start, datetime) and not isinstance(named, datetime):
        return datetime.combine(named, start.timetz())
    return named.date() if isinstance(named, datetime) and not isinstance(start, datetime) else named


# The same for the same moment, in whatever zone it is written.
def _mark_of(moment: Moment) -> Any:
    return moment.astimezone(UTC) if isinstance(moment, datetime) else moment


# By how much a change of this and all later occurrences moves them on the wall.
def _shift_of(change: Entry, core: Entry) -> timedelta:
    replaced = _as_in_series(change.replaces or change.start, core.start)
    return _wall(change.start) - _wall(replaced)


def _length_of(entry: Entry) -> timedelta:
    return _wall(entry.end) - _wall(entry.start)


def _wall(moment: Moment) -> datetime:
    return _as_time(moment).replace(tzinfo=None)


def _as_time(moment: Moment) -> datetime:
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time())


# As the rule of a series that starts so can compare it.
def _like(moment: datetime, start: Moment) -> datetime:
    return moment if isinstance(start, datetime) else moment.replace(tzinfo=None)


def _as_written(found: datetime, start: Moment) -> Moment:
    return found if isinstance(start, datetime) else found.date()
