"""Marks the words of a search in a text."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise

from django import template
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.filter
def marked(text: str, lexemes: Sequence[str]) -> SafeString:
    """The text with every word in `<mark>` that begins like a lexeme.

    Lexemes are stems, so a common beginning is enough.
    """
    return marker_of(lexemes)(text)


def marker_of(lexemes: Sequence[str]) -> Callable[[str], SafeString]:
    """What `marked` does to a text, for many texts with the same lexemes."""
    stems = [re.escape(lexeme) for lexeme in lexemes if len(lexeme) > 2]
    if not stems:
        return lambda text: SafeString(conditional_escape(text))
    return partial(_mark, re.compile(rf"\b(?:{'|'.join(stems)})\w*", flags=re.IGNORECASE))


def _mark(begins: re.Pattern[str], text: str) -> SafeString:
    ends = [0, *(end for match in begins.finditer(without_accents(text)) for end in match.span()), len(text)]
    pieces = [escape(text[start:end]) for start, end in pairwise(ends)]
    marks = [f"<mark>{piece}</mark>" if index % 2 else piece for index, piece in enumerate(pieces)]
    return mark_safe("".join(marks))  # noqa: S308 - each piece is escaped above


def without_accents(text: str) -> str:
    """The text without accents, as lexemes are, and of the same length, so that positions in it fit the original."""
    return text if text.isascii() else "".join(map(bare_letter, text))


def bare_letter(letter: str) -> str:
    apart = unicodedata.normalize("NFD", letter)
    return apart[0] if all(map(unicodedata.combining, apart[1:])) else letter
