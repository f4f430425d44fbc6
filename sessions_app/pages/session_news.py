"""What an open page of a session asks for again and again: once for all of its parts, nearly always for nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from common.hashing import hash_text
from common.pages.requests import parse_number

# What may be drawn again by itself
PARTS = ("attendance", "more", "takeaway", "dial")
OF_ROOM = PARTS[:-1]
MOST_DIGITS = 18


def watch_mark(facts: str, now: datetime) -> str:
    """Stays the same as long as nothing was done, within a minute: with the next one the hand of the dial moves, and
    what a part offers may depend on it.
    """
    return hash_text(f"{facts} {now:%Y%m%d%H%M}")[:16]


@dataclass(frozen=True, slots=True)
class SessionNews:
    """What the page says when it asks: `watch`, the mark of all that it has drawn; `newest`, its last message; and
    `marks`, those of its parts.

    A part that isn't on the page, or has something in it to type, has no mark: it stays as it is. A page that was
    loaded as a whole has no `watch` yet: what changed while it was read would be missed otherwise.
    """

    newest: int
    marks: Mapping[str, str]
    watch: str = ""

    @property
    def query(self) -> str:
        return urlencode({"watch": self.watch, "after": self.newest, **self.marks})

    def only(self, parts: Iterable[str]) -> "SessionNews":
        """Of a page that has no others: what isn't there can't be replaced."""
        return replace(self, marks={part: mark for part, mark in self.marks.items() if part in parts})

    def list_changed(self, asked: Mapping[str, str]) -> list[str]:
        """The parts that the open page has and that are others now, or are no longer there."""
        return [part for part in PARTS if asked.get(part) not in (None, self.marks.get(part))]

    def has_messages(self, asked: Mapping[str, str]) -> bool:
        return self.newest > (parse_number(asked.get("after", ""), digits=MOST_DIGITS) or 0)


def news_of(context: Mapping[str, Any], *, newest: int, now: datetime, watch: str = "") -> SessionNews | None:
    """From the context of the session's page; None while nothing on it changes by itself."""
    if not context["stage"].is_near:
        return None
    who, more, takeaways = context["who"], context["more_time"], context["takeaways"]
    booking = context["booking"]
    marks = {"dial": f"{now:%H%M}-{booking.start:%d%H%M}-{booking.length}"}
    if who.is_shown and who.is_watched:
        marks["attendance"] = who.mark
    if more.is_watched:
        marks["more"] = more.mark
    if takeaways.is_shown and takeaways.can_write:
        marks["takeaway"] = hash_text(takeaways.theirs)[:16]
    return SessionNews(newest, marks, watch)
