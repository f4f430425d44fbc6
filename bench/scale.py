"""Requests a second by web processes: `python -m bench.scale` from the project's root; prints a table.

The real server with 1, 2 and 4 processes of one thread each, over the world of bench.search: directly at PostgreSQL,
by one PgBouncer that all of them share, and as on several machines, where each web server has one process and a
PgBouncer of its own; as many people as processes search, look at profiles and hold times, each waiting for an answer
before the next request. `linear` is the rate over that of one process times the number of processes: it falls when the
processors are full, which they are once `cores busy` comes near their number. People, PostgreSQL and pooler run on the
same machine. `web`, `database` and `pooler` are the processor time that a request costs there, which other work on the
machine hardly changes; `linear by cost` is what one process needs for a request over what each of several needs: it
stays near 1 for as long as more processes only share the processors out. `busiest` is what the process with the most
work did, over what each would have done if all had the same: far above 1, some of them waited for requests.
"""

import argparse
import contextlib
import itertools
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

import psutil
from django.utils import timezone

from .load import cpu_seconds, from_outside, run_server
from .stand import bench_database

PROCESSES = (1, 2, 4)
DIRECTLY, SHARED, OWN = WAYS = ("PostgreSQL", "one PgBouncer", "a PgBouncer each")
COLUMNS = (
    "by way of",
    "processes",
    "requests/s",
    "linear",
    "cores busy",
    "web ms",
    "database ms",
    "pooler ms",
    "linear by cost",
    "busiest",
    "p95 ms",
    "errors",
)


class Run(NamedTuple):
    rate: float
    cores: float
    web: float
    database: float
    pooler: float
    busiest: float
    p95: float
    errors: int

    @property
    def cost(self) -> float:
        return self.web + self.database + self.pooler


def seconds_used(program: str, words: str = "") -> float:
    """By all processes of a program whose command line has these words; those of ended ones aren't known."""
    used = 0.0
    for process in psutil.process_iter(["name"]):
        if process.info["name"] == program:
            with contextlib.suppress(psutil.Error):
                times = process.cpu_times()
                used += times.user + times.system if words in " ".join(process.cmdline()) else 0
    return used


def database_seconds() -> float:
    """Of PostgreSQL's connections to this database: other databases may be in use beside it."""
    from django.db import connection

    return seconds_used("postgres", f" {connection.settings_dict['NAME']} ")


def busy_seconds() -> float:
    """Seconds that all processors of the machine have worked, whatever they did."""
    times = psutil.cpu_times()
    return times.user + times.system + times.nice + times.softirq + times.irq


def by_worker(masters: Sequence[psutil.Process]) -> dict[int, float]:
    """Seconds that each web process has worked, by its number."""
    return {child.pid: sum(child.cpu_times()[:2]) for master in masters for child in master.children()}


