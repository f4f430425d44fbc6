"""From the bytes of a calendar file to the times at which its owner is busy."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple

from .cpu import limit_cpu
from .entries import DAY, Entry, Moment, Reader, busy_end, day_start, read_entry
from .errors import ReadingError
from .lines import MOST_COMPONENTS, RawCalendar, RawEvent, cut_calendar
from .series import expand_series
from .zones import Zones

MOST_SPANS = 5_000
MOST_SECONDS = 2.0
# How far a wall's date may be from that of UTC, with room.
SLACK = 2 * DAY
# Of one file among many: the others can be read all the same.
SPOILT = {"not_a_calendar", "cut_off"}
# What the libraries raise for events that make no sense: they were written for those that do.
NONSENSE = (ValueError, TypeError, AttributeError, KeyError, IndexError, OverflowError, ArithmeticError)


class Span(NamedTuple):
    """[start, end) in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """`spans`: one for each event that makes busy, in order of time; they may overlap. `name`: what the file calls
    itself. `guessed`: names of zones that nobody could tell, so that the owner's stands for them, and for how
    many events. `unread`: how many events made no sense and were left out. `titles`: of the events of each span, if
    they were asked for.
    """

    spans: tuple[Span, ...]
    name: str = ""
    guessed: dict[str, int] = field(default_factory=dict)
    unread: int = 0
    titles: Mapping[Span, Sequence[str]] = field(default_factory=dict, repr=False)


def read_busy_times(content: bytes, reader: Reader, *, first: datetime, last: datetime) -> Reading:
    """What is busy within [first, last), cut off at both. Raises ReadingError."""
    with limit_cpu(MOST_SECONDS):
        return _read_files([cut_calendar(content, keeps_titles=reader.keeps_titles)], reader, first, last)


def read_objects(contents: Iterable[bytes], reader: Reader, *, first: datetime, last: datetime) -> Reading:
    """As above, of a calendar whose server keeps each event, with the exceptions to it, as a file of its own.

    What is no such file is left out and counted as `unread`. Raises ReadingError.
    """
    files, broken, events = list[RawCalendar](), 0, 0
    with limit_cpu(MOST_SECONDS):
        for content in contents:
            try:
                found = cut_calendar(content, keeps_titles=reader.keeps_titles)
            except ReadingError as error:
                if error.code not in SPOILT:
                    raise
                broken += 1
                continue
            events += len(found.events)
            if events > MOST_COMPONENTS:
                raise ReadingError("too_many_events")
            # The server says which calendar it is, and not each of its events.
            files.append(replace(found, name=""))
        reading = _read_files(files, reader, first, last)
    return replace(reading, unread=reading.unread + broken)


# Each has its own zones: two may mean different ones by the same name.
def _read_files(files: Iterable[RawCalendar], reader: Reader, first: datetime, last: datetime) -> Reading:
    name, unread = "", 0
    spans, titles, guessed = list[Span](), defaultdict[Span, list[str]](list), Counter[str]()
    for found in files:
        name = found.name
        if "@" in name:
            # Calendars of a person are often named by the address at which they are invited.
            reader = replace(reader, addresses=reader.addresses | {name.lower()})
        zones = Zones(found.zones, floating=found.zone, owner=reader.zone)
        for group in _groups(found, first, last):
            entries, broken = _read_entries(group, zones, reader)
            unread += broken
            try:
                for span, title in _spans_of(entries, zones.floating, first, last):
                    spans.append(span)
                    if title:
                        titles[span].append(title)
                    if len(spans) > MOST_SPANS:
                        raise ReadingError("too_many_times")
            except NONSENSE:
                unread += 1
        guessed += zones.guessed
    return Reading(tuple(sorted(spans)), name, dict(guessed), unread, dict(titles))


def join_spans(spans: Iterable[Span]) -> list[Span]:
    """In order, with those that touch or overlap made one."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


# Events that belong together: those of one UID. Groups that are long over or far ahead are left out unread.
def _groups(found: RawCalendar, first: datetime, last: datetime) -> Iterator[list[RawEvent]]:
    groups: dict[str, list[RawEvent]] = defaultdict(list)
    for number, event in enumerate(found.events):
        groups[event.value_of("UID").strip() or f" {number}"].append(event)
    earliest, latest = (first - SLACK).strftime("%Y%m%d"), (last + SLACK).strftime("%Y%m%d")
    for group in groups.values():
        if not all(_is_elsewhere(event, earliest, latest) for event in group):
            yield group


# Whether its dates, as they are written, say that it can't touch the range. When in doubt, not.
def _is_elsewhere(event: RawEvent, earliest: str, latest: str) -> bool:
    start = event.value_of("DTSTART").strip()[:8]
    if not start.isdigit():
        return False
    if start > latest and event.find("RDATE") is None and event.find("RECURRENCE-ID") is None:
        return True
    if any(event.find(name) for name in ("RRULE", "RDATE", "DURATION", "RECURRENCE-ID")):
        return False
    return max(start, event.value_of("DTEND").strip()[:8]) < earliest


def _read_entries(group: Sequence[RawEvent], zones: Zones, reader: Reader) -> tuple[list[Entry], int]:
    entries, broken = list[Entry](), 0
    for raw in group:
        try:
            entries.append(read_entry(raw, zones, reader))
        except NONSENSE:
            broken += 1
    return entries, broken


# Of the events with one UID, each with its title.
def _spans_of(entries: Sequence[Entry], zone: tzinfo, first: datetime, last: datetime) -> Iterator[tuple[Span, str]]:
    whole = [entry for entry in entries if entry.replaces is None]
    newest = max((entry.sequence for entry in whole), default=0)
    # Some programs give one UID to all events they write: of the same version, each counts.
    whole = [entry for entry in whole if entry.sequence == newest]
    changes = [entry for entry in entries if entry.replaces is not None]
    for series in ([*whole[:1], *changes], *([entry] for entry in whole[1:])):
        for start, end, entry in expand_series(series, first - SLACK, last + SLACK):
            span = _span_of(start, end, zone, lasts_days=entry.lasts_days)
            if entry.is_busy and span.start < span.end and span.start < last and first < span.end:
                yield Span(max(span.start, first), min(span.end, last)), entry.title


def _span_of(start: Moment, end: Moment, zone: tzinfo, *, lasts_days: bool) -> Span:
    if isinstance(start, datetime) and isinstance(end, datetime):
        return Span(start.astimezone(UTC), busy_end(start, end, lasts_days=lasts_days))
    return Span(day_start(start, zone).astimezone(UTC), day_start(end, zone).astimezone(UTC))
