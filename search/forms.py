"""Reads the address of a search with patience: what makes no sense is left out, nothing is refused."""

from enum import StrEnum
from typing import TypeVar

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from common.forms import ChipCheckboxes
from mentors.languages import LANGUAGES
from mentors.models import Format, Length
from sessions_app.address import clean_words, read_date
from sessions_app.questions.same_question import read_uuid

from .criteria import LONGEST_SLUG, Order, SearchCriteria, When
from .cursors import decode_shown
from .models import FigureRhythm

Choice = TypeVar("Choice", bound=StrEnum)
CODES = {code for code, _name in LANGUAGES}
# Topics that a person may name or turn down in one search.
MOST_TOPICS = 40


def read_criteria(data: QueryDict, *, typing: bool = False) -> SearchCriteria:
    lengths = {int(text) for text in data.getlist("len") if text.isascii() and text.isdigit() and len(text) < 4}
    first, last = read_date(data.get("from", "")), read_date(data.get("to", ""))
    words = clean_words(data.get("q", ""))
    # What was said of other words says nothing of these.
    is_same = not typing and clean_words(data.get("read", words)) == words
    return SearchCriteria(
        words=words,
        when=_one_of(When, data.get("when", ""), When.ANY),
        first=first,
        last=last if not (first and last and last < first) else None,
        lengths=tuple(sorted(lengths & set(Length.values))),
        topic=clean_words(data.get("topic", ""))[:LONGEST_SLUG],
        language=data.get("language", "") if data.get("language") in CODES else "",
        format=data.get("format", "") if data.get("format") in Format.values else "",
        instant=data.get("instant") == "1",
        saved=data.get("saved") == "1",
        later=data.get("later") == "1",
        about=_read_slugs(data.getlist("about")) if is_same else (),
        unlike=_read_slugs(data.getlist("not")) if is_same else (),
        wider=data.get("wider") == "1",
        loose=data.get("loose") == "1",
        anyone=data.get("anyone") == "1",
        follows=read_uuid(data.get("follows", "")),
        met=data.get("met") == "1",
        programme=clean_words(data.get("programme", ""))[:LONGEST_SLUG],
        order=_one_of(Order, data.get("sort", ""), Order.SOONEST),
        typing=typing,
        shown=_decode_cursor(data.get("cursor", "")),
    )


def _read_slugs(texts: list[str]) -> tuple[str, ...]:
    slugs = (clean_words(text)[:LONGEST_SLUG] for text in texts[:MOST_TOPICS])
    return tuple(dict.fromkeys(slug for slug in slugs if slug))


def _decode_cursor(text: str) -> frozenset[int]:
    """The profiles that a cursor names; none for a text that is no cursor, which shows the first page."""
    try:
        return decode_shown(text)
    except ValueError:
        return frozenset()


def _one_of(kind: type[Choice], value: str, usual: Choice) -> Choice:
    return kind(value) if value in set(kind) else usual


class FigureMailForm(forms.Form):
    rhythms = forms.MultipleChoiceField(
        label=_("Email me these figures"),
        help_text=_("Choose none to stop"),
        choices=FigureRhythm.choices,
        widget=ChipCheckboxes,
        required=False,
        error_messages={"invalid_choice": _("Choose one of these")},
    )
