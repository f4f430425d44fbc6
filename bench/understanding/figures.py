"""What a reading is worth: figures over questions, each with an interval by bootstrap."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from bench.understanding.questions import HELPS, RELATED, Question
from bench.understanding.world import Worlds

DRAWS = 1_000
SEED = 7


@dataclass(frozen=True, slots=True)
class Reading:
    """`core`: the topics claimed. `order`: all topics, likeliest first."""

    core: tuple[str, ...]
    order: tuple[str, ...]
    is_outside: bool = False
    is_unsure: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    """Of one question. `first`, `three`, `five`: whether a topic that would help is among so many first readings.
    `cards`: P@5. `none_of_five`: how often nobody of the five is even related. `none_in_core`: whether no topic of the
    core set is."""

    first: float
    three: float
    five: float
    cards: float
    none_of_five: float
    none_in_core: float


def score_reading(question: Question, reading: Reading, worlds: Worlds) -> Score:
    helps, related = question.topics_of(HELPS), question.topics_of(RELATED)
    wanted = helps or related
    return Score(
        first=float(bool(wanted & set(reading.order[:1]))),
        three=float(bool(wanted & set(reading.order[:3]))),
        five=float(bool(wanted & set(reading.order[:5]))),
        cards=worlds.share_of_cards(reading.core, wanted),
        none_of_five=worlds.share_without_any(reading.core, related),
        none_in_core=float(not related & set(reading.core)),
    )


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else float("nan")


def interval(values: Sequence[float]) -> tuple[float, float]:
    """The middle 95 % of means of as many values drawn with replacement."""
    rng = Random(SEED)
    means = sorted(mean(rng.choices(values, k=len(values))) for _ in range(DRAWS))
    return means[int(DRAWS * 0.025)], means[int(DRAWS * 0.975) - 1]
