"""Which language a question is in, as shares: short questions often leave it open."""

import re
from collections.abc import Mapping

from common.texts import split_words

from .lists import load_list

LANGUAGES = ("en", "de", "es", "fr", "ar")
# The words that sentences are made of, folded. One that two languages have counts for both.
WORDS: Mapping[str, frozenset[str]] = {language: load_list(language) for language in LANGUAGES}
# Letters and endings that one of them has and the others hardly do.
MARKS: Mapping[str, re.Pattern[str]] = {
    "en": re.compile(r"\b\w+(?:ing|ness|ship)\b|n['’]t\b|['’](?:m|ve|ll|re)\b"),
    "de": re.compile(r"[äöüß]|\b\w+(?:ung|keit|heit|lich|isch|schaft|gesprach|en)\b"),
    "es": re.compile(r"[ñ¿¡áíóú]|\b\w+(?:cion|ción|dad|mente|ado|ada|ando|iendo|aje)\b"),
    "fr": re.compile(r"[çèêàâûîœùëï]|\b\w+(?:eux|oir|ement|age|eur|aire|ées?)\b|\b[ldjmncsq]['’]"),
    "ar": re.compile(r"[\u0600-\u06ff]{2,}"),
}
# Without any sign it is most likely what most questions are in.
PRIOR: Mapping[str, float] = {"en": 0.6, "de": 0.1, "es": 0.1, "fr": 0.1, "ar": 0.02}
MARK_COUNTS = 1.5


def guess_language(text: str) -> dict[str, float]:
    """A share for each of our languages; together 1."""
    words = split_words(text)
    lower = text.lower()
    points = {
        language: PRIOR[language]
        + sum(word in WORDS[language] for word in words)
        + MARK_COUNTS * len(MARKS[language].findall(lower))
        for language in LANGUAGES
    }
    squared = {language: point * point for language, point in points.items()}
    total = sum(squared.values())
    return {language: point / total for language, point in squared.items()}
