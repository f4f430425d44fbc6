"""What every source of calendars gives."""

from dataclasses import dataclass
from typing import Any

from calendars.reading.busy import Reading


@dataclass(frozen=True, slots=True)
class RemoteCalendar:
    remote_id: str
    name: str
    colour: str
    is_writable: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    reading: Reading | None
    cursor: dict[str, Any]
