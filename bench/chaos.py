"""Breaks everything around the outbox, again and again, and counts the mails: `python -m bench.chaos` from the root.

Servers, workers and mail server are its own, in a folder of its own. Each line is a round of bookings, moves and
cancellations with one kind of fault; the last round has all of them at once. Lost, given up, doubled, called off and
unasked (a cancellation of what its reader never heard of) must be 0: `named` are second copies that the outbox itself
calls doubtful, `refused` mails that the server never took. The last columns say how late mails came, in seconds.
`--broken` shows that the count sees what is broken.
"""

import argparse
import sys
from typing import Any

from tests.chaos.scenario import launch, prepare
from tests.chaos.stand import open_stand

HOUR = 3600
WRONG = ("lost", "given_up", "doubled", "called_off", "unasked", "stolen", "unsettled")
NUMBERED = ("lost", "given_up", "doubled", "called_off", "unasked")
COLUMNS = (
    *("fault", "times", "mails due", "lost", "given up", "doubled", "called off", "unasked", "named", "refused"),
    *("p50", "p99", "max"),
)


def table_cells(name: str, times: object, verdict: dict[str, Any]) -> list[str]:
    wrong = [str(len(verdict[column])) for column in NUMBERED]
    late = [f"{verdict[column]:.1f}" for column in ("late_p50", "late_p99", "late_max")]
    return [name, str(times), str(verdict["expected"]), *wrong, str(verdict["named"]), str(verdict["bounced"]), *late]


def table_line(words: list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(words)} |"


def list_complaints(verdict: dict[str, Any]) -> list[str]:
    return [f"{name}: {verdict[name]}" for name in WRONG if verdict[name]]


def show_counterproofs() -> None:
    with open_stand() as stand:
        prepare(stand)
        for left_out in ((), ("fence",), ("skip-locked",), ("fence", "skip-locked")):
            verdict = launch(stand, "tests.chaos.counterproof", *left_out)["verdict"]
            print(f"without {' and '.join(left_out) or 'nothing'}: {list_complaints(verdict) or 'holds'}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=40, help="bookings in a round")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--broken", action="store_true", help="the counter-proofs instead")
    options = parser.parse_args()
    if options.broken:
        show_counterproofs()
        return 0
    with open_stand() as stand:
        prepare(stand)
        chosen = ("--size", str(options.size), "--seed", str(options.seed))
        report = launch(stand, "tests.chaos.long", *chosen, seconds=HOUR)
    print(table_line(COLUMNS))
    print(table_line(["---"] * len(COLUMNS)))
    for played in report["rounds"]:
        print(table_line(table_cells(played["name"], played["times"], played)))
    times = sum(played["times"] for played in report["rounds"])
    print(table_line(table_cells("together", times, report["total"])))
    wrong = [
        *list_complaints(report["total"]),
        *(word for played in report["rounds"] for word in list_complaints(played)),
    ]
    print("\n".join(wrong) or f"\n{report['total']['accepted']} mails taken, {times} faults, nothing lost.")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
