"""The reader of this process, loaded when a search tells that there is another one, and what it remembers."""

import gc
import logging
import threading
from collections import OrderedDict
from functools import cache
from typing import TYPE_CHECKING

from django.db import DatabaseError, connection

from common.later import LaterModule
from search.models import StoredReader
from search.understanding.understood import Understanding

from .shared import connect_shared

# They need numpy, and most processes never read a question.
if TYPE_CHECKING:
    from search.understanding import encoders, trained
    from search.understanding import reader as readers
else:
    encoders, readers, trained = (
        LaterModule(f"search.understanding.{name}") for name in ("encoders", "reader", "trained")
    )

logger = logging.getLogger(__name__)

REMEMBERED = 2_000
# Encoders read one question at a time. Who would wait longer than this for their turn is read by the words alone.
LONGEST_WAIT = 0.1


@cache
def load_found() -> "encoders.Encoders":
    """What this machine can run; loaded once a process, since it takes half a second and 100 MB."""
    found = encoders.load_encoders()
    for key, why in found.missing.items():
        logger.warning("questions are read without %s: %s", key, why)
    if found.are_slow:
        logger.warning("onnxruntime is not installed: a new question takes four times the CPU")
    return found


class ReaderInUse:
    """One process has one of these; its threads share it."""

    def __init__(self) -> None:
        self._loading = threading.Lock()
        self.turn = threading.Lock()
        self._digest = ""
        self._reader: readers.Reader | None = None
        self._remembered: OrderedDict[tuple[str, str], Understanding] = OrderedDict()

    def get(self, digest: str) -> "readers.Reader | None":
        """The reader with this digest; None where it is gone again or can't be read."""
        if self._digest != digest:
            with self._loading:
                if self._digest != digest:
                    self._reader = _load_reader(digest)
                    self._digest = digest
                    # Its many small objects stay: the garbage collector would look through them again and again.
                    gc.freeze()
        return self._reader

    def understand(self, words: str, *, digest: str, typing: bool) -> Understanding | None:
        """What the words mean, or None where no reader can tell. `typing`: by the words alone, in under 1 ms."""
        reader = self.get(digest)
        if reader is None:
            return None
        if typing:
            return reader.read_typing(words)
        plain = " ".join(words.split())
        key = (digest, plain)
        if known := self._remembered.get(key):
            return known
        # A process that lacks an encoder reads otherwise.
        readings, name = connect_shared(), " ".join((digest, *sorted(load_found().found)))
        understanding = readings.get(plain, reader=name)
        if understanding is None:
            if not self.turn.acquire(timeout=LONGEST_WAIT):
                return reader.read_typing(words)
            try:
                understanding = reader.read(plain)
            finally:
                self.turn.release()
            readings.put(plain, understanding, reader=name)
        self._remember(key, understanding)
        return understanding

    def _remember(self, key: tuple[str, str], understanding: Understanding) -> None:
        with self._loading:
            self._remembered[key] = understanding
            while len(self._remembered) > REMEMBERED:
                self._remembered.popitem(last=False)


def _load_reader(digest: str) -> "readers.Reader | None":
    stored = unpack_stored(StoredReader.objects.filter(digest=digest).first())
    return readers.Reader(stored, load_found().found) if stored else None


def unpack_stored(stored: StoredReader | None) -> "trained.Trained | None":
    """What a stored reader was trained to; None where there is none, or where it is of another version."""
    if stored is None:
        return None
    try:
        return trained.Trained.from_bytes(bytes(stored.content))
    except trained.UnreadableReaderError:
        logger.exception("the stored reader can't be read; questions are read by their words alone")
        return None


IN_USE = ReaderInUse()


def warm_up() -> None:
    """Load what the first question would have to wait for. Without a database the first question waits after all."""
    try:
        if digest := StoredReader.objects.values_list("digest", flat=True).first():
            IN_USE.get(digest)
    except DatabaseError as error:
        logger.warning("the reader of questions is not loaded yet: %s", error)
    finally:
        connection.close()


def describe_state() -> str:
    """How well questions are read, for machines that watch: "ok", or what is missing."""
    if not StoredReader.objects.exists():
        return "untrained"
    missing = load_found().missing
    return f"without {', '.join(sorted(missing))}" if missing else "ok"
