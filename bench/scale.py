"""Requests a second by web processes: `python -m bench.scale` from the project's root; prints a table.

The real server with 1, 2 and 4 processes of one thread each, directly at PostgreSQL and by way of PgBouncer, over the
world of bench.search; as many people as processes search, look at profiles and hold times, each waiting for an answer
before the next request. `linear` is the rate over that of one process times the number of processes: it falls when the
processors are full, which they are once `cores busy` comes near their number. People, PostgreSQL and pooler run on the
same machine, and `web` and `database` are the processor time that a request costs there.
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
COLUMNS = ("by way of", "processes", "requests/s", "linear", "cores busy", "web ms", "database ms", "p95 ms", "errors")


class Run(NamedTuple):
    rate: float
    cores: float
    web: float
    database: float
    p95: float
    errors: int


def database_seconds() -> float:
    """Seconds that PostgreSQL and PgBouncer have used on this machine; those of processes that ended are not known."""
    used = 0.0
    for process in psutil.process_iter(["name"]):
        if process.info["name"] in ("postgres", "pgbouncer"):
            with contextlib.suppress(psutil.Error):
                times = process.cpu_times()
                used += times.user + times.system
    return used


def busy_seconds() -> float:
    """Seconds that all processors of the machine have worked, whatever they did."""
    times = psutil.cpu_times()
    return times.user + times.system + times.nice + times.softirq + times.irq


def measure(variables: dict[str, str], processes: int, requests: int) -> Run:
    from local.ports import free_port

    port = free_port()
    with run_server(variables, port, workers=processes, threads=1) as master:
        from_outside(port, processes, 20, "", 0)  # warm
        web, database, busy, began = cpu_seconds(master), database_seconds(), busy_seconds(), time.perf_counter()
        met = from_outside(port, processes, requests, "", 1)
        seconds = time.perf_counter() - began
        times = sorted(one for kind in met["times"].values() for one in kind)
        count = len(times)
        return Run(
            rate=count / met["seconds"],
            cores=(busy_seconds() - busy) / seconds,
            web=1000 * (cpu_seconds(master) - web) / count,
            database=1000 * (database_seconds() - database) / count,
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
                alone = 0.0
                for processes in PROCESSES:
                    run = measure(own, processes, options.requests)
                    alone = alone or run.rate
                    linear = run.rate / alone / processes
                    cells = (name, processes, f"{run.rate:.0f}", f"{linear:.2f}", f"{run.cores:.2f}")
                    costs = (f"{run.web:.1f}", f"{run.database:.1f}", f"{run.p95:.0f}", run.errors)
                    print("| " + " | ".join(map(str, (*cells, *costs))) + " |", flush=True)


if __name__ == "__main__":
    main()
