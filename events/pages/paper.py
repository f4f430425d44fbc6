"""What lies on the tables, on paper."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .plan_page import PlannedRound


@dataclass(frozen=True, slots=True)
class TableSign:
    """`rows`: each round in which someone sits there, those who come to the table, and the mentor or the other one."""

    table: str
    rows: Sequence[tuple[PlannedRound, str, str]]


def list_signs(rounds: Iterable[PlannedRound]) -> list[TableSign]:
    """One for each table, in the tables' order; none for meetings that have no table."""
    found: dict[tuple[int, str], list[tuple[PlannedRound, str, str]]] = defaultdict(list)
    for one in rounds:
        for place, names, host in one.at_places:
            if place[1]:
                found[place].append((one, names, host))
    return [TableSign(place[1], rows) for place, rows in sorted(found.items())]
