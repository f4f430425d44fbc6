"""Which zone a calendar means by a TZID.

The names of files are looked up here, for each file by itself, and not by the library that parses the rest: that one
remembers for the whole process what a file calls a zone, so one person's file would change what another's says.
"""

import zoneinfo
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from functools import cache
from io import StringIO
from typing import TYPE_CHECKING

from common.later import LaterModule

if TYPE_CHECKING:
    from dateutil import tz
    from icalendar.timezone import windows_to_olson
else:
    tz = LaterModule("dateutil.tz")
    windows_to_olson = LaterModule("icalendar.timezone.windows_to_olson")

OTHER_UTC = {"z", "utc", "gmt", "etc/utc", "tzone://microsoft/utc", "coordinated universal time"}


class Zones:
    """The zones of one file. `guessed` counts by name the events whose zone nobody could tell."""

    def __init__(self, described: Mapping[str, Sequence[str]], *, floating: str, owner: str) -> None:
        self.described = described
        self.owner = zoneinfo.ZoneInfo(owner)
        self.guessed: Counter[str] = Counter()
        self.known: dict[str, tzinfo | None] = {}
        # Of times without any zone, and of whole days.
        self.floating = (floating and self.look_up(floating)) or self.owner

    def find(self, name: str) -> tzinfo:
        """A name that nothing explains stands for the owner's zone."""
        return self.look_up(name) or self.owner

    def note_guess(self, name: str) -> None:
        if self.look_up(name) is None:
            self.guessed[name.strip().strip('"')] += 1

    def look_up(self, name: str) -> tzinfo | None:
        if name not in self.known:
            self.known[name] = self._look_up(name.strip().strip('"').strip())
        return self.known[name]

    def _look_up(self, name: str) -> tzinfo | None:
        if name.lower() in OTHER_UTC:
            return zoneinfo.ZoneInfo("UTC")
        if found := _iana_zone(name):
            return found
        if (lines := self.described.get(name)) and (described := _described_zone(lines)):
            return described
        windows = windows_to_olson.WINDOWS_TO_OLSON.get(name)
        return _iana_zone(windows) if windows else None


# Also for `/vendor.example/2026/Europe/Berlin`, as some programs write it, and in any case.
def _iana_zone(name: str) -> zoneinfo.ZoneInfo | None:
    parts = name.strip("/").lower().split("/")
    for first in range(min(len(parts), 6)):
        if known := _names().get("/".join(parts[first:])):
            return zoneinfo.ZoneInfo(known)
    return None


@cache
def _names() -> dict[str, str]:
    return {name.lower(): name for name in zoneinfo.available_timezones()}


# The zone that a VTIMEZONE describes, or None if it makes no sense.
def _described_zone(lines: Sequence[str]) -> tzinfo | None:
    text = "\n".join(["BEGIN:VTIMEZONE", *lines, "END:VTIMEZONE", ""])
    try:
        found: tzinfo | None = tz.tzical(StringIO(text)).get()
    except (ValueError, KeyError, IndexError, OverflowError):
        return None
    return found
