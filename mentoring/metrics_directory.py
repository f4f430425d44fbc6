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
# The web server locks this file, and its workers hold the lock with it until the last of them ends. Unlike a process
# number, a lock also tells of processes in another container that shares /tmp.
MARK = "in-use"


def make_directory() -> str:
    remove_left_behind()
    path = Path(mkdtemp(prefix=PREFIX))
    # Locked before it has its name, so that nobody finds it unlocked.
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
