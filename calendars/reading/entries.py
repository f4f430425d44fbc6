"""One event of a file: when it is, by which rules it recurs, and whether it makes its owner busy."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, Literal

from common.later import LaterModule

from .lines import Line, RawEvent, unescape_text
from .zones import Zones

if TYPE_CHECKING:
    import icalendar
else:
    icalendar = LaterModule("icalendar")

Moment = date | datetime
Period = tuple[Any, ...]
DAY = timedelta(days=1)
TZID = re.compile(r';TZID=("[^"]*"|[^";]*)', re.IGNORECASE)
PARAMETER = re.compile(r';([A-Za-z0-9-]+)=("[^"]*"|[^";]*)')
# More of a title than anyone shows
LONGEST_TITLE = 1000
# As Outlook shows it: someone who works elsewhere can be met by video.
FREE = {"FREE", "WORKINGELSEWHERE"}
MAILTO = re.compile(r"^mailto:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose calendar it is, and what they want to count.

    `zone`: for times without one. `addresses`: theirs, in small letters, by which they answer invitations.
    `own_domain`: our own events end with `@` and this; they don't count, or a session would stand in its own way.
    `all_day`: whether events of whole days count as their file says, always or never. `keeps_titles`: they want to see
    the titles of what makes them busy.
    """

    zone: str
    addresses: frozenset[str] = frozenset()
    own_domain: str = ""
    counts_tentative: bool = True
    all_day: Literal["said", "always", "never"] = "said"
    keeps_titles: bool = False


@dataclass(slots=True)
class Entry:
    """`start` and `end` are both dates or both times with a zone. `lasts_days`: the length was given in whole days."""

    uid: str
    start: Moment
    end: Moment
    is_busy: bool
    sequence: int = 0
    lasts_days: bool = False
    rules: list[str] = field(default_factory=list)
    added: list[Moment | Period] = field(default_factory=list)
    left_out: list[Moment] = field(default_factory=list)
    replaces: Moment | None = None
    and_later: bool = False
    title: str = field(default="", repr=False)

    @property
    def recurs(self) -> bool:
        return bool(self.rules or self.added)


def read_entry(raw: RawEvent, zones: Zones, reader: Reader) -> Entry:
    """Raises ValueError for an event that makes no sense."""
    starts = raw.find("DTSTART")
    if starts is None:
        raise ValueError("An event without a start.")
    start, end, lasts_days = _read_ends(_first_moment(starts, zones), raw, zones)
    whole_days = not isinstance(start, datetime) or raw.value_of("X-MICROSOFT-CDO-ALLDAYEVENT").upper() == "TRUE"
    entry = Entry(
        uid=raw.value_of("UID").strip(),
        start=start,
        end=end,
        is_busy=_makes_busy(raw, reader, whole_days=whole_days),
        sequence=_sequence_of(raw),
        lasts_days=lasts_days,
        title=unescape_text(raw.value_of("SUMMARY")[:LONGEST_TITLE]) if reader.keeps_titles else "",
    )
    zone = start.tzinfo if isinstance(start, datetime) else None
    for line in raw.lines:
        if line.name == "RRULE":
            entry.rules.append(_rule_with_known_end(line.value, zone))
        elif line.name == "RDATE":
            entry.added += [_beside(found, zone) for found in _found_in(line, zones)]
        elif line.name == "EXDATE":
            entry.left_out += [_beside(found, zone) for found in _moments(line, zones)]
        elif line.name == "RECURRENCE-ID":
            entry.replaces = _beside(_first_moment(line, zones), zone)
            entry.and_later = "RANGE=THISANDFUTURE" in line.parameters.upper()
    return entry


def busy_end(start: datetime, wall_end: datetime, *, lasts_days: bool) -> datetime:
    """The end in UTC of what begins at `start` and is as long as the wall says, both in one zone.

    Lengths are counted in real time, as RFC 5545 has it: an hour is an hour on the night when clocks change. Only a
    length that was given in whole days goes by the wall.
    """
    if lasts_days:
        return wall_end.astimezone(UTC)
    return start.astimezone(UTC) + (wall_end.replace(tzinfo=None) - start.replace(tzinfo=None))


def day_start(day: date, zone: tzinfo | None) -> datetime:
    return datetime.combine(day, time(), zone)


def _sequence_of(raw: RawEvent) -> int:
    said = raw.value_of("SEQUENCE").strip()
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0


# Start, end, and whether the length was given in whole days.
def _read_ends(start: Moment, raw: RawEvent, zones: Zones) -> tuple[Moment, Moment, bool]:
    ends, lasts = raw.find("DTEND"), raw.value_of("DURATION").strip()
    if ends is not None:
        return *_make_alike(start, _first_moment(ends, zones), zones), False
    if not lasts:
        return start, start if isinstance(start, datetime) else start + DAY, False
    length = icalendar.vDuration.from_ical(lasts)
    if length.seconds and not isinstance(start, datetime):
        start = day_start(start, zones.floating)
    if length < timedelta():
        raise ValueError("An event that ends before it starts.")
    return start, start + length, not length.seconds


