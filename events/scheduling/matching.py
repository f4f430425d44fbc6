"""The best pairs of one round among people who may all meet each other, as a small integer program."""

from collections.abc import Mapping

import numpy as np

from .network import has_solver, new_solver
from .problem import Pair
from .rounds import Tables

__all__ = ["has_solver", "match_best"]


def match_best(gains: Mapping[Pair, int], tables: Tables, seconds: float) -> list[Pair] | None:
    """The pairs that gain most together, each person once and all at tables; none if there was no time to find out."""
    if not gains:
        return []
    pairs = sorted(gains)
    rows: dict[str, int] = {}
    for pair in pairs:
        for key in pair:
            rows.setdefault(key, len(rows))
    problem = tables.problem
    entries = [
        [rows[one], rows[other]]
        + [len(rows)] * problem.shares_table(one, other)
        + [len(rows) + 1] * (problem.shares_table(one, other) and problem.needs_screen(one, other))
        for one, other in pairs
    ]
    most = np.array([*[1.0] * len(rows), *map(float, tables.most)])
    starts = np.cumsum([0, *map(len, entries)])[:-1].astype(np.int32)
    index = np.concatenate([np.array(entry, np.int32) for entry in entries])
    count, none = len(pairs), np.zeros(0, np.int32)
    solver = new_solver()
    solver.addRows(len(most), np.zeros(len(most)), most, 0, np.zeros(len(most), np.int32), none, np.zeros(0))
    costs = -np.array([float(gains[pair]) for pair in pairs])
    solver.addCols(count, costs, np.zeros(count), np.ones(count), len(index), starts, index, np.ones(len(index)))
    solver.changeColsIntegrality(count, np.arange(count, dtype=np.int32), np.ones(count, np.uint8))
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("time_limit", max(0.0, seconds))
    solver.run()
    values = np.array(solver.getSolution().col_value)
    if len(values) != count or solver.getInfo().primal_solution_status != 2:
        return None
    return [pair for pair, value in zip(pairs, values.tolist(), strict=True) if value > 0.5]
