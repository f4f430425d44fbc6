"""Texts into pieces of a vocabulary by how likely each piece is (Kudo, "Subword Regularization", 2018).

A vocabulary of a quarter of a million pieces would take 40 MB as a dict. It is two sorted columns instead, with a
number for each piece that is computed from its letters, for all spans of a text at once.
"""

import re
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

SPACE, MARK = " ", "\u2581"  # how a vocabulary writes a space
SPACES = re.compile(" {2,}")
FACTOR = np.uint64(0x9E3779B97F4A7C15)
# How much less likely a letter that no piece has is than the least likely piece.
UNKNOWN_COSTS = 10.0
Numbers = NDArray[np.uint64]


class UnigramVocabulary:
    """`letters`: of all pieces, one after the other, and `lengths` how many each has, by their number. `scores`:
    logarithms of how likely each is. `changed`: letters that are written in another way, or dropped, before anything
    else."""

    def __init__(
        self,
        letters: str,
        lengths: NDArray[np.int64],
        scores: NDArray[np.float32],
        changed: Mapping[int, str],
        unknown: int,
    ) -> None:
        self._scores, self._changed, self._unknown = scores, changed, unknown
        self._longest = int(lengths.max())
        self._unknown_score = float(scores.min()) - UNKNOWN_COSTS
        keys = _number_pieces(_number_letters(letters), lengths)
        self._order = np.argsort(keys, kind="stable").astype(np.int32)
        self._keys = keys[self._order]

    def tokenize(self, text: str) -> list[int]:
        """The numbers of those pieces that are together the likeliest."""
        written = SPACES.sub(SPACE, text.translate(self._changed))
        written = (written if written.startswith(SPACE) else SPACE + written).replace(SPACE, MARK)
        best = [0.0] + [-np.inf] * len(written)
        last = [(0, self._unknown)] * (len(written) + 1)
        spans = self._find_pieces(written)
        for start, found in enumerate(spans):
            for end, piece, score in found:
                if best[start] + score > best[end]:
                    best[end], last[end] = best[start] + score, (start, piece)
        pieces, end = [], len(written)
        while end:
            end, piece = last[end]
            pieces.append(piece)
        return pieces[::-1]

    def _find_pieces(self, text: str) -> list[list[tuple[int, int, float]]]:
        """For each place in a text the pieces that begin there: where they end, their number and their score."""
        letters = _number_letters(text)
        spans = [[(start + 1, self._unknown, self._unknown_score)] for start in range(len(text))]
        keys, lengths = zip(*_number_spans(letters, self._longest), strict=True)
        wanted = np.concatenate(keys)
        places = np.minimum(np.searchsorted(self._keys, wanted), len(self._keys) - 1)
        starts = np.concatenate([np.arange(len(part)) for part in keys])
        ends = starts + np.repeat(lengths, [len(part) for part in keys])
        hits = np.flatnonzero(self._keys[places] == wanted)
        numbers = self._order[places[hits]]
        rows = (starts[hits].tolist(), ends[hits].tolist(), numbers.tolist(), self._scores[numbers].tolist())
        for start, end, number, score in zip(*rows, strict=True):
            if number != self._unknown:
                spans[start].append((end, number, score))
        return spans


def _number_spans(letters: Numbers, longest: int) -> list[tuple[Numbers, int]]:
    """For each length the numbers of all spans of that many letters, in order."""
    numbers, found = np.zeros(len(letters) + 1, np.uint64), []
    for length in range(1, min(longest, len(letters)) + 1):
        numbers = _add_letter(numbers[:-1], letters[length - 1 :])
        found.append((numbers, length))
    return found


def _add_letter(numbers: Numbers, letters: Numbers) -> Numbers:
    """What a span's number becomes with one letter more; two of a vocabulary's pieces never had the same."""
    mixed = (numbers + letters + np.uint64(1)) * FACTOR
    return mixed ^ (mixed >> np.uint64(29))


def _number_pieces(letters: Numbers, lengths: NDArray[np.int64]) -> Numbers:
    starts = np.cumsum(lengths) - lengths
    numbers = np.zeros(len(lengths), np.uint64)
    for place in range(lengths.max()):
        longer = np.flatnonzero(lengths > place)
        numbers[longer] = _add_letter(numbers[longer], letters[starts[longer] + place])
    return numbers


def _number_letters(text: str) -> Numbers:
    return np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.uint64)
