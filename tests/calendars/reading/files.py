"""Calendar files for tests: short to write, whole to read."""

from datetime import UTC, datetime

from calendars.reading.busy import Reading, read_busy_times
from calendars.reading.entries import Reader

# The owner lives in Berlin, where clocks change on 25 October 2026 and 28 March 2027.
OWNER = Reader("Europe/Berlin", addresses=frozenset({"ada@example.org"}), own_domain="mentoring.example.org")
FIRST, LAST = datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 5, 1, tzinfo=UTC)


def event(*lines: str, uid: str = "one@example.org") -> str:
    return "\n".join(["BEGIN:VEVENT", f"UID:{uid}", *lines, "END:VEVENT"])


def calendar(*parts: str) -> bytes:
    """With the line ends that the standard asks for."""
    text = "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Test//EN", *parts, "END:VCALENDAR", ""])
    return text.replace("\n", "\r\n").encode()


def read(content: bytes, reader: Reader = OWNER, *, first: datetime = FIRST, last: datetime = LAST) -> Reading:
    return read_busy_times(content, reader, first=first, last=last)


def busy(content: bytes, reader: Reader = OWNER) -> list[str]:
    """`2026-11-26 09:00 10:00` for each span, in UTC; the end with its date where that is another."""
    return [
        f"{start:%Y-%m-%d %H:%M} {end:%H:%M}"
        if start.date() == end.date()
        else f"{start:%Y-%m-%d %H:%M} {end:%Y-%m-%d %H:%M}"
        for start, end in read(content, reader).spans
    ]
