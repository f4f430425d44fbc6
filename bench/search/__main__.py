"""Searches over many mentors, beside other ways to answer them: `python -m bench.search` from the project's root.

    --mentors 1000 10000 100000     sizes; each world is made once and kept in a database of its own
    --ways ours ranking matrix      leaves out "expand" and "SQL", which take minutes among 100,000

Milliseconds for the data of one page (twenty people with their next three starts), median and p95, all ways alternated
in one run. "ours" is what the site does, "ranking" its statement over the index alone, "matrix" the same answer from a
byte for every five minutes of everyone's week in memory, with the page's people from the database: the practical
limit. "expand" computes everyone's slots (then the rows of the index are also let grow a day old), "SQL" does so in one
statement over the raw rules. "work" is how long processors work for one of ours, here and in the database, "× matrix"
that against the work of the matrix: on a machine that does other things too they tell more than the clock. Each mentor
has ten sessions to come and thirty behind. At the end one and four search at once while others book and cancel.
"""

import argparse
import subprocess
import sys
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from functools import partial
from statistics import median
from time import perf_counter
from types import ModuleType
from typing import TYPE_CHECKING

from django.utils import timezone

from bench.stand import bench_database

if TYPE_CHECKING:
    from bench.cpu import CpuMeter
    from search.criteria import SearchCriteria

    from .rivals import Matrix

ZONE = "Europe/London"
AIMS = {"popular topic, 35 %": 20, "usual topic, 5 %": 8, "rare topic, 0.5 %": 20, "nothing asked": 20}
DAY = timedelta(days=1)
WAYS = ("ours", "ranking", "matrix", "expand", "SQL")


def measure_milliseconds(act: Callable[[], object]) -> float:
    began = perf_counter()
    act()
    return (perf_counter() - began) * 1000


def percentile_95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


def format_times(times: list[float]) -> str:
    return f"{median(times):9.1f} {percentile_95(times):7.1f}" if times else f"{'–':>9} {'':7}"


def measure_size(mentors: int, rounds: int, slow_rounds: int, chosen: Collection[str]) -> None:
    from bench.cpu import CpuMeter
    from search.criteria import SearchCriteria, When

    from . import busy, hard, rivals, upkeep
    from .world import fill_world, freshen_rows

    now = timezone.now()
    seconds = fill_world(mentors, now=now)
    freshen_rows(now=now)
    wishes = {
        "popular topic, 35 %": SearchCriteria(topic="measured-popular"),
        "usual topic, 5 %": SearchCriteria(topic="measured-usual"),
        "rare topic, 0.5 %": SearchCriteria(topic="measured-rare"),
        "nothing asked": SearchCriteria(),
        "words": SearchCriteria(words="Should I take the counter-offer?"),
        "evenings": SearchCriteria(when=When.EVENING),
        "evenings, usual topic": SearchCriteria(when=When.EVENING, topic="measured-usual"),
        "weekend, 45 minutes": SearchCriteria(when=When.WEEKEND, lengths=(45,)),
    }
    topics = [wish.topic for wish in wishes.values() if wish.topic]
    matrix = rivals.Matrix.from_world(topics, now=now, zone=ZONE)
    print(f"\n{mentors:,} mentors" + (f"; the index was built in {seconds:.0f} s" if seconds else ""))
    print(f"{'':24}{'aim':>4}{'work':>7}{'× matrix':>10}", end="")
    print("".join(f"{way:>11}{'p95':>8}" for way in WAYS))
    meter = CpuMeter()
    for name, wish in wishes.items():
        ways = ways_of(wish, rivals, matrix, now, rounds, slow_rounds)
        ways = {way: once for way, once in ways.items() if way in chosen}
        check_agreement(name, wish, rivals, now, ways)
        print(table_row(name, ways, meter), flush=True)
    if "expand" in chosen:
        measure_stale_rows(wishes, rivals, now, rounds)
    hard.show_slowest(now, ZONE, measure_milliseconds)
    upkeep.show_upkeep(now)
    busy.show_busy(wishes, now=now, zone=ZONE)


Ways = dict[str, tuple[Callable[[], object], int]]