def _make_alike(start: Moment, end: Moment, zones: Zones) -> tuple[Moment, Moment]:
    """Both as dates, or both as times in the zone of the start, as far apart by the wall as they are in real time.

    If one is a date and the other a time, the date is its midnight.
    """
    if not isinstance(start, datetime) and not isinstance(end, datetime):
        if end < start:
            raise ValueError("An event that ends before it starts.")
        # A single whole day is often written as one that ends on the day when it starts.
        return start, max(end, start + DAY)
    if not isinstance(start, datetime):
        start = day_start(start, zones.floating)
    if not isinstance(end, datetime):
        end = day_start(end, start.tzinfo)
    length = end.astimezone(UTC) - start.astimezone(UTC)
    if length < timedelta():
        raise ValueError("An event that ends before it starts.")
    return start, start + length


def _first_moment(line: Line, zones: Zones) -> Moment:
    return _moments(line, zones)[0]


def _moments(line: Line, zones: Zones) -> list[Moment]:
    return [found[0] if isinstance(found, tuple) else found for found in _found_in(line, zones)]


# Raises ValueError where there is no moment, or something else.
def _found_in(line: Line, zones: Zones) -> list[Moment | Period]:
    texts = [text.strip().upper() for text in line.value.split(",") if text.strip()]
    found = [icalendar.vDDDTypes.from_ical(text) for text in texts]
    ends = [end for one in found for end in (one if isinstance(one, tuple) else (one,))]
    if not found or not isinstance(found[0], (date, tuple)):
        raise ValueError(f"{line.name} is no moment.")
    zone = None
    if any(isinstance(end, datetime) and end.tzinfo is None for end in ends):
        zone = _zone_of(line, zones)
    return [tuple(_place(end, zone) for end in one) if isinstance(one, tuple) else _place(one, zone) for one in found]


def _zone_of(line: Line, zones: Zones) -> tzinfo:
    said = TZID.search(line.parameters)
    if said and line.name == "DTSTART":
        zones.note_guess(said[1])
    return zones.find(said[1]) if said else zones.floating


# A time that has no zone gets this one.
def _place(found: Any, zone: tzinfo | None) -> Any:
    return found.replace(tzinfo=zone) if isinstance(found, datetime) and found.tzinfo is None else found


# As the wall of this zone shows it: the library compares what the walls of a series show.
def _beside(found: Any, zone: tzinfo | None) -> Any:
    if isinstance(found, tuple):
        return tuple(_beside(end, zone) for end in found)
    return found.astimezone(zone) if zone is not None and isinstance(found, datetime) else found


def _rule_with_known_end(rule: str, zone: tzinfo | None) -> str:
    """The rule with UNTIL in the only form that the library reads as people mean it.

    A date includes that day, whichever time the series has; a time without a zone is by the clock of the series; and a
    series of whole days ends with the day that is written, in whatever zone.
    """
    # Some programs write a count of -1 for no end.
    parts = [part for part in rule.strip().upper().split(";") if part and not part.startswith("COUNT=-")]
    for place, part in enumerate(parts):
        if not part.startswith("UNTIL="):
            continue
        until = icalendar.vDDDTypes.from_ical(part.removeprefix("UNTIL="))
        if not isinstance(until, date):
            raise ValueError("A rule whose end is no moment.")
        if zone is None:
            parts[place] = f"UNTIL={until:%Y%m%d}"
        else:
            if not isinstance(until, datetime):
                until = datetime.combine(until, time(23, 59, 59))
            last = _place(until, zone).astimezone(UTC)
            parts[place] = f"UNTIL={last:%Y%m%dT%H%M%SZ}"
    return ";".join(parts)


def _makes_busy(raw: RawEvent, reader: Reader, *, whole_days: bool) -> bool:
    if reader.own_domain and raw.value_of("UID").strip().lower().endswith(f"@{reader.own_domain.lower()}"):
        return False
    answer = _own_answer(raw, reader.addresses)
    if raw.value_of("STATUS").strip().upper() == "CANCELLED" or answer == "DECLINED":
        return False
    shown = raw.value_of("X-MICROSOFT-CDO-BUSYSTATUS").strip().upper()
    is_tentative = "TENTATIVE" in (raw.value_of("STATUS").strip().upper(), answer, shown)
    if is_tentative and not reader.counts_tentative:
        return False
    if whole_days and reader.all_day != "said":
        return reader.all_day == "always"
    return raw.value_of("TRANSP").strip().upper() != "TRANSPARENT" and shown not in FREE


# What the owner answered to the invitation, as PARTSTAT has it; empty for an event without them.
def _own_answer(raw: RawEvent, addresses: frozenset[str]) -> str:
    for line in raw.lines:
        if line.name == "ATTENDEE":
            said = {name.upper(): value.strip('"') for name, value in PARAMETER.findall(line.parameters)}
            named = {line.value, said.get("EMAIL", "")}
            if addresses & {MAILTO.sub("", address.strip()).lower() for address in named}:
                return said.get("PARTSTAT", "").upper()
    return ""
