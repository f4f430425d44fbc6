"""The address of a search, read with patience: what it can't mean is left out, nothing is refused."""

from enum import StrEnum
from typing import TypeVar

from django.http import QueryDict

from mentors.languages import LANGUAGES
from mentors.models import Format, Length, Topic
from sessions_app.models.bookings import QUESTION_LENGTH
from sessions_app.wishes import Order, When, Wish

Choice = TypeVar("Choice", bound=StrEnum)
CODES = {code for code, _name in LANGUAGES}
LAST_PAGE = 500


def read_wish(data: QueryDict) -> Wish:
    lengths = {int(text) for text in data.getlist("len") if text.isascii() and text.isdigit() and len(text) < 4}
    return Wish(
        words=clean_words(data.get("q", "")),
        when=_one_of(When, data.get("when", ""), When.ANY),
        lengths=tuple(sorted(lengths & set(Length.values))),
        topic=_slug(clean_words(data.get("topic", ""))),
        language=data.get("language", "") if data.get("language") in CODES else "",
        format=data.get("format", "") if data.get("format") in Format.values else "",
        instant=data.get("instant") == "1",
        later=data.get("later") == "1",
        order=_one_of(Order, data.get("sort", ""), Order.SOONEST),
        page=_page(data.get("page", "")),
    )


def clean_words(text: str) -> str:
    """One line without control characters, as long as a question may be."""
    printable = "".join(character if character.isprintable() else " " for character in text[: 4 * QUESTION_LENGTH])
    return " ".join(printable.split())[:QUESTION_LENGTH]


def _page(text: str) -> int:
    return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _slug(text: str) -> str:
    return text if Topic.objects.active().filter(slug=text[:60]).exists() else ""


def _one_of(kind: type[Choice], value: str, usual: Choice) -> Choice:
    return kind(value) if value in set(kind) else usual
