"""What years of history cost: `python -m bench.history` from the project's root.

Every page, call, feed, scrape and act of the clock over 3,000, 100,000 and 1,000,000 bookings with all that belongs to
them; processor time of ours and of the database, each the middle of three. A world is filled once and kept; the first
run takes a quarter of an hour. `--only outcomes` measures what has this in its name, `--sizes 3000 100000` fewer.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from bench.stand import bench_database

ROOT = Path(__file__).resolve().parents[2]
SIZES = (3_000, 100_000, 1_000_000)
# As often as with the shortest history, and in so many milliseconds with the longest.
MOST_TIMES, MOST = 1.5, 300
Figures = dict[str, tuple[float, float, int]]


def measure_size(mentors: int, bookings: int, only: str) -> Figures:
    os.environ["TESTING"] = "1"
    with bench_database(f"history_{mentors}_{bookings}"):
        from bench.history.world import measure_world

        figures = measure_world(mentors, bookings, only=only)
        print(f"{database_size() / 2**20:,.0f} MiB in the database", file=sys.stderr)
        return figures


def database_size() -> int:
    """Bytes of all tables and indexes."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        size: int = cursor.fetchone()[0]
    return size


def from_another_process(mentors: int, bookings: int, only: str) -> Figures:
    words = ["--mentors", str(mentors), "--measure", str(bookings), "--only", only]
    command = [sys.executable, "-m", "bench.history", *words]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    figures: Figures = json.loads(done.stdout)
    return figures


def print_table(found: dict[int, Figures]) -> None:
    """The worst first: what costs most with the longest history."""
    sizes, least, most = list(found), min(found), max(found)
    heads = "".join(f"{size:>12,}" for size in sizes)
    print(f"\n{'':36}{heads}   times  SQL  statements")
    for name in sorted(found[most], key=lambda name: -sum(found[most][name][:2])):
        totals = [sum(found[size][name][:2]) for size in sizes]
        times, (_ours, database, statements) = totals[-1] / totals[0], found[most][name]
        is_bad = totals[-1] >= MOST or times > MOST_TIMES
        cells = "".join(f"{total:12.1f}" for total in totals)
        print(f"{name:36}{cells}{times:8.1f}{database:6.0f}{statements:6}{'  *' if is_bad else ''}")
    bad = sum(
        sum(figures[:2]) >= MOST or sum(figures[:2]) > MOST_TIMES * sum(found[least][name][:2])
        for name, figures in found[most].items()
    )
    print(f"\n{len(found[most])} in milliseconds, {bad} beyond the aim (*): {MOST_TIMES} times, {MOST} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mentors", type=int, default=1000)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--only", default="")
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        json.dump(measure_size(options.mentors, options.measure, options.only), sys.stdout)
        return
    found = {}
    for size in options.sizes:
        print(f"{size:,} bookings of {options.mentors:,} mentors, load {os.getloadavg()[0]:.1f}", flush=True)
        found[size] = from_another_process(options.mentors, size, options.only)
    print(f"load {os.getloadavg()[0]:.1f} at the end")
    print_table(found)


if __name__ == "__main__":
    main()
