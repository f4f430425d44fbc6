"""Vectors of the examples that come with the product, so that the first training takes seconds and not minutes.

`python -m search.understanding.bundled` writes the file again after examples were changed by hand; it needs both
encoders, and runs them exactly. Whatever is not in it is computed where it is missing. One byte a number: a hundredth
of a vector's length is lost, less than one encoder's four bits lose.
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .encoders import LOADERS, Encoder
from .encoding.numpy_layers import NumpyLayers
from .material import EXAMPLES_FOLDER, Material, load_examples
from .training import collect_texts

FILE = EXAMPLES_FOLDER / "vectors.npz"
LARGEST = 127


def load_bundled(
    texts: Iterable[str], encoders: Mapping[str, Encoder], path: Path = FILE
) -> dict[str, dict[str, NDArray[np.float32]]]:
    """For each encoder the vectors of those texts that the file has, if they are this encoder's."""
    wanted = {_key(text): text for text in texts}
    found: dict[str, dict[str, NDArray[np.float32]]] = {}
    if not path.exists():
        return found
    with np.load(path, allow_pickle=False) as stored:
        for key, encoder in encoders.items():
            if f"{encoder.name}/keys" in stored.files:
                keys, rows = stored[f"{encoder.name}/keys"].tolist(), stored[f"{encoder.name}/rows"]
                found[key] = {
                    wanted[number]: _unit(row) for number, row in zip(keys, rows, strict=True) if number in wanted
                }
    return found


def write_bundled(material: Material, encoders: Mapping[str, Encoder], path: Path = FILE) -> int:
    arrays: dict[str, NDArray[np.generic]] = {}
    for key, encoder in encoders.items():
        texts = sorted(collect_texts(material, encoder))
        known = load_bundled(texts, {key: encoder}, path).get(key, {})
        missing = [text for text in texts if text not in known]
        if missing:
            known.update(zip(missing, encoder.embed(missing), strict=True))
        rows = np.array([known[text] for text in texts], np.float32)
        largest = np.abs(rows).max(axis=1, keepdims=True)
        arrays[f"{encoder.name}/keys"] = np.array([_key(text) for text in texts], np.uint64)
        arrays[f"{encoder.name}/rows"] = np.rint(rows / largest * LARGEST).astype(np.int8)
    np.savez_compressed(path, allow_pickle=False, **arrays)
    return sum(len(rows) for name, rows in arrays.items() if name.endswith("rows"))


def _unit(row: NDArray[np.int8]) -> NDArray[np.float32]:
    vector = row.astype(np.float32)
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def _key(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:8], "big")


if __name__ == "__main__":
    examples = load_examples()
    material = Material.of({topic: () for topic in examples if topic}, examples)
    exact = {key: load(NumpyLayers) for key, load in LOADERS.items()}
    print(write_bundled(material, exact), "vectors")
