"""The directory in which a web server's workers keep what they have counted, so that each can tell /metrics of all.

It goes with the process that made it. One that was killed can't remove its own, so the next that starts here does.
"""

import atexit
import fcntl
import os
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from tempfile import gettempdir, mkdtemp

PREFIX = "request-metrics-"
# Locked by whoever uses the directory: the web server, and its workers for as long as one of them is left. A lock also
# tells of processes that can't be seen from here, as in another container that has the same /tmp.
MARK = "in-use"


def make_directory() -> str:
    remove_left_behind()
    path = Path(mkdtemp(prefix=PREFIX))
    # Whoever sees the mark finds it locked already.
    new = path / f"{MARK}.new"
    fcntl.flock(os.open(new, os.O_CREAT | os.O_RDONLY, 0o600), fcntl.LOCK_EX)
    new.rename(path / MARK)
    atexit.register(_remove, path, os.getpid())
    return str(path)


def remove_left_behind() -> None:
    """Those that nobody uses any more. What can't be opened is another account's, or has no mark yet."""
    for mark in Path(gettempdir()).glob(f"{PREFIX}*/{MARK}"):
        with suppress(OSError):
            number = os.open(mark, os.O_RDONLY)
            try:
                fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
                rmtree(mark.parent)
            finally:
                os.close(number)


def _remove(path: Path, maker: int) -> None:
    """Workers are copies of their server, and end like it."""
    if os.getpid() == maker:
        rmtree(path, ignore_errors=True)
