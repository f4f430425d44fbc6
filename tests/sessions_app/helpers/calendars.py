"""Calendar files as two parsers read them that know nothing of each other."""

from dataclasses import dataclass
from datetime import UTC, datetime

import vobject
from icalendar import Calendar


@dataclass(frozen=True)
class Read:
    """One event: what a calendar program would keep of it."""

    uid: str
    sequence: int
    status: str
    start: datetime
    end: datetime
    stamp: datetime
    summary: str
    description: str
    location: str
    attendees: tuple[tuple[str, str], ...] = ()


def read_both(content: bytes) -> tuple[str, list[Read]]:
    """The method and the events; both parsers must say the same."""
    by_icalendar, by_vobject = read_with_icalendar(content), read_with_vobject(content)
    assert by_icalendar == by_vobject
    return by_icalendar


def read_one(content: bytes) -> tuple[str, Read]:
    method, [event] = read_both(content)
    return method, event


def read_with_icalendar(content: bytes) -> tuple[str, list[Read]]:
    calendar = Calendar.from_ical(content)
    assert calendar.errors == []
    assert {component.name for component in calendar.walk()} <= {"VCALENDAR", "VEVENT"}
    return str(calendar.get("method", "")), [_from_icalendar(event) for event in calendar.walk("VEVENT")]


def _from_icalendar(event) -> Read:
    assert event.errors == []
    attendees = event.get("attendee", [])
    return Read(
        str(event["uid"]),
        int(event["sequence"]),
        str(event["status"]),
        *(event.decoded(name).astimezone(UTC) for name in ("dtstart", "dtend", "dtstamp")),
        *(str(event[name]) for name in ("summary", "description", "location")),
        tuple((str(who), str(who.params["cn"])) for who in attendees),
    )


def read_with_vobject(content: bytes) -> tuple[str, list[Read]]:
    [calendar] = vobject.readComponents(content.decode())
    assert {child.name for child in calendar.components()} <= {"VEVENT"}
    method = calendar.method.value if "method" in calendar.contents else ""
    return method, [_from_vobject(event) for event in calendar.contents.get("vevent", [])]


def _from_vobject(event) -> Read:
    assert list(event.components()) == []
    return Read(
        event.uid.value,
        int(event.sequence.value),
        event.status.value,
        *(moment.value.astimezone(UTC) for moment in (event.dtstart, event.dtend, event.dtstamp)),
        *(line.value for line in (event.summary, event.description, event.location)),
        tuple((who.value, who.params["CN"][0]) for who in event.contents.get("attendee", [])),
    )
