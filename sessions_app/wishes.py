"""What somebody is looking for: the words, and the filters of the address. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Self
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

EVENING = range(17, 23)
DAYS_AHEAD = 7
DAYS_LATER = 60


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


@dataclass(frozen=True, slots=True)
class Wish:
    """`lengths` in minutes, empty for any; `later` looks past the next seven days too."""

    words: str = ""
    when: When = When.ANY
    lengths: tuple[int, ...] = ()
    topic: str = ""
    language: str = ""
    format: str = ""
    instant: bool = False
    later: bool = False
    order: Order = Order.SOONEST
    page: int = 1

    def suits(self, start: datetime, zone: ZoneInfo, today: date) -> bool:
        """Whether a start is at a time of the kind wished for, by the reader's clock."""
        local = start.astimezone(zone)
        match self.when:
            case When.TODAY:
                return local.date() == today
            case When.TOMORROW:
                return local.date() == today + timedelta(days=1)
            case When.EVENING:
                return local.hour in EVENING
            case When.WEEKEND:
                return local.isoweekday() >= 6
        return True

    @property
    def days(self) -> int:
        return DAYS_LATER if self.later else DAYS_AHEAD

    def but(self, **changes: object) -> Self:
        """The same wish with other filters, from its first page."""
        return replace(self, **{"page": 1, **changes})  # type: ignore[arg-type]

    def query(self) -> str:
        """The address's query string; what is as usual is left out."""
        pairs: list[tuple[str, str]] = [("q", self.words)] if self.words else []
        pairs += [("when", self.when)] if self.when != When.ANY else []
        pairs += [("len", str(length)) for length in self.lengths]
        pairs += [(name, value) for name in ("topic", "language", "format") if (value := getattr(self, name))]
        pairs += [(name, "1") for name in ("instant", "later") if getattr(self, name)]
        pairs += [("sort", self.order)] if self.order != Order.SOONEST else []
        pairs += [("page", str(self.page))] if self.page > 1 else []
        return urlencode(pairs)

    def relaxed(self) -> Iterator[tuple[str, Self]]:
        """The filters that are on, each with the wish without it."""
        if self.when != When.ANY:
            yield "when", self.but(when=When.ANY)
        if self.lengths:
            yield "lengths", self.but(lengths=())
        for name in ("topic", "language", "format"):
            if getattr(self, name):
                yield name, self.but(**{name: ""})
        if self.instant:
            yield "instant", self.but(instant=False)
        if not self.later:
            yield "later", self.but(later=True)
