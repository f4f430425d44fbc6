"""The layers that both encoders are made of. onnxruntime runs them, or NumPy where that is not installed.

Both encoders are BERT of one size and differ in how many layers they have. A layer lets the pieces of a text look at
each other (query, key, value, attended), then changes each piece alone (inner, outer); after both it is normalized.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
DIMENSIONS, INNER, HEADS = 384, 1536, 12
TINY = 1e-12  # keeps a division by a deviation of 0 from failing


class Part(NamedTuple):
    """`weight`: one row for each number that comes out; of a norm, one number for each."""

    weight: Floats
    bias: Floats


class Layer(NamedTuple):
    query: Part
    key: Part
    value: Part
    attended: Part
    attended_norm: Part
    inner: Part
    outer: Part
    outer_norm: Part

    @classmethod
    def collect(cls, find: Callable[[str], Part], *names: str) -> "Layer":
        """`names`: what a file of weights calls the parts, in our order."""
        return cls(*map(find, names))


class Stack(NamedTuple):
    """`first_norm`: what the sums of embeddings go through before the first layer. `layers` come one by one, since
    unpacked they may take 85 MB together."""

    first_norm: Part
    depth: int
    layers: Iterator[Layer]


class Layers(Protocol):
    def run(self, embedded: Floats) -> Floats:
        """`embedded`: texts × pieces × dimensions, all texts of one length. One row of length 1 for each text."""
