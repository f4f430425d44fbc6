"""People who all act at one moment, each a process with a connection of its own that is kept, as a server's are.

Processes, since threads of one would mostly wait for each other in Python, whatever it is that they do.
"""

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from django.db import connection

from .cpu import CpuMeter

Acts = Mapping[str, Callable[..., object]]
# Enough for every process to have read what it is to do, and to wait for the moment.
RUN_UP = 0.1


class Racers:
    def __init__(self, pipes: Sequence[Connection]) -> None:
        self.pipes = pipes

    def run_race(self, act: str, tries: Sequence[tuple[Any, ...]]) -> tuple[Counter[str], list[float], list[float]]:
        """One process for each try: what became of them, how long each took, and how long processors worked for it, in
        milliseconds.
        """
        start = time.monotonic() + RUN_UP
        running = self.pipes[: len(tries)]
        for pipe, one in zip(running, tries, strict=True):
            pipe.send((act, one, start))
        outcomes, times, work = zip(*(pipe.recv() for pipe in running), strict=True)
        return Counter(outcomes), list(times), list(work)


@contextlib.contextmanager
def start_racers(count: int, acts: Acts) -> Iterator[Racers]:
    connection.close()
    context = get_context("fork")
    pipes = [context.Pipe() for _racer in range(count)]
    processes = [context.Process(target=_run_racer, args=(theirs, acts), daemon=True) for _ours, theirs in pipes]
    for process in processes:
        process.start()
    try:
        yield Racers([ours for ours, _theirs in pipes])
    finally:
        for ours, _theirs in pipes:
            ours.send(None)
        for process in processes:
            process.join()


def _run_racer(pipe: Connection, acts: Acts) -> None:
    from sessions_app.errors import SessionError

    meter = CpuMeter()
    while order := pipe.recv():
        act, tried, start = order
        database = meter.read_database()
        time.sleep(max(start - time.monotonic(), 0))
        began, python = time.perf_counter(), time.process_time_ns()
        try:
            outcome = "won" if acts[act](*tried) else "lost"
        except SessionError as error:
            outcome = f"refused: {error.code}"
        except Exception as error:
            outcome = f"failed: {type(error).__name__}"
        took, python = time.perf_counter() - began, time.process_time_ns() - python
        pipe.send((outcome, took * 1000, (python + meter.read_database() - database) / 1e6))
    connection.close()
