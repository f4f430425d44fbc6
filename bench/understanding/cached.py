"""Encoders that remember on disk what they have embedded, since a measurement asks for the same texts again."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.understanding.encoders import Encoder


class CachedEncoder:
    def __init__(self, encoder: Encoder, folder: Path) -> None:
        self.name, self.languages = encoder.name, encoder.languages
        self._encoder = encoder
        self._path = folder / f"{encoder.name}.npz"
        self._known: dict[str, NDArray[np.float32]] = {}
        if self._path.exists():
            with np.load(self._path, allow_pickle=False) as stored:
                self._known = dict(zip(stored["keys"].tolist(), stored["rows"], strict=True))

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        keys = [hashlib.sha256(text.encode("utf-8", "replace")).hexdigest() for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        if missing:
            self._known.update(zip(missing, self._encoder.embed(list(missing.values())), strict=True))
        return np.array([self._known[key] for key in keys], np.float32).reshape(len(keys), -1)

    def save(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(self._path, keys=np.array(list(self._known)), rows=np.array(list(self._known.values())))
