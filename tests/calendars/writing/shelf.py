"""A calendar's server in memory, as strict as a real one, which fails or crashes where it is told to."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from calendars.fetching import FetchError
from calendars.sources.contract import KnownEvent, WrittenEvent


class CrashError(BaseException):
    """The worker's process ends here: nothing of ours catches it."""


@dataclass
class Shelf:
    """`events`: by calendar and UID, with their marks. `asked`: every question, in order.

    `failing`: the code of the error that every question meets. `crash`: called with the name of each step.
    """

    events: dict[tuple[str, str], tuple[str, WrittenEvent]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    failing: str = ""
    crash: Callable[[str], None] = lambda _step: None
    secret: bytes = b""
    _marks: count = field(default_factory=count)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put_event(self, remote_id: str, event: WrittenEvent, known: KnownEvent | None) -> KnownEvent:
        self._note("put", event.uid)
        with self._lock:
            there = self.events.get((remote_id, event.uid))
            if (there[0] if there else "") != (known.etag if known else ""):
                raise FetchError("changed")
            mark = f'"{next(self._marks)}"'
            self.events[remote_id, event.uid] = mark, event
        self.crash("after put")
        return KnownEvent(event.uid, f"{remote_id}{event.uid}.ics", mark)

    def find_event(self, remote_id: str, known: KnownEvent) -> KnownEvent | None:
        self._note("find", known.uid)
        there = self.events.get((remote_id, known.uid))
        self.crash("after find")
        return KnownEvent(known.uid, f"{remote_id}{known.uid}.ics", there[0]) if there else None

    def remove_event(self, remote_id: str, known: KnownEvent) -> None:
        self._note("remove", known.uid)
        self.events.pop((remote_id, known.uid), None)
        self.crash("after remove")

    def standing(self) -> list[tuple[str, str, int, object]]:
        """Calendar, UID, version and start of each event."""
        return sorted((place, uid, event.sequence, event.start) for (place, uid), (_mark, event) in self.events.items())

    def edit(self, event_uid: str) -> None:
        """Its person changes it there."""
        for key, (_mark, event) in list(self.events.items()):
            if key[1] == event_uid:
                self.events[key] = f'"{next(self._marks)}"', event

    def take_out(self, event_uid: str) -> None:
        for key in [key for key in self.events if key[1] == event_uid]:
            del self.events[key]

    def puts(self) -> int:
        return sum(step == "put" for step, _uid in self.asked)

    def _note(self, step: str, uid: str) -> None:
        self.asked.append((step, uid))
        self.crash(f"before {step}")
        if self.failing:
            raise FetchError(self.failing)
