"""Topics that a question names: by their name or by a synonym, outside of what it turns down."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from common.texts import split_words

from .lists import load_list
from .text import stem

# Words that say nothing about a subject: a phrase needs two others to be more than one everyday word.
EVERYDAY = load_list("everyday")
# Between two words of a phrase may be so many that say nothing, or as many as it has: "gap in CV" is in "gap in my CV".
MOST_BETWEEN = 2
# A phrase that so many examples hold can be judged by them.
ENOUGH_EXAMPLES = 4
RELIABLE = 0.5
# In a question that says no more than so many things, one word is enough to name a topic.
FEW_TOLD = 2


@dataclass(frozen=True, slots=True)
class Phrase:
    topic: str
    text: str
    words: tuple[str, ...]
    is_exact: bool
    between: int = 0

    @classmethod
    def of(cls, topic: str, text: str) -> "Phrase":
        """A phrase with fewer than two words that say something counts only as it is typed, word by word."""
        words = split_words(text)
        telling = [stem(word) for word in words if word not in EVERYDAY]
        if len(words) > 1 and len(telling) < 2:
            return cls(topic, text, tuple(words), True)
        between = max(MOST_BETWEEN, len(words) - len(telling))
        return cls(topic, text, tuple(telling or words), not telling, between)

    @property
    def stems(self) -> frozenset[str]:
        return frozenset(self.words if not self.is_exact else map(stem, self.words))


@dataclass(frozen=True, slots=True)
class Names:
    """All phrases by their first word. `weak` ones name nothing inside a longer question; see `judge_phrases`."""

    exact: Mapping[str, tuple[Phrase, ...]]
    stemmed: Mapping[str, tuple[Phrase, ...]]
    weak: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def of(cls, phrases: Iterable[Phrase], weak: frozenset[tuple[str, str]] = frozenset()) -> "Names":
        exact: dict[str, list[Phrase]] = defaultdict(list)
        stemmed: dict[str, list[Phrase]] = defaultdict(list)
        for phrase in phrases:
            if phrase.words:
                (exact if phrase.is_exact else stemmed)[phrase.words[0]].append(phrase)
        return cls(
            {word: tuple(found) for word, found in exact.items()},
            {word: tuple(found) for word, found in stemmed.items()},
            weak,
        )

    def find(self, words: Sequence[str]) -> list[Phrase]:
        """The phrases in these folded words, in order; weak ones only where hardly anything else is said."""
        told = _keep_telling(words)
        return [
            phrase
            for phrase in self.find_all(words)
            if (phrase.topic, phrase.text) not in self.weak or told <= phrase.stems
        ]

    def find_all(self, words: Sequence[str]) -> list[Phrase]:
        telling = [(place, stem(word)) for place, word in enumerate(words) if word not in EVERYDAY]
        found = [
            (place, phrase)
            for place, word in enumerate(words)
            for phrase in self.exact.get(word, ())
            if tuple(words[place : place + len(phrase.words)]) == phrase.words
        ]
        for number, (place, word) in enumerate(telling):
            for phrase in self.stemmed.get(word, ()):
                here = telling[number : number + len(phrase.words)]
                if tuple(word for _, word in here) == phrase.words and _are_near(
                    [at for at, _ in here], phrase.between
                ):
                    found.append((place, phrase))
        return [phrase for _, phrase in sorted(found, key=lambda at: at[0])]


def is_decisive(text: str, words: Sequence[str]) -> bool:
    """Whether this phrase names its topic in these folded words, however unlikely they make it.

    Two words do, and one with hardly any other beside it. In a longer question it may be of another trade: the speech
    of a therapist, the scale in a kitchen.
    """
    return len(_keep_telling(split_words(text))) > 1 or len(_keep_telling(words)) <= FEW_TOLD


def _keep_telling(words: Iterable[str]) -> set[str]:
    return {stem(word) for word in words if word not in EVERYDAY}


def _are_near(places: Sequence[int], between: int) -> bool:
    return all(later - place <= between + 1 for place, later in itertools.pairwise(places))


def judge_phrases(phrases: Sequence[Phrase], examples: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """The phrases that mislead: most of the examples (topic, text) that hold them are about other topics.

    "review", "trust" and "message" are synonyms that staff have good reasons for, and everyday words all the same. They
    go on counting as words of their topic, but do not decide what a question is about.
    """
    names = Names.of(phrases)
    own: Counter[tuple[str, str]] = Counter()
    total: Counter[tuple[str, str]] = Counter()
    for topic, text in examples:
        for key in {(phrase.topic, phrase.text) for phrase in names.find_all(split_words(text))}:
            total[key] += 1
            own[key] += key[0] == topic
    return frozenset(key for key in total if total[key] >= ENOUGH_EXAMPLES and own[key] < RELIABLE * total[key])
