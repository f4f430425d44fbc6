"""The ways to read a question that are measured beside each other."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.understanding.figures import Reading
from bench.understanding.questions import Question
from search.understanding.encoders import E5, MINILM, Encoder
from search.understanding.language import guess_language
from search.understanding.opinions import ENGLISH, add_up
from search.understanding.reader import MOST_PIECES, MOSTLY, Reader, is_sure
from search.understanding.scoring import Floats, Settings, softmax
from search.understanding.text import shorten_to_pieces

Vectors = Mapping[str, NDArray[np.float32]]
READINGS_KEPT = 10
# Which parts count, by the name in the table.
PARTS: Mapping[str, Mapping[str, Any]] = {
    "BM25": {"e5": 0, "minilm": 0},
    "e5": {"minilm": 0, "bm25": 0},
    "MiniLM": {"e5": 0, "bm25": 0},
    "e5, BM25": {"minilm": 0},
    "MiniLM, BM25": {"e5": 0},
    "e5, MiniLM": {"bm25": 0},
    "all parts": {},
    "all, no discriminant": {"discriminant": 0},
    "all, no nearest": {"discriminant": 1},
}


class Measured:
    """A set of questions with everything that the parts say of them, so that weights can be tried at no cost."""

    def __init__(self, reader: Reader, questions: Sequence[Question], encoders: Mapping[str, Encoder]) -> None:
        self.questions = questions
        self._reader = reader
        self._said = [reader.prepare(question.text) for question in questions]
        encoded = [shorten_to_pieces(said, MOST_PIECES) for said in self._said]
        vectors = {key: encoder.embed(encoded) for key, encoder in encoders.items()}
        self._opinions = reader.opinions(self._said, vectors)

    def read(self, settings: Settings) -> list[Reading]:
        """What the reader would claim with these settings."""
        rows = self._share(settings)
        return [self._reading(row, said, settings) for row, said in zip(rows, self._said, strict=True)]

    def read_as_site(self, settings: Settings) -> tuple[list[Reading], float]:
        """As the site does: in English MiniLM first, and e5 where that is not sure. With the share of those it asks."""
        without_e5, whole = self._share(without({"e5": 0}, settings)), self._share(settings)
        is_done = [
            is_sure(row) and guess_language(said)[ENGLISH] >= MOSTLY
            for row, said in zip(without_e5, self._said, strict=True)
        ]
        rows = np.where(np.array(is_done)[:, None], without_e5, whole)
        readings = [self._reading(row, said, settings) for row, said in zip(rows, self._said, strict=True)]
        return readings, 1 - sum(is_done) / len(is_done)

    def _share(self, settings: Settings) -> Floats:
        opinions = {key: scores for key, scores in self._opinions.items() if _counts(key[0], settings)}
        return softmax(settings.sharpness * add_up(opinions, self._said, settings))

    def _reading(self, row: NDArray[np.float32], said: str, settings: Settings) -> Reading:
        claimed, is_unsure, is_outside = self._reader.decide(row, said, self._reader.find_named(said), settings)
        order = np.argsort(-row[:-1], kind="stable")[:READINGS_KEPT]
        names = self._reader.classes
        return Reading(
            core=tuple(names[number] for number in claimed),
            order=tuple(names[number] for number in order),
            is_outside=is_outside,
            is_unsure=is_unsure,
        )


def _counts(key: str, settings: Settings) -> bool:
    return bool({E5: settings.e5, MINILM: settings.minilm}.get(key, settings.bm25))


def without(parts: Mapping[str, Any], settings: Settings) -> Settings:
    return replace(settings, **parts)


def nothing(questions: Sequence[Question]) -> list[Reading]:
    """Ignoring the words: the soonest people."""
    return [Reading((), ()) for _ in questions]


def perfect(questions: Sequence[Question]) -> list[Reading]:
    """Knowing the topics that would help."""
    found = [tuple(sorted(question.topics, key=lambda topic: -question.topics[topic])) for question in questions]
    return [
        Reading(tuple(t for t in own if question.topics[t] >= 2) or own, own)
        for own, question in zip(found, questions, strict=True)
    ]


def read_today(questions: Sequence[Question], named: Mapping[str, tuple[str, ...]]) -> list[Reading]:
    """`named`: for each text the topics that the site's present reading finds."""
    return [Reading(named[question.text], named[question.text]) for question in questions]
