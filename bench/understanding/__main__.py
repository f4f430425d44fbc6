"""How well questions are read: `python -m bench.understanding` from the project's root.

    --questions FILE    labelled questions, one JSON object a line; measured where they lie, never trained on
    --misses 30         lists the questions whose cards fit worst
    --today             the reading by words of the site as it is, which starts the embedded database
    --tune              tries settings: on the examples by cross-validation, and on the questions given
    --cache DIR         keeps vectors of texts between runs

Cards (P@5): of the first five people in an invented world of 1,000 mentors, soonest first, the share who have a topic
that would help. None: how often nobody of the five has even a related one. Core: how often no topic claimed is related.
Questions about nothing that mentors know count for `outside` only.
"""

import argparse
import os
from pathlib import Path

# Before NumPy is loaded: one thread, as on a busy server.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=Path, action="append", default=[])
    parser.add_argument("--misses", type=int, default=0)
    parser.add_argument("--today", action="store_true")
    parser.add_argument("--tune", action="store_true")
    parser.add_argument("--cache", type=Path, default=ROOT / "var" / "bench-understanding")
    arguments = parser.parse_args()

    from bench.understanding.measure import Bench

    own = ROOT / "tests" / "search" / "understanding" / "fixture.json"
    bench = Bench(ROOT, arguments.cache)
    if arguments.today:
        bench.read_today((own, *arguments.questions))
    for path in (own, *arguments.questions):
        bench.show_table(path)
        bench.show_groups(path)
        if arguments.misses:
            bench.show_misses(path, arguments.misses)
    if arguments.tune:
        bench.show_tuning((own, *arguments.questions))
    bench.show_costs()
    bench.save()


if __name__ == "__main__":
    main()
