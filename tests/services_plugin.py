"""Starts PostgreSQL and Redis before pytest-django reads the settings; loaded by `-p` in pyproject.toml.

Several runs at once, and a running script/server, don't disturb each other: every run takes a slot, which names its
database and numbers its Redis database.
"""

import atexit
import fcntl
import os
from pathlib import Path

import pytest

from local.places import data_dir
from local.servers import Servers
from local.variables import TEST_SLOTS, base_variables, for_tests


def _take_slot(folder: Path) -> tuple[int, int]:
    """A number that no other run has, and the lock that keeps it ours as long as we live."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(TEST_SLOTS):
        lock = os.open(folder / f"{number}.lock", os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
        else:
            return number, lock
    raise pytest.UsageError(f"{TEST_SLOTS} test runs at once are the most.")


_servers = Servers(data_dir())
_servers.start()
atexit.register(_servers.stop)  # not a hook of pytest: those are not called when it fails to start
_slot, _lock = _take_slot(data_dir() / "test-slots")
os.environ.update(base_variables() | for_tests(_servers.urls, _slot))
