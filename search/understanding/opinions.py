"""The opinions about a question that a reader adds up: two by each encoder, one by the words."""

from collections.abc import Mapping, Sequence

import numpy as np

from .encoders import E5, MINILM
from .language import guess_language
from .scoring import Discriminant, Floats, Settings, combine, mean_of_nearest
from .trained import EncoderPart

BM25 = "bm25"
DISCRIMINANT, NEAREST = "discriminant", "nearest"
ENGLISH = "en"
Opinions = Mapping[tuple[str, str], Floats]


class EncoderOpinions:
    """What the texts' vectors of one encoder say. Topic i has the rows bounds[i] to bounds[i + 1].

    Rows without a vector, of texts that it did not read, are like nothing: no nearer and no further. The means over
    `neighbours` need as many of them for each topic, and the others would only be multiplied by zero.
    """

    def __init__(self, part: EncoderPart, bounds: Sequence[int], neighbours: int) -> None:
        self._mean = part.mean.astype(np.float32)
        self._discriminant = Discriminant(part.weights.astype(np.float32), part.bias.astype(np.float32))
        self._neighbours = neighbours
        is_read = np.asarray(part.vectors.any(axis=1))
        unread_before = np.concatenate(([0], np.cumsum(~is_read)))
        unread = unread_before[:-1] - np.repeat(unread_before[list(bounds[:-1])], np.diff(bounds))
        self._kept = np.flatnonzero(is_read | (unread < neighbours))
        self._bounds: list[int] = np.searchsorted(self._kept, bounds).tolist()
        self._sizes = np.diff(bounds).tolist()
        self._starts = list(bounds[:-1])
        vectors = part.vectors[self._kept].astype(np.float32)
        self._vectors = np.where(is_read[self._kept, None], centre(vectors, self._mean), 0)

    def score(self, vectors: Floats) -> dict[str, Floats]:
        """`vectors` as the encoder gives them, one row for each question."""
        centred = centre(vectors, self._mean)
        return {
            DISCRIMINANT: self._discriminant.score(centred),
            NEAREST: mean_of_nearest(centred @ self._vectors.T, self._bounds, self._neighbours),
        }

    def compare(self, vector: Floats, number: int) -> Floats:
        """How near the examples of one topic are to one question."""
        own = slice(self._bounds[number], self._bounds[number + 1])
        nearness = np.zeros(self._sizes[number], np.float32)
        nearness[self._kept[own] - self._starts[number]] = self._vectors[own] @ centre(vector[None, :], self._mean)[0]
        return nearness


def centre(vectors: Floats, mean: Floats) -> Floats:
    """Vectors of one encoder all point much the same way; what matters is how they differ from their mean."""
    rest = vectors - mean
    return np.asarray(rest / np.maximum(np.linalg.norm(rest, axis=1, keepdims=True), 1e-9), np.float32)


def add_up(opinions: Opinions, texts: Sequence[str], settings: Settings) -> Floats:
    """One score for each topic. MiniLM counts as far as a text is English, or in full where it is alone."""
    has_e5 = any(key == E5 for key, _ in opinions)
    english = np.array([[guess_language(text)[ENGLISH] if has_e5 else 1.0] for text in texts], np.float32)
    strength: dict[str, Floats | float] = {
        E5: settings.e5,
        MINILM: settings.minilm * english,
        BM25: settings.bm25 * english + settings.bm25_elsewhere * (1 - english) if has_e5 else settings.bm25,
    }
    half = {DISCRIMINANT: settings.discriminant, NEAREST: 1 - settings.discriminant, BM25: 1.0}
    return combine(opinions, {(key, kind): strength[key] * half[kind] for key, kind in opinions})