def measure(servers: Sequence[dict[str, str]], processes: int, people: int, requests: int, seed: int) -> Run:
    """`servers` are the variables of each web server; all of them together have so many processes of one thread.

    `seed` is another one each time: the same people again would be told that they hold too many times.
    """
    from local.ports import free_port

    ports = [free_port() for _server in servers]
    with contextlib.ExitStack() as running:
        masters = [
            running.enter_context(run_server(variables, port, workers=processes // len(servers), threads=1))
            for variables, port in zip(servers, ports, strict=True)
        ]

        def web_seconds() -> float:
            return sum(map(cpu_seconds, masters))

        from_outside(ports, people, 20, "", 2 * seed)  # warm
        workers, web = by_worker(masters), web_seconds()
        database, pooler = database_seconds(), seconds_used("pgbouncer")
        busy, began = busy_seconds(), time.perf_counter()
        met = from_outside(ports, people, requests, "", 2 * seed + 1)
        seconds = time.perf_counter() - began
        times = sorted(one for kind in met["times"].values() for one in kind)
        count = len(times)
        worked = [now - workers[number] for number, now in by_worker(masters).items()]
        return Run(
            rate=count / met["seconds"],
            cores=(busy_seconds() - busy) / seconds,
            web=1000 * (web_seconds() - web) / count,
            database=1000 * (database_seconds() - database) / count,
            pooler=1000 * (seconds_used("pgbouncer") - pooler) / count,
            busiest=max(worked) / (sum(worked) / len(worked)),
            p95=times[int(count * 0.95)],
            errors=len(met["errors"]),
        )


@contextlib.contextmanager
def behind_poolers(variables: dict[str, str], count: int, *, size: int) -> Iterator[list[dict[str, str]]]:
    """The variables of so many web servers, each with a pooler of its own that has `size` connections."""
    from django.db import connection

    from tests.pooler import give_role_settings, run_pooler

    with give_role_settings(connection), contextlib.ExitStack() as running:
        folders = [Path(running.enter_context(tempfile.TemporaryDirectory())) for _server in range(count)]
        addresses = [running.enter_context(run_pooler(connection, folder, size=size)) for folder in folders]
        yield [variables | {"DATABASE_URL": address, "DATABASE_POOLER": "1"} for address in addresses]


@contextlib.contextmanager
def run_way(way: str, variables: dict[str, str], processes: int) -> Iterator[list[dict[str, str]]]:
    """The variables of the web servers that together have so many processes, for as long as their poolers run."""
    if way == DIRECTLY:
        yield [variables]
    else:
        count, size = (1, processes) if way == SHARED else (processes, 1)
        with behind_poolers(variables, count, size=size) as servers:
            yield servers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mentors", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=300, help="of each person")
    parser.add_argument("--each", type=int, default=1, help="people for each process")
    parser.add_argument("--processes", type=int, nargs="+", default=PROCESSES)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS)
    options = parser.parse_args()
    with bench_database(f"search_{options.mentors}") as variables:
        from bench.search.world import fill_world
        from search.indexing import refresh_stale_rows

        now = timezone.now()
        fill_world(options.mentors, now=now)
        while refresh_stale_rows(now=now):
            pass
        runs: dict[tuple[str, int], list[Run]] = {(way, n): [] for way in options.ways for n in options.processes}
        seeds = itertools.count()
        for _round in range(options.rounds):
            for (way, processes), own in runs.items():
                people = processes * options.each
                with run_way(way, variables, processes) as servers:
                    own.append(measure(servers, processes, people, options.requests, next(seeds)))
                print(".", end="", flush=True)
        print(f"\n{os.cpu_count()} processors, {options.mentors} mentors, middle of {options.rounds} rounds in turns")
        print("| " + " | ".join(COLUMNS) + " |\n" + "|---" * len(COLUMNS) + "|")
        for (way, processes), own in runs.items():
            print("| " + " | ".join(cells_of(way, processes, own, runs[way, min(options.processes)])) + " |")


def cells_of(way: str, processes: int, runs: list[Run], alone: list[Run]) -> list[str]:
    """Of one row. What it is compared with was measured in the same round; `linear` has its extremes, too."""
    linear = [run.rate / one.rate / processes for run, one in zip(runs, alone, strict=True)]
    cost = median(one.cost / run.cost for run, one in zip(runs, alone, strict=True))
    middle = Run(*(median(values) for values in zip(*runs, strict=True)))
    extremes = f" ({min(linear):.2f} to {max(linear):.2f})" if len(runs) > 1 else ""
    return [
        way,
        str(processes),
        f"{middle.rate:.0f}",
        f"{median(linear):.2f}{extremes}",
        f"{middle.cores:.2f}",
        *(f"{each:.1f}" for each in (middle.web, middle.database, middle.pooler)),
        f"{cost:.2f}",
        f"{middle.busiest:.2f}",
        f"{middle.p95:.0f}",
        str(sum(run.errors for run in runs)),
    ]


if __name__ == "__main__":
    main()
