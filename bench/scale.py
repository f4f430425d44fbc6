"""Requests a second by web processes: `python -m bench.scale` from the project's root; prints a table.

The real server with 1, 2 and 4 processes of one thread each, directly at PostgreSQL and by way of PgBouncer, over the
world of bench.search; as many people as processes search, look at profiles and hold times, each waiting for an answer
before the next request. `linear` is the rate over that of one process times the number of processes: it falls when the
processors are full, which they are once `cores busy` comes near their number. People, PostgreSQL and pooler run on the
same machine. `web`, `database` and `pooler` are the processor time that a request costs there, which other work on the
machine hardly changes; `linear by cost` is what one process needs for a request over what each of several needs: it
stays near 1 for as long as more processes only share the processors out. `busiest` is what the process with the most
work did, over what each would have done if all had the same: far above 1, some of them waited for requests.
"""

import argparse
import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psutil
from django.utils import timezone

from .load import cpu_seconds, from_outside, run_server
from .stand import bench_database

PROCESSES = (1, 2, 4)
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


def by_worker(master: psutil.Process) -> dict[int, float]:
    """Seconds that each web process has worked, by its number."""
    return {child.pid: sum(child.cpu_times()[:2]) for child in master.children()}


def measure(variables: dict[str, str], processes: int, people: int, requests: int) -> Run:
    from local.ports import free_port

    port = free_port()
    with run_server(variables, port, workers=processes, threads=1) as master:
        from_outside(port, people, 20, "", 0)  # warm
        workers, web = by_worker(master), cpu_seconds(master)
        database, pooler = database_seconds(), seconds_used("pgbouncer")
        busy, began = busy_seconds(), time.perf_counter()
        met = from_outside(port, people, requests, "", 1)
        seconds = time.perf_counter() - began
        times = sorted(one for kind in met["times"].values() for one in kind)
        count = len(times)
        worked = [now - workers[number] for number, now in by_worker(master).items()]
        return Run(
            rate=count / met["seconds"],
            cores=(busy_seconds() - busy) / seconds,
            web=1000 * (cpu_seconds(master) - web) / count,
            database=1000 * (database_seconds() - database) / count,
            pooler=1000 * (seconds_used("pgbouncer") - pooler) / count,
            busiest=max(worked) / (sum(worked) / len(worked)),
            p95=times[int(count * 0.95)],
            errors=len(met["errors"]),
        )


@contextlib.contextmanager
def pooled(variables: dict[str, str]) -> Iterator[dict[str, str]]:
    from django.db import connection

    from tests.pooler import give_role_settings, run_pooler

    with (
        tempfile.TemporaryDirectory() as folder,
        give_role_settings(connection),
        run_pooler(connection, Path(folder), size=max(PROCESSES)) as address,
    ):
        yield variables | {"DATABASE_URL": address, "DATABASE_POOLER": "1"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mentors", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=300, help="of each person")
    parser.add_argument("--each", type=int, default=1, help="people for each process")
    options = parser.parse_args()
    with bench_database(f"search_{options.mentors}") as variables:
        from bench.search.world import fill_world
        from search.indexing import refresh_stale_rows

        now = timezone.now()
        fill_world(options.mentors, now=now)
        while refresh_stale_rows(now=now):
            pass
        print(f"{os.cpu_count()} processors, {options.mentors} mentors")
        print("| " + " | ".join(COLUMNS) + " |\n" + "|---" * len(COLUMNS) + "|")
        for name, way in (("PostgreSQL", contextlib.nullcontext), ("PgBouncer", pooled)):
            with way(variables) as own:
                alone = None
                for processes in PROCESSES:
                    run = measure(own, processes, processes * options.each, options.requests)
                    alone = alone or run
                    linear = run.rate / alone.rate / processes
                    cells = (name, processes, f"{run.rate:.0f}", f"{linear:.2f}", f"{run.cores:.2f}")
                    costs = (
                        f"{run.web:.1f}",
                        f"{run.database:.1f}",
                        f"{run.pooler:.1f}",
                        f"{alone.cost / run.cost:.2f}",
                        f"{run.busiest:.2f}",
                    )
                    print(
                        "| " + " | ".join(map(str, (*cells, *costs, f"{run.p95:.0f}", run.errors))) + " |", flush=True
                    )


if __name__ == "__main__":
    main()
