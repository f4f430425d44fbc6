"""Numbers that say nothing of fewer than five people, alone or by subtracting one from another. Pure."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Generic, TypeVar

# Of fewer people a number isn't told: they could be guessed.
FEWEST = 5
Key = TypeVar("Key", bound=Hashable)


class Hidden(StrEnum):
    """`few`: fewer than five people. `kept_back`: it is, or a number of fewer than five would follow from it."""

    FEW = "few"
    KEPT_BACK = "kept_back"


@dataclass(frozen=True, slots=True)
class Cell:
    """A number, or why it isn't told."""

    value: int | None = None
    hidden: Hidden | None = None


FEW, KEPT_BACK = Cell(hidden=Hidden.FEW), Cell(hidden=Hidden.KEPT_BACK)


def is_enough(people: Sequence[int]) -> bool:
    return len(set(people)) >= FEWEST


def hide_alone(value: int, people: Sequence[int]) -> Cell:
    """A number that no other one contains. `people`: whom it is about."""
    return Cell(value) if is_enough(people) else FEW


def hide_nested(furthest: Sequence[Sequence[int]]) -> list[Cell]:
    """How many reached each stage, of which each contains the next.

    `furthest` has, for each stage, the people of whatever got to it and no further; people may come more than once.
    A stage is told if enough people reached it, and enough stayed behind since the last stage that is told. So each
    difference of two of the numbers is of enough people, too.
    """
    if not is_enough(list(chain(*furthest))):
        return [FEW] * len(furthest)
    cells, told = [Cell(len(list(chain(*furthest))))], 0
    for stage in range(1, len(furthest)):
        reached, behind = list(chain(*furthest[stage:])), list(chain(*furthest[told:stage]))
        if is_enough(reached) and is_enough(behind):
            cells.append(Cell(len(reached)))
            told = stage
        else:
            cells.append(KEPT_BACK)
    return cells


@dataclass(frozen=True, slots=True)
class Parts(Generic[Key]):
    """Groups that are told by themselves, largest first, and those that are told as one."""

    told: Sequence[Key]
    together: Sequence[Key]


def merge_small(groups: Mapping[Key, Sequence[int]]) -> Parts[Key]:
    """Which parts of a known whole are told alone: `groups` has the people of each.

    Small ones become one part with the next smallest, until it is of enough people and of two groups at least.
    """
    order = sorted(groups, key=lambda key: (len(set(groups[key])), len(groups[key]), str(key)))
    together = [key for key in order if not is_enough(groups[key])]
    rest = order[len(together) :]
    while together and rest and (len(together) < 2 or not is_enough([one for key in together for one in groups[key]])):
        together.append(rest.pop(0))
    return Parts(rest[::-1], together)
