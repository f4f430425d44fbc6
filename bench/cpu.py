"""How long processors work for an act: for this process, and for the database's process that serves its connection.

Unlike time on the clock, it hardly depends on what else the machine does. The database must run on this machine, and
the machine must be Linux.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from django.db import connection


class Cpu(NamedTuple):
    """Milliseconds of work."""

    python: float
    database: float

    @property
    def both(self) -> float:
        return self.python + self.database


class CpuMeter:
    """Measures acts on the connection that is open when it is made."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (pid,) = cursor.fetchone()
        self.process = Path(f"/proc/{pid}")

    def measure(self, act: Callable[[], object]) -> Cpu:
        database, python = self.read_database(), time.process_time_ns()
        act()
        python = time.process_time_ns() - python
        return Cpu(python / 1e6, (self.read_database() - database) / 1e6)

    def read_database(self) -> int:
        """Nanoseconds. The process works on for a moment after its answer, and its count is exact while it sleeps."""
        while self.process.joinpath("stat").read_text().rpartition(")")[2].split()[0] != "S":
            time.sleep(0.0005)
        return int(self.process.joinpath("schedstat").read_text().split()[0])
