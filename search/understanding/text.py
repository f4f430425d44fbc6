"""Words of a text, made comparable: small letters, no accents, no endings. The same for every language we know."""

import unicodedata
from bisect import bisect_left
from functools import lru_cache
from itertools import accumulate

from common.texts import split_words

ARTICLES = ("وال", "بال", "كال", "فال", "لل", "ال")
SHORTEST_STEM = 3
# About how many pieces of an encoder's vocabulary one character makes, measured on our five languages.
LETTER, IDEOGRAPH, DIGIT, MARK = 0.3, 0.6, 0.5, 1.0
FIRST_IDEOGRAPH = "\u2e80"
VOWELS = frozenset("aeiouy")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A folded word without its ending: plural and verb forms of English, and the article in Arabic.

    Deliberately light: two words with one stem must mean the same ("pricing" and "prices", not "general" and
    "generous").
    """
    for article in ARTICLES:
        if word.startswith(article) and len(word) - len(article) >= SHORTEST_STEM:
            return word[len(article) :]
    for ending in ("ings", "ing", "ied", "ies", "ed", "es", "s"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= SHORTEST_STEM and VOWELS & set(rest) and not word.endswith(("ss", "us", "is")):
            return _tidy(rest, ending)
    return _tidy(word, "")


def stems(text: str) -> list[str]:
    return [stem(word) for word in split_words(text)]


def _tidy(rest: str, ending: str) -> str:
    """What the forms of one word then share: quitting, quit; pricing, price; replies, reply."""
    if ending in ("ied", "ies"):
        return rest + "y"
    if ending in ("ing", "ings", "ed") and len(rest) > SHORTEST_STEM and rest[-1] == rest[-2] and rest[-1] not in "lsz":
        return rest[:-1]
    return rest[:-1] if rest.endswith("e") and len(rest) > SHORTEST_STEM else rest


def shorten(text: str, most: int) -> str:
    """The beginning and the end of a long text: there people say what they want. In about `most` characters."""
    if len(text) <= most:
        return text
    half = most // 2
    return _join_ends(text[:half], text[-half:])


def shorten_to_pieces(text: str, most: int) -> str:
    """The beginning and the end of a text that would make more than `most` pieces for an encoder, by estimate.

    Letters make few, marks and pictures one each: by letters alone, a line of emoji would cost as much as a page.
    """
    made = list(accumulate(map(_estimate_pieces, text)))
    if not made or made[-1] <= most:
        return text
    first, last = bisect_left(made, most / 2), bisect_left(made, made[-1] - most / 2) + 1
    return _join_ends(text[:first], text[last:])


def _estimate_pieces(char: str) -> float:
    if char.isspace():
        return 0
    if unicodedata.category(char)[0] in "LM":  # letters, and the signs above and below them
        return LETTER if char < FIRST_IDEOGRAPH else IDEOGRAPH
    return DIGIT if char.isdigit() else MARK


def _join_ends(beginning: str, end: str) -> str:
    """Without the words that were cut in two."""
    return " ".join([*beginning.rsplit(None, 1)[:1], *end.split(None, 1)[-1:]])
