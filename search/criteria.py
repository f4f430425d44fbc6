"""What someone is looking for: the words, and the filters of the address. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Self
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from .cursors import encode_shown

EVENING = (time(17), time(23))
DAYS_AHEAD = 7
DAYS_LATER = 60
SATURDAY = 6
# No topic's name in an address is longer.
LONGEST_SLUG = 60
# Filters of an address that are on or not.
SWITCHES = ("instant", "saved", "later", "wider", "loose", "anyone", "met")

Span = tuple[datetime, datetime]


class When(StrEnum):
    ANY = "any"
    TODAY = "today"
    TOMORROW = "tomorrow"
    EVENING = "evening"
    WEEKEND = "weekend"


class Order(StrEnum):
    SOONEST = "soonest"
    MATCH = "match"


WHEN_LABELS = {
    When.ANY: _("Any time"),
    When.TODAY: _("Today"),
    When.TOMORROW: _("Tomorrow"),
    When.EVENING: _("Evenings"),
    When.WEEKEND: _("Weekend"),
}


class Drop(StrEnum):
    """What a search gives up where few or none are found, in this order; each is said out loud.

    READING: people of the next readings come too. ANYONE: it is open what the question is about, so it asks nothing.
    """

    READING = "reading"
    ANYONE = "anyone"
    TIME = "time"
    LENGTH = "length"
    WORDS = "words"


# What the words asked of people was given up, in part or whole.
WORDS_GIVEN_UP = frozenset({Drop.WORDS, Drop.ANYONE})


@dataclass(frozen=True, slots=True)
class SearchCriteria:
    """What a reader looks for: the words and the filters of the page's address.

    `lengths` in minutes, empty for any. `first` and `last` are dates of the reader, both included.

    `later` looks past the next seven days too; `hours` no further than that many. `typing`: the last word may be the
    beginning of one. `about` and `unlike`: slugs of topics that the reader said it is about, and is not. `wider`: the
    next readings will do too. `loose`: any one of the words is enough. `anyone`: whatever the words say. `shown`: the
    profiles of the pages before this one. `follows`: the engagement whose question this is. The mentors who were asked
    already are left out, unless `met`. `saved`: only mentors whom the reader saved. `programme`: the slug of the one
    whose mentors alone are listed.
    """

    words: str = ""
    when: When = When.ANY
    first: date | None = None
    last: date | None = None
    hours: int | None = None
    lengths: tuple[int, ...] = ()
    topic: str = ""
    language: str = ""
    format: str = ""
    instant: bool = False
    saved: bool = False
    later: bool = False
    order: Order = Order.SOONEST
    typing: bool = False
    about: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    wider: bool = False
    loose: bool = False
    anyone: bool = False
    shown: frozenset[int] = frozenset()
    follows: str = ""
    met: bool = False
    programme: str = ""

    @property
    def is_any_time(self) -> bool:
        return self.when == When.ANY

    @property
    def limits_time(self) -> bool:
        return not self.later or not self.is_any_time or bool(self.first or self.last or self.hours)

    def times(self, *, zone: str, now: datetime) -> list[Span]:
        """The spans [start, end) in which a session may start, in order and apart, by the reader's clock."""
        reader = ZoneInfo(zone)
        today = now.astimezone(reader).date()
        begin, end = now, now + timedelta(days=self.days(today))
        if self.hours is not None:
            end = min(end, now + timedelta(hours=self.hours))
        if self.first:
            begin = max(begin, _local_instant(self.first, time(), reader))
        if self.last:
            end = min(end, _local_instant(self.last + timedelta(days=1), time(), reader))
        if begin >= end:
            return []
        if self.is_any_time:
            return [(begin, end)]
        spans = (self._span_of(day, reader) for day in self._each_day(today, begin, end, reader))
        cut = ((max(begin, start), min(end, until)) for start, until in spans)
        return [(start, until) for start, until in cut if start < until]

    def days(self, today: date) -> int:
        """How many days ahead to look: to the date that is named, else a week, or two months with `later`."""
        named = self.last or (self.first + timedelta(days=DAYS_AHEAD) if self.first else None)
        if named:
            return max(0, min(DAYS_LATER, (named - today).days + 1))
        return DAYS_LATER if self.later else DAYS_AHEAD

    def _each_day(self, today: date, begin: datetime, end: datetime, reader: ZoneInfo) -> Iterator[date]:
        day, last = begin.astimezone(reader).date(), end.astimezone(reader).date()
        if self.when in (When.TODAY, When.TOMORROW):
            day = last = today + timedelta(days=self.when == When.TOMORROW)
        while day <= last:
            if self.when != When.WEEKEND or day.isoweekday() >= SATURDAY:
                yield day
            day += timedelta(days=1)

    def _span_of(self, day: date, reader: ZoneInfo) -> Span:
        if self.when == When.EVENING:
            return _local_instant(day, EVENING[0], reader), _local_instant(day, EVENING[1], reader)
        return _local_instant(day, time(), reader), _local_instant(day + timedelta(days=1), time(), reader)

    def with_changes(self, **changes: object) -> Self:
        """The same wish with other filters, from its first page."""
        return replace(self, **{"shown": frozenset(), **changes})  # type: ignore[arg-type]

    def query_string(self) -> str:
        """The query string of the page's address; filters that have their usual value are left out."""
        pairs: list[tuple[str, str]] = [("q", self.words)] if self.words else []
        pairs += [("when", self.when)] if self.when != When.ANY else []
        pairs += [(name, day.isoformat()) for name, day in (("from", self.first), ("to", self.last)) if day]
        pairs += [("len", str(length)) for length in self.lengths]
        pairs += [(name, value) for name in ("topic", "language", "format") if (value := getattr(self, name))]
        pairs += [(name, "1") for name in SWITCHES if getattr(self, name)]
        pairs += [*(("about", slug) for slug in self.about), *(("not", slug) for slug in self.unlike)]
        pairs += [(name, value) for name in ("follows", "programme") if (value := getattr(self, name))]
        pairs += [("sort", self.order)] if self.order != Order.SOONEST else []
        pairs += [("cursor", encode_shown(self.shown))] if self.shown else []
        return urlencode(pairs)

    def widened(self, *, has_next: bool = False, is_open: bool = False) -> Iterator[tuple[tuple[Drop, ...], Self]]:
        """The same wish with less and less asked of people: what was dropped, and what is left.

        `has_next`: there are next readings. `is_open`: what the question is about was not understood.
        """
        dropped: tuple[Drop, ...] = ()
        wish = self
        if has_next and not self.wider:
            wish, dropped = wish.with_changes(wider=True), (Drop.READING,)
            yield dropped, wish
        if is_open and not self.anyone:
            wish, dropped = wish.with_changes(anyone=True), (Drop.ANYONE,)
            yield dropped, wish
        if self.limits_time:
            wish, dropped = (
                wish.with_changes(when=When.ANY, first=None, last=None, hours=None, later=True),
                (*dropped, Drop.TIME),
            )
            yield dropped, wish
        if self.lengths:
            wish, dropped = wish.with_changes(lengths=()), (*dropped, Drop.LENGTH)
            yield dropped, wish
        if self.words and not self.loose and not wish.anyone:
            yield (*dropped, Drop.WORDS), wish.with_changes(loose=True)

    def widest(self) -> Self:
        """The wish with the fewest conditions that widening leads to."""
        return [self, *(wish for _, wish in self.widened())][-1]

    def relaxed(self) -> Iterator[tuple[str, Self]]:
        """For each filter that widening never gives up: its name, and the wish without it."""
        for name in ("topic", "language", "format", "programme"):
            if getattr(self, name):
                yield name, self.with_changes(**{name: ""})
        for name in ("instant", "saved"):
            if getattr(self, name):
                yield name, self.with_changes(**{name: False})


class Listing:
    """A page of people found for a wish; `following` is the wish for the next page, if any."""

    __slots__ = ()
    wish: SearchCriteria
    following: SearchCriteria | None

    @property
    def is_whole(self) -> bool:
        """Whether this page shows everyone who was found."""
        return not self.wish.shown and self.following is None

    @property
    def is_partly(self) -> bool:
        """Whether people who match less of the words were left out, where the words decide."""
        return False


def _local_instant(day: date, clock: time, reader: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, reader).astimezone(UTC)
