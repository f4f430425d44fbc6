"""Stops a process in the middle of what it does, and lets it go on."""

import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

# Seconds; only for a machine on its knees.
PATIENCE = 120.0


def stop_process(pid: int) -> None:
    stop_processes([pid])


def stop_processes(pids: Iterable[int]) -> None:
    """Return when every thread of these processes stands still.

    The signal alone goes to one of a process' threads, which stops the others once it runs: on a busy machine they go
    on meanwhile. A process that has ended is no error.
    """
    told = list(pids)
    for pid in told:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
    end = time.monotonic() + PATIENCE
    while not all(stands_still(pid) for pid in told):
        if time.monotonic() > end:
            raise TimeoutError(f"not all of {told} stand still")
        time.sleep(0.002)


def stands_still(pid: int) -> bool:
    """Whether no thread of the process runs: all are stopped, or have ended."""
    return all(_state_of(thread) in "TtZX" for thread in Path(f"/proc/{pid}/task").glob("*"))


def _state_of(thread: Path) -> str:
    with suppress(OSError):
        return (thread / "stat").read_text().rpartition(")")[2].split()[0]
    return "X"


def let_go_on(pids: Iterable[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
