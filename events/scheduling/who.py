"""Who meets whom in an event, without saying when: the fairest choice of pairs, one goal after the other."""

from dataclasses import dataclass

import numpy as np

from .matrices import Flags, Matrices, build_matrices
from .network import Network, OutOfTimeError, Prices, Value, has_solver
from .problem import Goal, Pair, Person, Problem, Stage

SECONDS = 20.0
__all__ = ["Choice", "choose_again", "choose_beside", "choose_pairs", "has_solver"]


@dataclass(frozen=True)
class Choice:
    """The pairs, and what is known of each goal: with its prices, anyone can work out its bound again."""

    pairs: list[Pair]
    stages: tuple[Stage, ...]
    prices: tuple[Prices, ...] = ()
    is_cut_short: bool = False

    @property
    def values(self) -> list[int]:
        return [stage.value for stage in self.stages]


def choose_pairs(problem: Problem, locked: set[Pair], *, seconds: float = SECONDS) -> Choice:
    """The best pairs for mentees' counts, mentors' counts, musts and points, in this order."""
    matrices = build_matrices(problem)
    return _reach(problem, matrices, locked, seconds, _usual_goals(matrices))


def choose_again(
    problem: Problem, locked: set[Pair], promised: set[Pair], filled: set[Pair], level: int, *, seconds: float
) -> Choice:
    """The same, but first only up to `level` meetings each, then with as many as possible of the promised pairs.

    `filled` are pairs that would fill holes of the present plan without moving anyone. They come next, and if nobody
    below the level gains more, promised and filled pairs are the answer.
    """
    matrices = build_matrices(problem, promised | filled)
    floor = Value(mentees=_gains_up_to(level, matrices))
    goals = {
        Goal.FLOOR: floor,
        Goal.PROMISES: Value(pairs=matrices.mark(promised).astype(np.int64)),
        Goal.HOLES: Value(pairs=matrices.mark(filled).astype(np.int64)),
        **_usual_goals(matrices),
    }
    best = _reach(problem, matrices, locked, seconds, {Goal.FLOOR: floor})
    if best.values == [_value_of(matrices.kept, matrices, floor)]:
        return Choice(sorted(promised | filled), best.stages)
    return _reach(problem, matrices, locked, seconds, goals)


def _gains_up_to(level: int, matrices: Matrices) -> dict[int, list[int]]:
    gains = _even_gains(matrices.mentees, matrices)
    return {
        row: [gain if person.had + number < level else 0 for number, gain in enumerate(gains[row])]
        for row, person in enumerate(matrices.mentees)
    }


def _reach(problem: Problem, matrices: Matrices, locked: set[Pair], seconds: float, goals: dict[Goal, Value]) -> Choice:
    if not matrices.allowed.any():
        return Choice([], tuple(Stage(goal, 0, 0) for goal in goals))
    network = Network(problem, matrices, matrices.mark(locked), seconds)
    stages: list[Stage] = []
    is_cut_short = False
    for goal, value in goals.items():
        try:
            stages.append(network.maximise(goal, value))
        except OutOfTimeError:
            is_cut_short = True
            break
    found = zip(*np.nonzero(network.chosen), strict=True)
    pairs = [(matrices.mentees[row].id, matrices.mentors[column].id) for row, column in found]
    return Choice(pairs, tuple(stages), tuple(network.prices), is_cut_short)


def choose_beside(
    problem: Problem, locked: set[Pair], present: set[Pair], *, seconds: float
) -> tuple[Choice, list[int]]:
    """The best pairs, and what those that are there now are worth for the same goals."""
    matrices = build_matrices(problem)
    goals = _usual_goals(matrices)
    chosen = matrices.mark(present)
    values = [_value_of(chosen, matrices, value) for value in goals.values()]
    return _reach(problem, matrices, locked, seconds, goals), values


def _value_of(chosen: Flags, matrices: Matrices, value: Value) -> int:
    counted = (
        (value.mentees, chosen.sum(1)),
        (value.mentors, chosen.sum(0)),
        (value.musts, (chosen & matrices.musts).sum(1)),
    )
    gained = sum(sum(gains[: counts[key]]) for of_kind, counts in counted for key, gains in of_kind.items())
    return gained + (0 if value.pairs is None else int(value.pairs[chosen].sum()))


def _usual_goals(matrices: Matrices) -> dict[Goal, Value]:
    return {
        Goal.MENTEES: Value(mentees=_even_gains(matrices.mentees, matrices)),
        Goal.MENTORS: Value(mentors=_even_gains(matrices.mentors, matrices)),
        Goal.MUSTS: Value(musts=_must_gains(matrices)),
        Goal.POINTS: Value(pairs=matrices.points),
    }


def _even_gains(people: list[Person], matrices: Matrices) -> dict[int, list[int]]:
    """What each further meeting of each person adds: less for everyone who has had more."""
    most = matrices.most + max((person.had for person in people), default=0)
    return {
        number: [most + 1 - person.had - meeting for meeting in range(matrices.most)]
        for number, person in enumerate(people)
    }


def _must_gains(matrices: Matrices) -> dict[int, list[int]]:
    """As many as possible, and with the same number rather one for everyone than two for some."""
    most = int(matrices.musts.sum(1).max(initial=0))
    gains = [2 * most + 1 - number for number in range(most)]
    return dict.fromkeys(range(len(matrices.mentees)), gains)
