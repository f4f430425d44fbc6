"""What training leaves behind: everything a reader needs beside its encoders, as one piece of bytes."""

import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from .material import Example, Material
from .scoring import Settings

VERSION = 1
Halves = NDArray[np.float16]


class UnreadableReaderError(ValueError):
    """These bytes are no reader of this version."""


@dataclass(frozen=True, slots=True)
class EncoderPart:
    """What one encoder knows of the texts, in the order of `Trained.rows`; half precision is enough to compare.

    `vectors` are as the encoder gave them for texts in its languages, and zero for others; `mean` is theirs.
    """

    mean: Halves
    vectors: Halves
    weights: Halves
    bias: Halves


@dataclass(frozen=True, slots=True)
class Trained:
    """`rows`: the examples, with names as examples of their topics, sorted by topic. `encoders`: for each part the name
    of the encoder whose vectors it has. `check`: how it did in its own cross-validation. `digest`: of everything that
    went into it."""

    material: Material
    rows: tuple[Example, ...]
    parts: Mapping[str, EncoderPart]
    encoders: Mapping[str, str]
    weak_phrases: frozenset[tuple[str, str]]
    known_words: frozenset[str]
    settings: Settings
    check: Mapping[str, float]
    digest: str

    def to_bytes(self) -> bytes:
        told = {
            "version": VERSION,
            "names": [[topic, list(others)] for topic, others in self.material.names.items()],
            "examples": [[row.topic, row.language, row.text] for row in self.material.examples],
            "rows": [[row.topic, row.language, row.text] for row in self.rows],
            "encoders": dict(self.encoders),
            "weak_phrases": sorted(map(list, self.weak_phrases)),
            "known_words": sorted(self.known_words),
            "settings": asdict(self.settings),
            "check": dict(self.check),
            "digest": self.digest,
        }
        arrays = {
            f"{name}/{field}": getattr(part, field)
            for name, part in self.parts.items()
            for field in EncoderPart.__dataclass_fields__
        }
        file = io.BytesIO()
        text = np.frombuffer(json.dumps(told, ensure_ascii=False).encode(), np.uint8)
        np.savez_compressed(file, allow_pickle=False, told=text, **arrays)
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Trained":
        """Raises UnreadableReaderError for bytes of another version or of something else."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
                told = json.loads(arrays["told"].tobytes())
                if told["version"] != VERSION:
                    raise UnreadableReaderError(f"version {told['version']}")
                names = {key.split("/")[0] for key in arrays.files if "/" in key}
                parts = {
                    name: EncoderPart(
                        **{field: arrays[f"{name}/{field}"] for field in EncoderPart.__dataclass_fields__}
                    )
                    for name in sorted(names)
                }
        except (OSError, KeyError, ValueError, EOFError, BadZipFile) as error:
            raise UnreadableReaderError(str(error)) from error
        examples = tuple(Example(*row) for row in told["examples"])
        return cls(
            material=Material({topic: tuple(others) for topic, others in told["names"]}, examples),
            rows=tuple(Example(*row) for row in told["rows"]),
            parts=parts,
            encoders=told["encoders"],
            weak_phrases=frozenset((topic, text) for topic, text in told["weak_phrases"]),
            known_words=frozenset(told["known_words"]),
            settings=Settings(**told["settings"]),
            check=told["check"],
            digest=told["digest"],
        )
