"""Cuts a calendar file into its events and zones, as lines of text (RFC 5545, section 3.1).

A library could do this too, but reads descriptions, pictures and alarms as well: a file of 5 MB takes it minutes, and
most of it is long past. So what no rule of ours asks about is left out first, and only what remains is parsed.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .errors import ReadingError

MOST_COMPONENTS = 20_000

EVENT_PROPERTIES = {
    "UID", "SEQUENCE", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID",
    "STATUS", "TRANSP", "ATTENDEE", "X-MICROSOFT-CDO-BUSYSTATUS", "X-MICROSOFT-CDO-ALLDAYEVENT",
}  # fmt: skip
ZONE_PROPERTIES = {"TZID", "TZNAME", "DTSTART", "RRULE", "RDATE", "TZOFFSETFROM", "TZOFFSETTO"}
# Their values have no colon.
MOMENTS = {"DTSTART", "DTEND", "RDATE", "EXDATE", "RECURRENCE-ID"}
CALENDAR_PROPERTIES = {"X-WR-TIMEZONE", "X-WR-CALNAME"}
ZONE_PARTS = ("STANDARD", "DAYLIGHT")

# Longer lines of these properties aren't written by calendars, and reading one takes the longer the longer it is.
LONGEST_LINE = 100_000
_FOLDED = re.compile(rb"\n[ \t]")
ESCAPED = re.compile(r"\\([\\;,nN])")
# The name of a property; what follows are parameters, whose values may be quoted, and the value.
_NAME = re.compile(r"[A-Za-z0-9-]+")
_PARAMETER = re.compile(r';([A-Za-z0-9-]+)=("[^"]*"|[^";:]*)(?:,(?:"[^"]*"|[^";:,]*))*')


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    parameters: str
    value: str


@dataclass(slots=True)
class RawEvent:
    """The lines of one VEVENT that matter to whether someone is busy."""

    lines: list[Line] = field(default_factory=list)

    def find(self, name: str) -> Line | None:
        return next((line for line in self.lines if line.name == name), None)

    def value_of(self, name: str) -> str:
        line = self.find(name)
        return line.value if line else ""


@dataclass(slots=True)
class RawCalendar:
    """What a file says. `zones` are the lines of each VTIMEZONE by its TZID."""

    events: list[RawEvent] = field(default_factory=list)
    zones: dict[str, list[str]] = field(default_factory=dict)
    name: str = ""
    zone: str = ""


def cut_calendar(content: bytes, *, keeps_titles: bool = False) -> RawCalendar:
    """Raises ReadingError `not_a_calendar`, `cut_off`, `too_many_events`."""
    found, path, components = RawCalendar(), list[str](), 0
    event, zone = RawEvent(), list[str]()
    wanted = EVENT_PROPERTIES | {"SUMMARY"} if keeps_titles else EVENT_PROPERTIES
    ended = False
    for line in _read_lines(content):
        if line.name == "BEGIN":
            path.append(line.value.strip().upper())
            ended = False
            components += 1
            if components > MOST_COMPONENTS:
                raise ReadingError("too_many_events")
            if path[-1] == "VEVENT":
                event = RawEvent()
            elif path[-1] == "VTIMEZONE":
                zone = []
            elif path[-2:-1] == ["VTIMEZONE"]:
                zone.append(f"BEGIN:{path[-1]}")
        elif line.name == "END":
            kind = line.value.strip().upper()
            if kind not in path:
                continue
            # What was begun inside and never ended ends with it.
            while path.pop() != kind:
                pass
            if kind == "VEVENT":
                found.events.append(event)
            elif kind == "VTIMEZONE":
                _keep_zone(found, zone)
            elif path[-1:] == ["VTIMEZONE"]:
                zone.append(f"END:{kind}")
            ended = kind == "VCALENDAR"
        elif path:
            if path[-1] != "VEVENT":
                _keep_line(found, path, line, zone)
            elif line.name in wanted:
                event.lines.append(line)
    if components == 0:
        raise ReadingError("not_a_calendar")
    if not ended:
        raise ReadingError("cut_off")
    return found


def _keep_line(found: RawCalendar, path: list[str], line: Line, zone: list[str]) -> None:
    inner = path[-1]
    if (inner == "VTIMEZONE" or inner in ZONE_PARTS) and line.name in ZONE_PROPERTIES:
        # Parameters such as VALUE=DATE-TIME say nothing here, and the reader of zones knows none.
        value = line.value if line.name != "DTSTART" or "T" in line.value else f"{line.value}T000000"
        zone.append(f"{line.name}:{value}")
    elif inner == "VCALENDAR" and line.name in CALENDAR_PROPERTIES:
        if line.name == "X-WR-TIMEZONE":
            found.zone = found.zone or line.value.strip()
        else:
            found.name = found.name or unescape_text(line.value).strip()


def unescape_text(value: str) -> str:
    """A value of the type TEXT (RFC 5545, 3.3.11) as it is meant."""
    return ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def _keep_zone(found: RawCalendar, lines: list[str]) -> None:
    name = next((line.removeprefix("TZID:") for line in lines if line.startswith("TZID:")), "")
    if name:
        found.zones.setdefault(unescape_text(name).strip().strip('"'), lines)


def _read_lines(content: bytes) -> Iterator[Line]:
    for text in _text_of(content).split("\n"):
        if len(text) <= LONGEST_LINE and (line := _split_line(text)):
            yield line


# Lines that were folded are joined as bytes: some programs fold in the middle of a character.
def _text_of(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        content = content.decode("utf-16", "replace").encode()
    content = content.removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\0", b"")
    if b"begin:vcalendar" not in content[:4096].lower():
        raise ReadingError("not_a_calendar")
    content = _FOLDED.sub(b"", content)
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _split_line(text: str) -> Line | None:
    name = _NAME.match(text)
    if name is None:
        return None
    end, kind = name.end(), name[0].upper()
    while parameter := _PARAMETER.match(text, end):
        end = parameter.end()
    if text[end : end + 1] != ":":
        return None
    if kind in MOMENTS:
        # Some programs write names of zones with a colon in them, without the quotation marks that it takes.
        end = text.rindex(":")
    return Line(kind, text[name.end() : end], text[end + 1 :])
