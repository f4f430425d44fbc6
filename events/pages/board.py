"""What the board in the room shows to everyone: phase, time left, and each name with its table."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil

from common.pages.seen import mark_of
from common.texts import fold
from events.live.clock import Phase
from events.live.evening import Evening
from events.models import Chair, EventMode

MOST_PAGES = 3
# So many names fit on a screen in letters of 1/20 of its height. Where three pages are too few, letters get smaller.
PAGE_SIZE = 24
# Pages turn by themselves.
SECONDS_PER_PAGE = 12
# Seconds between two looks while it hears of changes: with several pages to turn, and with one
ASKS_EVERY, ASKS_SELDOM = 4, 15


@dataclass(frozen=True, slots=True)
class BoardRow:
    name: str
    table: str


@dataclass(frozen=True)
class BoardPage:
    evening: Evening
    asked: int | None = None

    @property
    def zone(self) -> str:
        """The clock on the wall of the room, whatever the browser behind the screen goes by; online, each their own."""
        event = self.evening.event
        return "" if event.mode == EventMode.ONLINE else event.timezone

    @cached_property
    def all_rows(self) -> Sequence[BoardRow]:
        """Those who have a table in the round that is called or runs, by name."""
        place = self.evening.shown
        if place is None or self.evening.is_over:
            return []
        chairs = Chair.objects.filter(round=place).select_related("registration", "table")
        rows = [BoardRow(one.registration.board_name, one.table.name if one.table else "") for one in chairs]
        # É stands with E.
        return sorted(rows, key=lambda row: (fold(row.name), row.table))

    @property
    def letters(self) -> str:
        """How large: twice as many names need letters that take half the space."""
        return "large" if self.size == PAGE_SIZE else "medium" if self.size <= 2 * PAGE_SIZE else "small"

    @property
    def size(self) -> int:
        return max(PAGE_SIZE, ceil(len(self.all_rows) / MOST_PAGES))

    @property
    def pages(self) -> range:
        return range(1, ceil(len(self.all_rows) / self.size) + 1)

    @property
    def number(self) -> int:
        count = max(len(self.pages), 1)
        if self.asked is not None:
            return min(max(self.asked, 1), count)
        return int(self.evening.now.timestamp()) // SECONDS_PER_PAGE % count + 1

    @property
    def asks_seldom(self) -> int:
        """Seconds between two looks of a board that hears of changes: it also turns its pages by the clock."""
        return ASKS_EVERY if len(self.pages) > 1 and self.asked is None else ASKS_SELDOM

    @property
    def rows(self) -> Sequence[BoardRow]:
        begin = (self.number - 1) * self.size
        return self.all_rows[begin : begin + self.size]

    @property
    def phase(self) -> Phase:
        return self.evening.clock.phase

    @property
    def mark(self) -> str:
        clock = self.evening.clock
        return mark_of(self.evening.event.version, clock.phase, clock.current, clock.next, self.number)
