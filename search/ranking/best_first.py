"""Finds the best of many candidates of whom only a bound is known, looking closely at as few as possible. Pure.

A threshold algorithm (R. Fagin, A. Lotem, M. Naor: Optimal aggregation algorithms for middleware, 2003): candidates
come in order of a bound on their place, their places are found out exactly, and the search ends when no bound can beat
what is found.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, TypeVar


class Placed(Protocol):
    @property
    def place(self) -> Any: ...


C = TypeVar("C", bound=Placed)
F = TypeVar("F", bound=Placed)


def find_best(count: int, batches: Iterator[Sequence[C]], look: Callable[[Sequence[C]], list[F]]) -> list[F]:
    """The first `count` in order of their exact place, or all there are.

    The batches hold candidates in ascending order of their bound, which is their `place`. `look` returns those of a
    batch who really have a place, with the exact one; it must not lie before the bound.
    """
    found: list[F] = []
    for batch in batches:
        # Even the first bound of this batch can't beat the last one found, so the close look is saved.
        if len(found) == count and found[-1].place < batch[0].place:
            break
        found = sorted([*found, *look(batch)], key=lambda one: one.place)[:count]
        # All who are still to come have a bound at or behind the last of this batch, so often no further is needed.
        if len(found) == count and found[-1].place <= batch[-1].place:
            break
    return found
