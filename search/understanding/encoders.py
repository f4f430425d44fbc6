"""The encoders that this machine can run, and why it cannot run the others."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .encoding.e5 import E5Encoder
from .encoding.layers import Layers, Stack
from .encoding.minilm import MiniLmEncoder
from .encoding.numpy_layers import NumpyLayers
from .encoding.onnx_layers import OnnxLayers, is_installed
from .encoding.weights import EncoderUnavailableError

E5, MINILM = "e5", "minilm"


class Encoder(Protocol):
    """`name` says which weights: vectors of two names are never compared. `languages`: None for any."""

    name: str
    languages: frozenset[str] | None

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row of length 1 for each text."""


@dataclass(frozen=True, slots=True)
class Encoders:
    """`missing`: for each that cannot run, why, in a sentence for the health page. `dictionary`: words that one of them
    knows to be spelled right. `are_slow`: without onnxruntime they take four times the CPU."""

    found: Mapping[str, Encoder]
    missing: Mapping[str, str]
    dictionary: frozenset[str] = frozenset()
    are_slow: bool = False


LOADERS: Mapping[str, Callable[[Callable[[Stack], Layers]], Encoder]] = {E5: E5Encoder, MINILM: MiniLmEncoder}


def load_encoders() -> Encoders:
    """Takes about half a second; never fails and opens no socket."""
    found: dict[str, Encoder] = {}
    missing: dict[str, str] = {}
    are_slow = not is_installed()
    load_layers = NumpyLayers if are_slow else OnnxLayers
    for key, load in LOADERS.items():
        try:
            found[key] = load(load_layers)
        except EncoderUnavailableError as error:
            missing[key] = str(error)
    english = found.get(MINILM)
    dictionary = english.dictionary if isinstance(english, MiniLmEncoder) else frozenset()
    return Encoders(found, missing, dictionary, are_slow)
