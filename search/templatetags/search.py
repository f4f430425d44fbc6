"""Matched words, marked."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.filter
def marked(text: str, lexemes: Sequence[str]) -> SafeString:
    """The words that begin like a word of the search, in `<mark>`: lexemes are stems, so a beginning is shared."""
    stems = [re.escape(lexeme) for lexeme in lexemes if len(lexeme) > 2]
    if not stems:
        return SafeString(conditional_escape(text))
    found = re.finditer(rf"\b(?:{'|'.join(stems)})\w*", bare(text), flags=re.IGNORECASE)
    ends = [0, *(end for match in found for end in match.span()), len(text)]
    pieces = [text[start:end] for start, end in pairwise(ends)]
    marks = [format_html("<mark>{}</mark>" if index % 2 else "{}", piece) for index, piece in enumerate(pieces)]
    return mark_safe("".join(marks))  # noqa: S308 - each piece is escaped above


def bare(text: str) -> str:
    """As long as the text, and each letter without its accent, as lexemes are."""
    return text if text.isascii() else "".join(map(bare_letter, text))


def bare_letter(letter: str) -> str:
    apart = unicodedata.normalize("NFD", letter)
    return apart[0] if all(map(unicodedata.combining, apart[1:])) else letter
