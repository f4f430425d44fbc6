"""What an open page of a session asks for again and again: once for all of its parts, nearly always for nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from common.hashing import hash_text
from common.pages.requests import parse_number
from sessions_app.attendance.facts import ASKED_FROM as ABSENT_FROM
from sessions_app.attendance.facts import LATE_FROM
from sessions_app.booking.more_time import ASKED_FROM as MORE_TIME_FROM
from sessions_app.models import Booking

# What may be drawn again by itself
PARTS = ("attendance", "more", "takeaway", "dial")
OF_ROOM = PARTS[:-1]
MOST_DIGITS = 18
A_MINUTE = timedelta(minutes=1)


def watch_mark(facts: str, now: datetime) -> str:
    """Stays the same as long as nothing was done, within a minute: with the next one the hand of the dial moves, and
    what a part offers may depend on it.
    """
    return f"{_short(facts)}.{now:%d%H%M}"


def shows_same_but_time(watch: str, facts: str) -> bool:
    """Whether a page with this mark has all of these facts."""
    return watch.partition(".")[0] == _short(facts)


def is_between_changes(booking: Booking, now: datetime) -> bool:
    """Whether time alone changes nothing now but the dial: neither what can be said of who came, nor more time.

    Pages look at least once a minute, so one after each change they are still told all of it.
    """
    asks, last = booking.start + ABSENT_FROM, booking.end - MORE_TIME_FROM
    return now < booking.start - LATE_FROM - A_MINUTE or asks + A_MINUTE < now < last - A_MINUTE


def dial_mark(booking: Booking, now: datetime) -> str:
    return f"{now:%H%M}-{booking.start:%d%H%M}-{booking.length}"


def _short(text: str) -> str:
    return hash_text(text)[:16]


@dataclass(frozen=True, slots=True)
class SessionNews:
    """What the page says when it asks: `watch`, the mark of all that it has drawn; `newest`, its last message; and
    `marks`, those of its parts.

    While it hears what happens, it asks for what time alone changes: every `seldom` seconds.

    A part that isn't on the page, or has something in it to type, has no mark: it stays as it is. A page that was
    loaded as a whole has no `watch` yet: what changed while it was read would be missed otherwise.
    """

    newest: int
    marks: Mapping[str, str]
    watch: str = ""
    seldom: int = 20

    @property
    def query(self) -> str:
        marks = {part: self.marks[part] for part in PARTS if part in self.marks}
        return urlencode({"watch": self.watch, "after": self.newest, **marks})

    @classmethod
    def after_a_minute(cls, asked: Mapping[str, str], dial: str, watch: str) -> "SessionNews":
        """Of a page that has all but the time."""
        marks = {part: asked[part] for part in PARTS if part in asked}
        newest = parse_number(asked.get("after", ""), digits=MOST_DIGITS) or 0
        return cls(newest, {**marks, "dial": dial}, watch, 60)

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
    marks = {"dial": dial_mark(context["booking"], now)}
    if who.is_shown and who.is_watched:
        marks["attendance"] = who.mark
    if more.is_watched:
        marks["more"] = more.mark
    if takeaways.is_shown and takeaways.can_write:
        marks["takeaway"] = _short(takeaways.theirs)
    return SessionNews(newest, marks, watch, 60 if is_between_changes(context["booking"], now) else 20)
