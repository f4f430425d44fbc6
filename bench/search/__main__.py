"""Searches over many mentors, beside other ways to answer them: `python -m bench.search` from the project's root.

    --mentors 1000 10000 100000     sizes; each world is made once and kept in a database of its own

Milliseconds for the data of one page (twenty people with their next three starts), median and p95, all ways alternated
in one run. "ours" is what the site does, "ranking" its statement over the index alone, "matrix" the same answer from a
byte for every five minutes of everyone's week in memory, with the page's people from the database: the practical
limit. "expand" computes everyone's slots, "one SQL" does so in one statement over the raw rules. Each mentor has ten
sessions to come and thirty behind. At the end one and four search at once while others book and cancel.
"""

import argparse
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from statistics import median
from time import perf_counter
from types import ModuleType
from typing import TYPE_CHECKING

from django.utils import timezone

from bench.stand import bench_database

if TYPE_CHECKING:
    from search.criteria import SearchCriteria

    from .rivals import Matrix

ZONE = "Europe/London"
AIMS = {"popular topic, 35 %": 20, "usual topic, 5 %": 8, "rare topic, 0.5 %": 20, "nothing asked": 20}
DAY = timedelta(days=1)


def measure_milliseconds(act: Callable[[], object]) -> float:
    began = perf_counter()
    act()
    return (perf_counter() - began) * 1000


def percentile_95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


def format_times(times: list[float]) -> str:
    return f"{median(times):9.1f} {percentile_95(times):7.1f}" if times else f"{'–':>9} {'':7}"


def measure_size(mentors: int, rounds: int, slow_rounds: int) -> None:
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
    print(f"{'':24}{'ours':>9}{'p95':>8}{'aim':>5}{'ranking':>9}{'p95':>8}{'matrix':>10}{'p95':>8}", end="")
    print(f"{'expand':>10}{'p95':>8}{'one SQL':>10}{'p95':>8}   ours/matrix  ours/SQL")
    for name, wish in wishes.items():
        print(table_row(name, wish, rivals, matrix, now, rounds, slow_rounds), flush=True)
    measure_stale_rows(wishes, rivals, now, rounds)
    hard.show_slowest(now, ZONE, measure_milliseconds)
    upkeep.show_upkeep(now)
    busy.show_busy(wishes, now=now, zone=ZONE)


def table_row(
    name: str,
    wish: "SearchCriteria",
    rivals: ModuleType,
    matrix: "Matrix",
    now: datetime,
    rounds: int,
    slow_rounds: int,
) -> str:
    """`matrix` and `one SQL` know topics and evenings, but neither words nor lengths."""
    plain = not wish.words and not wish.lengths
    anytime = wish.is_any_time
    ways: dict[str, tuple[Callable[[], object], int]] = {
        "ours": (lambda: rivals.our_answer(wish, now, ZONE), rounds),
        "ranking": (lambda: rivals.bare_ranking(wish, now, ZONE), rounds),
        "matrix": (lambda: matrix.page(wish, ZONE, now), rounds if plain else 0),
        "expand": (lambda: rivals.expand_all(wish, now, ZONE), slow_rounds if not wish.lengths else 0),
        "SQL": (lambda: rivals.set_based(wish, now), slow_rounds if plain and anytime else 0),
    }
    check_agreement(name, wish, rivals, now, plain and anytime)
    times: dict[str, list[float]] = {way: [] for way in ways}
    for turn in range(rounds):
        for way, (act, often) in ways.items():
            if turn < often:
                times[way].append(measure_milliseconds(act))
    ratios = [
        f"{median(times['ours']) / median(times[way]):11.3g}" if times[way] else f"{'–':>11}"
        for way in ("matrix", "SQL")
    ]
    return (
        f"{name:24}{format_times(times['ours'])}{AIMS.get(name, 20):5}"
        + "".join(format_times(times[way]) for way in ("ranking", "matrix", "expand", "SQL"))
        + " ".join(ratios)
    )


def check_agreement(name: str, wish: "SearchCriteria", rivals: ModuleType, now: datetime, by_sql: bool) -> None:
    """Before anything is timed: every way gives the same people, in the same order, with the same times."""
    answer = rivals.our_answer(wish, now, ZONE)
    others = {} if wish.lengths else {"expand": rivals.expand_all(wish, now, ZONE)}
    if by_sql:
        others["one SQL"] = rivals.set_based(wish, now)
    for way, other in others.items():
        if other != answer:
            sys.exit(f"{name}: {way} answers otherwise.\n{answer}\n{other}")


def measure_stale_rows(wishes: "dict[str, SearchCriteria]", rivals: ModuleType, now: datetime, rounds: int) -> None:
    """The same questions a day later, before and after the rows are looked at anew; answers stay exact."""
    from .world import freshen_rows

    tomorrow, before, after = now + DAY, {}, {}
    for name, wish in wishes.items():
        before[name] = median(
            measure_milliseconds(partial(rivals.our_answer, wish, tomorrow, ZONE)) for _ in range(rounds)
        )
        check_agreement(name, wish, rivals, tomorrow, False)
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
    options = parser.parse_args()
    if len(options.mentors) > 1:
        # Each size in a process of its own: Django knows one database.

        for mentors in options.mentors:
            rounds = ["--rounds", str(options.rounds), "--slow-rounds", str(options.slow_rounds)]
            subprocess.run([sys.executable, "-m", "bench.search", "--mentors", str(mentors), *rounds], check=True)
        return
    with bench_database(f"search_{options.mentors[0]}"):
        measure_size(options.mentors[0], options.rounds, options.slow_rounds)


if __name__ == "__main__":
    main()
