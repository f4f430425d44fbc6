"""Whether a text is one that a rule looks for. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from common.texts import split_words

# The same text to so many people within this time
SAME_TEXT_PEOPLE, SAME_TEXT_WITHIN = 5, timedelta(hours=24)
# Short texts are the same by chance: "Thank you".
SHORTEST_SAME_TEXT = 6
# Messages to so many people within this time. A lively talk with one person isn't a burst.
BURST_PEOPLE, BURST_WITHIN = 10, timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class WrittenText:
    """`to`: the number of the person for whom it was written."""

    pk: int
    author: int
    to: int
    words: str
    at: datetime


def words_of(text: str) -> str:
    """Only its words, folded, with one space between them and one at each end."""
    return f" {' '.join(split_words(text))} "


def holds_phrase(text: str, phrases: Iterable[str]) -> bool:
    """Whether one of the phrases stands in the text, as whole words and without regard to case, accents and signs."""
    plain = words_of(text)
    return any(words_of(phrase) in plain for phrase in phrases if phrase.strip())


def goes_to_many(text: WrittenText, earlier: Iterable[WrittenText]) -> bool:
    """Whether its author wrote this text to many people. `earlier`: what they wrote before it, and it."""
    plain = words_of(text.words)
    if len(plain.split()) < SHORTEST_SAME_TEXT:
        return False
    since = text.at - SAME_TEXT_WITHIN
    people = {one.to for one in earlier if since < one.at <= text.at and words_of(one.words) == plain}
    return len(people | {text.to}) >= SAME_TEXT_PEOPLE


def is_in_burst(text: WrittenText, earlier: Iterable[WrittenText]) -> bool:
    """Whether its author has written to many people shortly before it."""
    since = text.at - BURST_WITHIN
    return len({one.to for one in earlier if since < one.at <= text.at} | {text.to}) >= BURST_PEOPLE
