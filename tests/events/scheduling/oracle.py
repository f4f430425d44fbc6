"""Two judges of the planner that know nothing of how it works.

`best_schedule` looks at every schedule there is of a small event. `bound_again` works out from prices what no choice of
pairs can exceed, in plain Python over all pairs.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from events.scheduling.problem import Problem

Worth = tuple[int, ...]


def may_meet(problem: Problem, one, other) -> bool:
    """In any round at all, as far as two people alone decide it; for events on site."""
    pair, wishes = (one.id, other.id), problem.wishes
    return not (
        pair in problem.apart
        or pair in problem.met
        or wishes.get(pair) == "no"
        or wishes.get((other.id, one.id)) == "no"
        or not one.languages & other.languages
    )


def rounds_of(problem: Problem, person) -> set[int]:
    every = set(range(1, problem.rounds + 1))
    return every if person.attends is None else every & person.attends


def most_of(problem: Problem, person) -> int:
    there = len(rounds_of(problem, person))
    return there if person.most is None else max(0, min(there, person.most - person.had))


@dataclass(frozen=True)
class Room:
    """How many tables are free, and how many of them with a screen. Nobody here stays seated."""

    tables: int
    screens: int

    def seat(self, one, other) -> "Room | None":
        """What is left after two people have sat down, if they can."""
        if one.online and other.online:
            return self
        left = Room(self.tables - 1, self.screens - (one.online != other.online))
        return left if min(left.tables, left.screens) >= 0 else None


class EverySchedule:
    """The sets of pairs that some schedule of a small event has, each as the bits of one number."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.pairs = list(product(range(len(problem.mentees)), range(len(problem.mentors))))
        self.numbers = np.arange(2 ** len(self.pairs))
        self.reachable = self.numbers == 0
        for number in range(1, problem.rounds + 1):
            self._add_round(number)

    def _add_round(self, number: int) -> None:
        following = np.zeros_like(self.reachable)
        before = self.numbers[self.reachable]
        for taken in self._matchings(number):
            following[before[before & taken == 0] | taken] = True
        self.reachable = following

    def _matchings(self, number: int) -> list[int]:
        """Every choice of meetings of one round."""
        problem = self.problem
        found = [(0, frozenset(), frozenset(), Room(len(problem.tables), sum(one.screen for one in problem.tables)))]
        for bit, (row, column) in enumerate(self.pairs):
            one, other = problem.mentees[row], problem.mentors[column]
            is_there = number in rounds_of(problem, one) and number in rounds_of(problem, other)
            if is_there and may_meet(problem, one, other):
                found += [
                    (taken | 1 << bit, rows | {row}, columns | {column}, left)
                    for taken, rows, columns, room in found
                    if row not in rows and column not in columns and (left := room.seat(one, other))
                ]
        return [taken for taken, *_ in found]

    def counts(self, masks: list[int]) -> np.ndarray:
        """How many of each group of pairs are in each reachable set."""
        found = self.numbers[self.reachable]
        return np.stack([np.bitwise_count(found & mask) for mask in masks], axis=1).astype(int)

    def mask(self, holds) -> int:
        return sum(1 << bit for bit, pair in enumerate(self.pairs) if holds(*pair))


def best_schedule(problem: Problem) -> Worth:
    """The best there is: most meetings, least unequal for mentees, then for mentors, most musts and spread, points."""
    every = EverySchedule(problem)
    mentees, mentors = problem.mentees, problem.mentors
    rows = every.counts([every.mask(lambda row, _, n=n: row == n) for n in range(len(mentees))])
    columns = every.counts([every.mask(lambda _, column, n=n: column == n) for n in range(len(mentors))])
    musts = every.counts(
        [
            every.mask(lambda row, column, n=n: row == n and is_must(problem, mentees[row].id, mentors[column].id))
            for n in range(len(mentees))
        ]
    )
    bits = [points_of(problem, mentees[row].id, mentors[column].id) for row, column in every.pairs]
    found = every.numbers[every.reachable]
    points = sum((found >> bit & 1) * worth for bit, worth in enumerate(bits))
    limits = np.array([most_of(problem, one) for one in mentees]), np.array([most_of(problem, one) for one in mentors])
    fits = (rows <= limits[0]).all(1) & (columns <= limits[1]).all(1)
    worths = np.stack(
        [rows.sum(1), -(rows**2).sum(1), -(columns**2).sum(1), musts.sum(1), -(musts**2).sum(1), points], axis=1
    )[fits]
    return max(map(tuple, np.unique(worths, axis=0).tolist()))


def worth_of(problem: Problem, pairs) -> Worth:
    """The same figures of one choice of pairs."""
    rows = [sum(one == person.id for one, _ in pairs) for person in problem.mentees]
    columns = [sum(other == person.id for _, other in pairs) for person in problem.mentors]
    musts = [
        sum(one == person.id and is_must(problem, one, other) for one, other in pairs) for person in problem.mentees
    ]
    return (
        sum(rows),
        -sum(count**2 for count in rows),
        -sum(count**2 for count in columns),
        sum(musts),
        -sum(count**2 for count in musts),
        sum(points_of(problem, *pair) for pair in pairs),
    )


def is_must(problem: Problem, one: str, other: str) -> bool:
    return problem.wishes.get((one, other)) == "must"


def points_of(problem: Problem, one: str, other: str) -> int:
    wished = [problem.wishes.get(pair) in {"must", "like"} for pair in ((one, other), (other, one))]
    return 200 * wished[0] + 100 * wished[1] + problem.fit.get((one, other), 0)


class Certificate:
    """Follows the goals with their prices: bounds each, and fixes what the prices forbid to move."""

    def __init__(self, problem: Problem, mentees, mentors) -> None:
        self.problem, self.mentees, self.mentors = problem, mentees, mentors
        self.range = {
            (row, column): (0, 1)
            for row, one in enumerate(mentees)
            for column, other in enumerate(mentors)
            if may_meet(problem, one, other) and rounds_of(problem, one) & rounds_of(problem, other)
        }
        self.counters = {}
        for side, (kind, people) in enumerate((("mentees", mentees), ("mentors", mentors))):
            for number, one in enumerate(people):
                partners = sum(pair[side] == number for pair in self.range)
                for level in range(min(partners, most_of(problem, one))):
                    self.counters[kind, number, level] = (0, 1)
        for row, one in enumerate(mentees):
            asked = [other for column, other in enumerate(mentors) if (row, column) in self.range]
            for level in range(sum(is_must(problem, one.id, other.id) for other in asked)):
                self.counters["musts", row, level] = (0, 1)

    def bound_again(self, prices, gain_of_pair, gain_of_counter) -> int:
        """No choice of pairs that was as good for earlier goals is worth more for this one."""
        bound = 0
        for (row, column), (low, high) in list(self.range.items()):
            reduced = gain_of_pair(self.mentees[row].id, self.mentors[column].id)
            reduced -= int(prices.mentees[row]) + int(prices.mentors[column])
            if is_must(self.problem, self.mentees[row].id, self.mentors[column].id):
                reduced -= int(prices.musts[row])
            bound += max(low * reduced, high * reduced)
            self.range[row, column] = narrowed(low, high, reduced)
        for (kind, number, level), (low, high) in list(self.counters.items()):
            reduced = gain_of_counter(kind, number, level) + int(getattr(prices, kind)[number])
            bound += max(low * reduced, high * reduced)
            self.counters[kind, number, level] = narrowed(low, high, reduced)
        return bound


def narrowed(low: int, high: int, reduced: int) -> tuple[int, int]:
    return (high, high) if reduced > 0 else (low, low) if reduced < 0 else (low, high)
