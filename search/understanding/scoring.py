"""From vectors to shares of topics, and from shares to what is claimed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Settings:
    """Tuned by `bench/understanding --tune`, never on questions that someone will be judged by."""

    # How much each opinion counts. English is read by both encoders, other languages by the first alone.
    e5: float = 1.0
    minilm: float = 1.0
    bm25: float = 0.4
    # Words of other languages are in few examples, so that chance decides which topics have them.
    bm25_elsewhere: float = 0.1
    # Within an encoder: the discriminant, and the other half the nearest examples.
    discriminant: float = 0.5
    neighbours: int = 5
    shrinkage: float = 0.1
    # Standardised scores become shares: higher is more decided. With this, of examples left out whose best share is p,
    # about p are read right.
    sharpness: float = 2.5
    # A topic belongs to the core set with `least_share`, and with at least best · e^−delta.
    least_share: float = 0.15
    delta: float = 0.83
    most_topics: int = 3
    # Under this best share nothing is claimed.
    unsure_below: float = 0.15
    # Or under this one, for a word or two that no example has: a name of a person is like everything and nothing.
    strange_below: float = 0.6
    # From this share of "none of it" on, a question is outside of what we know.
    outside_from: float = 0.35


def standardize(scores: Floats) -> Floats:
    """Each row with mean 0 and deviation 1, so that opinions of different kinds can be added up."""
    centred = scores - scores.mean(axis=-1, keepdims=True)
    deviation = centred.std(axis=-1, keepdims=True)
    return np.divide(centred, deviation, out=np.zeros_like(centred), where=deviation > 1e-9)


def log_softmax(scores: Floats) -> Floats:
    lowered = scores - scores.max(axis=-1, keepdims=True)
    return lowered - np.log(np.exp(lowered).sum(axis=-1, keepdims=True))


def softmax(scores: Floats) -> Floats:
    return np.exp(log_softmax(scores))


@dataclass(frozen=True, slots=True)
class Discriminant:
    """Linear discriminant analysis: one line of weights for each topic, found in one step."""

    weights: Floats
    bias: Floats

    @classmethod
    def fit(cls, vectors: Floats, topics: NDArray[np.int64], count: int, shrinkage: float) -> "Discriminant":
        """Every topic is as likely as any other, however many examples it has.

        The covariance within topics is drawn towards a multiple of the identity by `shrinkage` (Friedman, "Regularized
        Discriminant Analysis", 1989): 384 dimensions and some thousand examples would else overfit.
        """
        means = np.array([vectors[topics == number].mean(axis=0) for number in range(count)], np.float32)
        within = vectors - means[topics]
        covariance = within.T @ within / len(vectors)
        size = len(covariance)
        covariance = (1 - shrinkage) * covariance + shrinkage * np.trace(covariance) / size * np.eye(size)
        weights = np.linalg.solve(covariance, means.T).astype(np.float32)
        return cls(weights, -0.5 * (means.T * weights).sum(axis=0).astype(np.float32))

    def score(self, vectors: Floats) -> Floats:
        return log_softmax(vectors @ self.weights + self.bias)


def mean_of_nearest(similarities: Floats, bounds: Sequence[int], neighbours: int) -> Floats:
    """For each topic the mean of its most similar examples. Those of topic i are columns bounds[i] to bounds[i + 1]."""
    starts, sizes = np.array(bounds[:-1]), np.diff(bounds)
    places = starts[:, None] + np.arange(max(neighbours, sizes.max()))
    is_other = places >= starts[:, None] + sizes[:, None]
    places[is_other] = 0
    rows = np.empty((len(similarities), len(sizes)), np.float32)
    # Text by text, since for many texts at once the examples of all topics side by side would fill the memory.
    for row, similar in zip(rows, similarities, strict=True):
        of_topics = similar[places]
        of_topics[is_other] = -np.inf
        nearest = np.partition(of_topics, -neighbours, axis=1)[:, -neighbours:]
        nearest[np.isneginf(nearest)] = 0
        row[:] = nearest.sum(axis=1) / np.minimum(sizes, neighbours)
    return rows


def combine(opinions: Mapping[Key, Floats], weights: Mapping[Key, Floats | float]) -> Floats:
    """The weighted mean of standardised opinions, so that a missing one makes no reading less decided."""
    total = sum(np.asarray(weights[key], np.float32) for key in opinions)
    added = sum(np.asarray(weights[key], np.float32) * standardize(opinion) for key, opinion in opinions.items())
    return np.asarray(added / np.maximum(total, 1e-9), np.float32)


def pick_core(shares: Sequence[float], named: Sequence[int], settings: Settings) -> list[int]:
    """Numbers of the topics that are claimed: those named, and those likely enough; the likeliest first of each."""
    by_share = sorted(range(len(shares)), key=lambda number: -shares[number])
    least = max(settings.least_share, shares[by_share[0]] * float(np.exp(-settings.delta)))
    likely = [number for number in by_share if shares[number] >= least]
    first = sorted(set(named), key=lambda number: -shares[number])
    return [*first, *(number for number in likely if number not in named)][: max(settings.most_topics, len(first))]
