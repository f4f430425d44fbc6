"""What something costs, in processor time (`bench.cpu`) and in statements."""

from collections.abc import Callable
from statistics import median
from typing import NamedTuple

from django.db import connection, transaction

from bench.cpu import CpuMeter

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
    meter = CpuMeter()
    costs = [_cost_of(do, meter) for _time in range(times + 1)][1:]
    middle = median(cost.total for cost in costs)
    return min(costs, key=lambda cost: abs(cost.total - middle))


def _cost_of(do: Callable[[], object], meter: CpuMeter) -> Cost:
    statements = 0

    def count_statement(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        nonlocal statements
        statements += 1
        return execute(sql, params, many, context)

    with transaction.atomic():
        with connection.execute_wrapper(count_statement):
            used = meter.measure(do)
        transaction.set_rollback(True)
    return Cost(used.python, used.database, statements)
