"""The best of many of whom only a bound is known, looking closely at as few as possible. Pure.

A threshold algorithm (R. Fagin, A. Lotem, M. Naor: Optimal aggregation algorithms for middleware, 2003): candidates
come in order of a bound on their place, places are found out exactly, and it ends when no bound can beat what is found.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, TypeVar


class Placed(Protocol):
    @property
    def place(self) -> Any: ...


C = TypeVar("C", bound=Placed)
F = TypeVar("F", bound=Placed)


def find_best(count: int, batches: Iterator[Sequence[C]], look: Callable[[Sequence[C]], list[F]]) -> list[F]:
    """The first `count` in order of their place, or all there are.

    `batches` give candidates in order of their bound; `look` finds out who of some is there at all, and where. No one's
    place lies before their bound.
    """
    found: list[F] = []
    for batch in batches:
        if len(found) == count and found[-1].place < batch[0].place:
            break
        found = sorted([*found, *look(batch)], key=lambda one: one.place)[:count]
        # Whoever is still to come stands behind the last of these: enough is known, maybe, without asking for more.
        if len(found) == count and found[-1].place <= batch[-1].place:
            break
    return found
