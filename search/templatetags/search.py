"""Matched words, marked."""

import re
from collections.abc import Sequence

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
    pieces = re.split(rf"\b((?:{'|'.join(stems)})\w*)", text, flags=re.IGNORECASE)
    marks = [format_html("<mark>{}</mark>" if index % 2 else "{}", piece) for index, piece in enumerate(pieces)]
    return mark_safe("".join(marks))  # noqa: S308 - each piece is escaped above
