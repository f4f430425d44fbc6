"""Typing errors in the words that name topics: "interwiew", "negociation". Only these words, and only into these."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from common.texts import WORD, fold

SHORTEST = 5
LONG = 8  # from so many letters on, two errors are forgiven


@dataclass(frozen=True, slots=True)
class Spelling:
    """`known` words are right as they are; others may be an error for a word of the same first letter in `topical`."""

    known: frozenset[str]
    topical: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, topical: Iterable[str], known: Iterable[str]) -> "Spelling":
        by_letter: dict[str, list[str]] = defaultdict(list)
        words = sorted({word for word in topical if len(word) >= SHORTEST and word.isalpha()})
        for word in words:
            by_letter[word[0]].append(word)
        return cls(frozenset(known) | set(words), {letter: tuple(found) for letter, found in by_letter.items()})

    def keep_confusable(self, dictionary: Iterable[str]) -> frozenset[str]:
        """The words that would be taken for an error, though they are none: "patch" for "pitch"."""
        return frozenset(word for word in dictionary if self._correct_word(word) != word)

    def correct_text(self, text: str) -> str:
        """The same text with errors replaced; what is right stays as it was typed."""
        return WORD.sub(lambda found: self._correct_typed(found.group()), text)

    def correct(self, words: Sequence[str]) -> list[str]:
        """The same words, errors replaced. Where two words are as near, the one before the other in the alphabet."""
        return [self._correct_word(word) for word in words]

    def _correct_typed(self, typed: str) -> str:
        word = fold(typed)
        corrected = self._correct_word(word)
        return typed if corrected == word else corrected

    def _correct_word(self, word: str) -> str:
        if len(word) < SHORTEST or word in self.known or not word.isalpha():
            return word
        most = 2 if len(word) >= LONG else 1
        near = [
            (distance, topical)
            for topical in self.topical.get(word[0], ())
            if abs(len(topical) - len(word)) <= most and (distance := count_edits(word, topical, most)) <= most
        ]
        return min(near)[1] if near else word


def count_edits(first: str, second: str, most: int) -> int:
    """Letters added, left out, changed, or two neighbours swapped, to get from one word to the other.

    Stops with a number above `most` once it cannot be fewer. (Optimal string alignment.)
    """
    before: list[int] = []
    row = list(range(len(second) + 1))
    for place, letter in enumerate(first, 1):
        earlier, before, row = before, row, [place]
        for other_place, other in enumerate(second, 1):
            fewest = min(before[other_place] + 1, row[-1] + 1, before[other_place - 1] + (letter != other))
            if place > 1 and other_place > 1 and letter == second[other_place - 2] and first[place - 2] == other:
                fewest = min(fewest, earlier[other_place - 2] + 1)
            row.append(fewest)
        if min(row) > most:
            return most + 1
    return row[-1]