def ways_of(
    wish: "SearchCriteria", rivals: ModuleType, matrix: "Matrix", now: datetime, rounds: int, slow_rounds: int
) -> Ways:
    """Those that can answer this wish, each with how often it is asked.

    `matrix` and `SQL` know topics and evenings, but neither words nor lengths.
    """
    plain = not wish.words and not wish.lengths
    ways: Ways = {
        "ours": (lambda: rivals.our_answer(wish, now, ZONE), rounds),
        "ranking": (lambda: rivals.bare_ranking(wish, now, ZONE), rounds),
        "matrix": (lambda: matrix.page(wish, ZONE, now), rounds if plain else 0),
        "expand": (lambda: rivals.expand_all(wish, now, ZONE), slow_rounds if not wish.lengths else 0),
        "SQL": (lambda: rivals.set_based(wish, now), slow_rounds if plain and wish.is_any_time else 0),
    }
    return {way: once for way, once in ways.items() if once[1]}


def table_row(name: str, ways: Ways, meter: "CpuMeter") -> str:
    times: dict[str, list[float]] = {way: [] for way in WAYS}
    works: dict[str, list[float]] = {way: [] for way in WAYS}
    for turn in range(max(often for _act, often in ways.values())):
        for way, (act, often) in ways.items():
            if turn < often:
                began = perf_counter()
                works[way].append(meter.measure(act).both)
                times[way].append((perf_counter() - began) * 1000)
    work = {way: median(some) for way, some in works.items() if some}
    ratio = f"{work['ours'] / work['matrix']:10.2f}" if "ours" in work and "matrix" in work else f"{'–':>10}"
    ours = f"{work['ours']:7.1f}" if "ours" in work else f"{'–':>7}"
    return f"{name:24}{AIMS.get(name, 20):4}{ours}{ratio}" + "".join(f"  {format_times(times[way])} " for way in WAYS)


def check_agreement(name: str, wish: "SearchCriteria", rivals: ModuleType, now: datetime, ways: Ways) -> None:
    """Before anything is timed: every way gives the same people, in the same order, with the same times."""
    slow = {way: act for way, (act, _often) in ways.items() if way in ("expand", "SQL")}
    answer = rivals.our_answer(wish, now, ZONE) if slow else None
    for way, act in slow.items():
        other = act()
        if other != answer:
            sys.exit(f"{name}: {way} answers otherwise.\n{answer}\n{other}")


def measure_stale_rows(wishes: "dict[str, SearchCriteria]", rivals: ModuleType, now: datetime, rounds: int) -> None:
    """The same questions a day later, before and after the rows are looked at anew; answers stay exact."""
    from .world import freshen_rows

    tomorrow, before, after = now + DAY, {}, {}
    for name, wish in wishes.items():
        ways: Ways = {} if wish.lengths else {"expand": (partial(rivals.expand_all, wish, tomorrow, ZONE), 1)}
        before[name] = median(
            measure_milliseconds(partial(rivals.our_answer, wish, tomorrow, ZONE)) for _ in range(rounds)
        )
        check_agreement(name, wish, rivals, tomorrow, ways)
    freshen_rows(now=tomorrow)
    for name, wish in wishes.items():
        after[name] = median(
            measure_milliseconds(partial(rivals.our_answer, wish, tomorrow, ZONE)) for _ in range(rounds)
        )
    print("rows a day old, against fresh ones (exact both times):", end=" ")
    print(
        ", ".join(f"{name} {before[name]:.1f}/{after[name]:.1f} = {before[name] / after[name]:.1f}x" for name in wishes)
    )
    from search.models import MentorIndex

    MentorIndex.objects.update(fresh_until=now)
    freshen_rows(now=now)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mentors", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--slow-rounds", type=int, default=3, help="of the ways that take seconds")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS)
    options = parser.parse_args()
    if len(options.mentors) > 1:
        # Each size in a process of its own: Django knows one database.
        rounds = ["--rounds", str(options.rounds), "--slow-rounds", str(options.slow_rounds)]
        same = [*rounds, "--ways", *options.ways]
        for mentors in options.mentors:
            subprocess.run([sys.executable, "-m", "bench.search", "--mentors", str(mentors), *same], check=True)
        return
    with bench_database(f"search_{options.mentors[0]}"):
        measure_size(options.mentors[0], options.rounds, options.slow_rounds, options.ways)


if __name__ == "__main__":
    main()
