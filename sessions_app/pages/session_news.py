"""What an open page of a session asks for again and again: once for all of its parts, nearly always for nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from common.hashing import hash_text
from common.pages.requests import parse_number
from sessions_app.attendance.facts import ASKED_FROM as ABSENT_FROM
from sessions_app.attendance.facts import LATE_FROM
from sessions_app.booking.agenda import Part
from sessions_app.booking.more_time import ASKED_FROM as MORE_TIME_FROM
from sessions_app.models import Booking

# What may be drawn again by itself
PARTS = ("attendance", "more", "takeaway", "when", "dial", "agenda")
OF_ROOM = PARTS[:3]
MOST_DIGITS = 18
# A page looks about once a minute at least.
A_WHILE = timedelta(seconds=90)


def watch_mark(facts: str, now: datetime) -> str:
    """Stays the same as long as nothing was done, within a minute: with the next one the hand of the dial moves, and
    what a part offers may depend on it.
    """
    return f"{_short(facts)}.{_minute_of(now)}"


def needs_only_time(watch: str, facts: str, booking: Booking, now: datetime) -> bool:
    """Whether a page with this mark has all of these facts, and the time since then has changed only dial and plan.

    In the last minutes it also depends on what others do whether there can be more time.
    """
    hashed, _dot, minute = watch.partition(".")
    seen_in = parse_number(minute, digits=MOST_DIGITS)
    if hashed != _short(facts) or seen_in is None or now >= booking.end - MORE_TIME_FROM:
        return False
    return not any(seen_in < at.timestamp() / 60 <= now.timestamp() / 60 for at in _list_changes(booking))


def look_seldom(booking: Booking, now: datetime) -> int:
    """After how many seconds a page that hears what happens looks again: sooner where time is about to change it."""
    changes = [*_list_changes(booking), booking.end - MORE_TIME_FROM]
    is_soon = any(now < at <= now + A_WHILE for at in changes)
    return 20 if is_soon or now >= changes[-1] else 60


def _list_changes(booking: Booking) -> list[datetime]:
    """When time alone changes what can be said of who came."""
    return [booking.start - LATE_FROM, booking.join_opens, booking.start, booking.start + ABSENT_FROM]


def _minute_of(now: datetime) -> int:
    return int(now.timestamp()) // 60


def is_of_this_minute(watch: str, now: datetime) -> bool:
    return watch.endswith(f".{_minute_of(now)}")


def shows_all(asked: Mapping[str, str], *, newest: int, facts: str, now: datetime) -> bool:
    """Whether an open page that asks so has all that there is."""
    return asked["watch"] == watch_mark(facts, now) and asked.get("after") == str(newest)


def marks_of_time(booking: Booking, parts: Sequence[Part], now: datetime) -> dict[str, str]:
    """Of the dial, which shows the minute, and of the plan, which shows which of its `parts` it is time for.

    And of the times in the heading, which only change when the two agree on more.
    """
    when = f"{booking.start:%d%H%M}-{booking.length}"
    turn = sum(part.start <= now for part in parts) if parts and now < parts[-1].until else "-"
    return {"when": when, "dial": f"{now:%H%M}-{when}", "agenda": f"{turn}-{when}"}


def _short(text: str) -> str:
    return hash_text(text)[:16]


@dataclass(frozen=True, slots=True)
class SessionNews:
    """What the page says when it asks: `watch`, the mark of all that it has drawn; `newest`, its last message; and
    `marks`, those of its parts.

    While it hears what happens, it asks for what time alone changes: every `seldom` seconds.

    A part that isn't on the page, or has something in it to type, has no mark: it stays as it is. A page without
    `watch` is told of all that has changed: so is one that was read while its session was changed.
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
    def after_a_minute(
        cls, asked: Mapping[str, str], marks: Mapping[str, str], watch: str, seldom: int
    ) -> "SessionNews":
        """Of a page that has all but the time; `marks` are those of what time alone changes."""
        kept = {part: asked[part] for part in PARTS if part in asked}
        newest = parse_number(asked.get("after", ""), digits=MOST_DIGITS) or 0
        return cls(newest, {**kept, **marks}, watch, seldom)

    def only(self, parts: Iterable[str]) -> "SessionNews":
        """Of a page that has no others: what isn't there can't be replaced."""
        return replace(self, marks={part: mark for part, mark in self.marks.items() if part in parts})

    def list_changed(self, asked: Mapping[str, str]) -> list[str]:
        """The parts that the open page has and that are others now, or are no longer there."""
        return [part for part in PARTS if asked.get(part) not in (None, self.marks.get(part))]

    def has_messages(self, asked: Mapping[str, str]) -> bool:
        return self.newest > (parse_number(asked.get("after", ""), digits=MOST_DIGITS) or 0)


def news_of(context: Mapping[str, Any], *, newest: int, now: datetime) -> SessionNews | None:
    """From the context of the session's page; None while nothing on it changes by itself."""
    if not context["stage"].is_near:
        return None
    who, more, takeaways = context["who"], context["more_time"], context["takeaways"]
    marks = marks_of_time(context["booking"], context["parts"], now)
    if who.is_shown and who.is_watched:
        marks["attendance"] = who.mark
    if more.is_watched:
        marks["more"] = more.mark
    if takeaways.is_shown and takeaways.can_write:
        marks["takeaway"] = _short(takeaways.theirs)
    facts = context["rows"].facts
    watch = watch_mark(facts, now) if facts else ""
    return SessionNews(newest, marks, watch, look_seldom(context["booking"], now))
