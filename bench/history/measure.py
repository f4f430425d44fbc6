"""What something costs: processor time of this process and of the server process behind its connection.

Other work on the machine lengthens how long it takes, but hardly this.
"""

from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import process_time_ns
from typing import NamedTuple

from django.db import connection, transaction

TIMES = 3


class Cost(NamedTuple):
    """In milliseconds: of ours, of the database; and how many statements."""

    ours: float
    database: float
    statements: int

    @property
    def total(self) -> float:
        return self.ours + self.database


def measure_cost(do: Callable[[], object], *, times: int = TIMES) -> Cost:
    """The middle one of several, after one that isn't counted. What it writes is undone."""
    costs = [_cost_of(do) for _time in range(times + 1)][1:]
    middle = median(cost.total for cost in costs)
    return min(costs, key=lambda cost: abs(cost.total - middle))


def _cost_of(do: Callable[[], object]) -> Cost:
    statements = 0

    def count_statement(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        nonlocal statements
        statements += 1
        return execute(sql, params, many, context)

    with transaction.atomic():
        used = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
        theirs, ours = _nanoseconds(used), process_time_ns()
        with connection.execute_wrapper(count_statement):
            do()
        cost = Cost((process_time_ns() - ours) / 1e6, (_nanoseconds(used) - theirs) / 1e6, statements)
        transaction.set_rollback(True)
    return cost


def _nanoseconds(used: Path) -> int:
    return int(used.read_text().split()[0])
