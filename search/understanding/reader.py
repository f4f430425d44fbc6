"""Reads a question: which topics it is about, how sure that is, and what else shows."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from common.texts import split_words

from .bm25 import Bm25Index
from .crisis import is_crisis
from .encoders import Encoder
from .issue_types import read_issue_type
from .language import guess_language
from .material import OUTSIDE
from .named import EVERYDAY, Names, Phrase, is_decisive
from .negation import remove_negated
from .opinions import BM25, ENGLISH, EncoderOpinions, add_up
from .scoring import Floats, Settings, pick_core, softmax
from .text import shorten, shorten_to_pieces, stems
from .trained import Trained
from .typos import Spelling
from .understood import Because, ReadTopic, Understanding

SHOWN_BESIDE = 10
FEW_WORDS = 2
MOST_CHARACTERS = 320  # for reading by the words; encoders read less
MOST_WHILE_TYPING = 200
MOST_PIECES = 40  # for encoders, whose time grows with each: some 150 letters, or 40 emoji
# An encoder of other languages is not asked where it would count for so little.
LEAST_SHARE_OF_LANGUAGE = 0.02
MOSTLY = 0.5
# From this share on a further encoder changes little: for six to eight of ten questions in English the first is enough.
SURE = 0.5
ASKING = frozenset(
    ("help", "advice", "question", "questions", "please", "problem", "issue", "hi", "hello", "thanks", "stuck")
)


class Claim(NamedTuple):
    """The names of the topics whose people are shown, or why none are."""

    topics: tuple[str, ...]
    is_unsure: bool
    is_outside: bool


class Reader:
    """Made once for what was trained; threads may share it. The same question always reads the same."""

    def __init__(self, trained: Trained, encoders: Mapping[str, Encoder]) -> None:
        """Encoders are asked where the training had the same ones; it may have had more."""
        self.settings = trained.settings
        self.digest = trained.digest
        self.classes = (*trained.material.topics, OUTSIDE)
        self._numbers = {topic: number for number, topic in enumerate(self.classes)}
        numbers = np.array([self._numbers[row.topic] for row in trained.rows])
        self._bounds: list[int] = np.searchsorted(numbers, np.arange(len(self.classes) + 1)).tolist()
        same = trained.encoders.items()
        self._encoders = {key: encoder for key, encoder in encoders.items() if (key, encoder.name) in same}
        neighbours = self.settings.neighbours
        self._parts = {key: EncoderOpinions(part, self._bounds, neighbours) for key, part in trained.parts.items()}
        phrases = [Phrase.of(topic, text) for topic, text in trained.material.phrases()]
        self._names = Names.of(phrases, trained.weak_phrases)
        topical = {word for _, text in trained.material.phrases() for word in split_words(text)}
        self._known_words = trained.known_words
        self._spelling = Spelling.of(topical, trained.known_words)
        self._texts = [row.text for row in trained.rows]
        self._row_words = [tuple(stems(text)) for text in self._texts]
        spans = zip(self._bounds, self._bounds[1:], strict=False)
        self._bm25 = Bm25Index.build(
            [[word for row in self._row_words[start:end] for word in row] for start, end in spans]
        )

    def read(self, text: str) -> Understanding:
        """With all we have: some ten milliseconds for each encoder."""
        said = self.prepare(text)
        return self._understand(text, said, *self._ask_in_turn(said))

    def read_typing(self, text: str) -> Understanding:
        said = self.prepare(text, MOST_WHILE_TYPING)
        return self._understand(text, said, {}, self._share(said, {}))

    def embed(self, text: str) -> dict[str, Floats]:
        """The vectors of a question by all encoders that can read it, which `claim` takes."""
        said = self.prepare(text)
        return {key: self._embed(key, said) for key in self._choose_encoders(said)}

    def claim(self, text: str, vectors: Mapping[str, Floats]) -> Claim:
        """What `read` would claim, with vectors that are known already, and without looking for examples to show."""
        said = self.prepare(text)
        if not split_words(said):
            return Claim((), True, False)
        _, row = self._ask_in_turn(said, vectors)
        claimed, is_unsure, is_outside = self.decide(row, said, self.find_named(said), self.settings)
        return Claim(tuple(self.classes[number] for number in claimed), is_unsure, is_outside)

    def shares(self, text: str) -> dict[str, float]:
        """For each topic how likely the question is about it; under OUTSIDE, about none of them."""
        said = self.prepare(text)
        _, row = self._ask_in_turn(said)
        return dict(zip(self.classes, row.tolist(), strict=True))

    def prepare(self, text: str, most: int = MOST_CHARACTERS) -> str:
        """What the question is about, without what it turns down and without errors in the words of topics."""
        return self._spelling.correct_text(remove_negated(shorten(text, most)))

    def opinions(self, texts: Sequence[str], vectors: Mapping[str, Floats]) -> dict[tuple[str, str], Floats]:
        """Each opinion about many prepared texts with known vectors: rows of scores, one column for each class."""
        found = {
            (key, kind): scores
            for key, rows in vectors.items()
            for kind, scores in self._parts[key].score(rows).items()
        }
        return {**found, (BM25, BM25): np.stack([self._bm25.score(stems(text)) for text in texts])}

    def find_named(self, said: str) -> dict[str, str]:
        found = self._names.find(split_words(said))
        return {phrase.topic: phrase.text for phrase in reversed(found)}

    def decide(
        self, row: Floats, said: str, names: Mapping[str, str], settings: Settings
    ) -> tuple[list[int], bool, bool]:
        """From shares, and the topics that are named and by which phrase, to the numbers of the topics claimed, whether
        we are unsure, and whether it is outside."""
        shares = row[:-1].tolist()
        words = split_words(said)
        likely = max(shares) * np.exp(-settings.delta)
        named = [
            self._numbers[topic]
            for topic, phrase in names.items()
            if row[self._numbers[topic]] >= likely or is_decisive(phrase, words)
        ]
        is_outside = not named and float(row[-1]) >= settings.outside_from
        floor = settings.strange_below if self._is_strange(said) else settings.unsure_below
        is_unsure = not named and not is_outside and (max(shares) < floor or not says_something(said))
        return ([] if is_outside or is_unsure else pick_core(shares, named, settings)), is_unsure, is_outside

    def _is_strange(self, said: str) -> bool:
        """Whether it is a word or two of which no example has any."""
        telling = [word for word in split_words(said) if word not in EVERYDAY]
        return len(telling) <= FEW_WORDS and self._known_words.isdisjoint(telling)

    def _understand(self, text: str, said: str, vectors: Mapping[str, Floats], row: Floats) -> Understanding:
        crisis = is_crisis(text)
        kind = None if crisis else read_issue_type(said)
        if not split_words(said):
            return Understanding(is_unsure=True, is_crisis=crisis)
        named = self.find_named(said)
        claimed, is_unsure, is_outside = self.decide(row, said, named, self.settings)
        beside = [number for number in np.argsort(-row[:-1], kind="stable").tolist() if number not in claimed]

        def describe(number: int) -> ReadTopic:
            because = Because.NAMED if self.classes[number] in named else Because.MEANING
            like = self._find_like(number, said, vectors) if vectors or number in claimed else ""
            return ReadTopic(self.classes[number], float(row[number]), because, like)

        return Understanding(
            topics=tuple(describe(number) for number in claimed),
            others=tuple(describe(number) for number in beside[:SHOWN_BESIDE]),
            is_unsure=is_unsure,
            is_outside=is_outside,
            is_crisis=crisis,
            issue_type=kind,
        )

    def _embed(self, key: str, said: str) -> Floats:
        return self._encoders[key].embed([shorten_to_pieces(said, MOST_PIECES)])

    def _ask_in_turn(self, said: str, known: Mapping[str, Floats] | None = None) -> tuple[dict[str, Floats], Floats]:
        """One encoder after the other until the shares are sure, with the vectors of those that were asked.

        `known`: vectors that need not be computed; the only ones then.
        """
        vectors: dict[str, Floats] = {}
        shares = None
        for key in self._choose_encoders(said):
            if known is None or key in known:
                vectors[key] = self._embed(key, said) if known is None else known[key]
                shares = self._share(said, vectors)
                if is_sure(shares):
                    break
        return vectors, self._share(said, {}) if shares is None else shares

    def _choose_encoders(self, said: str) -> list[str]:
        """In English the one for English alone comes first, since it takes less time; otherwise the one for all.

        It is left out where a text is in another language and another one can read it: it would not change what is
        read, but cost as much, and be asked which example is the nearest. In which order a machine has found its
        encoders makes no difference.
        """
        english = guess_language(said)[ENGLISH]
        able = [
            key
            for key, encoder in self._encoders.items()
            if english >= LEAST_SHARE_OF_LANGUAGE or encoder.languages is None
        ]
        is_english = english >= MOSTLY
        able.sort(key=lambda key: ((self._encoders[key].languages is None) == is_english, key))
        return able or list(self._encoders)

    def _share(self, said: str, vectors: Mapping[str, Floats]) -> Floats:
        settings = self.settings
        return softmax(settings.sharpness * add_up(self.opinions([said], vectors), [said], settings))[0]

    def _find_like(self, number: int, said: str, vectors: Mapping[str, Floats]) -> str:
        """The example of a topic that is nearest to the question: by meaning, or by the words they share."""
        start, end = self._bounds[number], self._bounds[number + 1]
        if vectors:
            nearness = sum(self._parts[key].compare(rows[0], number) for key, rows in vectors.items())
            return self._texts[start + int(np.argmax(nearness))]
        told = set(stems(said))
        best = max(range(start, end), key=lambda row: len(told.intersection(self._row_words[row])))
        return self._texts[best] if told.intersection(self._row_words[best]) else ""


def is_sure(shares: Floats) -> bool:
    """Whether what was asked so far is sure enough of one topic, or that it is none, to ask no other encoder."""
    return float(shares.max()) >= SURE


def says_something(text: str) -> bool:
    """Whether there is any word beside those that every question may have: "can you help me?" has none."""
    return any(word not in EVERYDAY and word not in ASKING for word in split_words(text))
