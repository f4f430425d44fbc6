"""What all sources of calendars can do. They ask others over the network, so only workers call them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from calendars.reading.busy import Reading
from calendars.reading.entries import Reader


@dataclass(frozen=True, slots=True)
class RemoteCalendar:
    """One calendar that a connection could read.

    `remote_id` is empty where there is only one. `colour` is "#rrggbb" or empty.
    """

    remote_id: str
    name: str
    colour: str
    is_writable: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of reading one calendar. `reading` is None if nothing has changed since `cursor`, as it was given before."""

    reading: Reading | None
    cursor: dict[str, Any]


class Source(Protocol):
    """`secret` is what it was made from, with what was found out meanwhile. Both methods raise FetchError."""

    @property
    def secret(self) -> bytes: ...

    def list_calendars(self) -> list[RemoteCalendar]: ...

    def read_calendar(
        self, remote_id: str, cursor: dict[str, Any], reader: Reader, *, first: datetime, last: datetime
    ) -> Outcome: ...


@dataclass(frozen=True, slots=True)
class WrittenEvent:
    """A session as it is to stand there, from `start` to `end` in UTC. `content` is all of it as an iCalendar file."""

    uid: str
    sequence: int
    start: datetime
    end: datetime
    title: str
    description: str
    url: str
    content: bytes


@dataclass(frozen=True, slots=True)
class KnownEvent:
    """What its server calls it; no `remote_id` if we never heard whether it was written. `etag`: its mark there."""

    uid: str
    remote_id: str = ""
    etag: str = ""


class Writer(Protocol):
    """Puts events into the calendars of one connection. All three raise FetchError.

    `put_event` writes over the one that is known, or else a new one; it raises `changed` if that one isn't as it was,
    or if there is one although none is known. `find_event` gives it as it stands there now, or None. One that is gone
    already is well removed.
    """

    def put_event(self, remote_id: str, event: WrittenEvent, known: KnownEvent | None) -> KnownEvent: ...

    def find_event(self, remote_id: str, known: KnownEvent) -> KnownEvent | None: ...

    def remove_event(self, remote_id: str, known: KnownEvent) -> None: ...
