"""BM25: how well the words of a question fit the words that are said about each topic.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009). A topic is one document, so
words that are said about every topic weigh next to nothing, in any language, without a list of stop words.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SATURATION = 1.2
LENGTH_MATTERS = 0.75


@dataclass(frozen=True, slots=True)
class Bm25Index:
    """`weights`: what a word adds to the score of each document; `places`: which of its rows is which word's."""

    places: Mapping[str, int]
    weights: NDArray[np.float32]

    @classmethod
    def build(cls, documents: Sequence[Iterable[str]]) -> "Bm25Index":
        """Each document is the words (stems) of everything that belongs to it."""
        counts = [Counter(document) for document in documents]
        lengths = [sum(count.values()) for count in counts]
        mean = sum(lengths) / max(1, len(lengths)) or 1
        having = Counter(word for count in counts for word in count)
        places = {word: place for place, word in enumerate(having)}
        weights = np.zeros((len(places), len(counts)), np.float32)
        for number, (count, length) in enumerate(zip(counts, lengths, strict=True)):
            damping = SATURATION * (1 - LENGTH_MATTERS + LENGTH_MATTERS * length / mean)
            for word, times in count.items():
                rarity = math.log(1 + (len(counts) - having[word] + 0.5) / (having[word] + 0.5))
                weights[places[word], number] = rarity * times * (SATURATION + 1) / (times + damping)
        return cls(places, weights)

    def score(self, words: Iterable[str]) -> NDArray[np.float32]:
        """One number for each document; 0 where no word fits. A word counts once, however often it is said."""
        rows = [self.places[word] for word in dict.fromkeys(words) if word in self.places]
        return np.asarray(self.weights[rows].sum(axis=0), np.float32)
