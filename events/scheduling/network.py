"""Finds the pairs with the highest value: a linear program of a network, whose corners are whole numbers.

A pair is a column of 0 or 1. Each person's pairs add up to counters of 0 or 1, one for each meeting they may have, so
that a goal can value the first meeting more than the second. A goal that was reached leaves prices behind: whatever
they forbid to move without loss is fixed before the next goal.

Only 30 candidates of each person are columns at first. Prices are for all pairs, so those left out that would pay are
found and added, and the bound that is worked out from the prices holds for every pair. It needs no trust in the solver:
any prices give a bound, good ones give the value itself.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .matrices import Flags, Matrices, Whole
from .problem import Goal, Problem, Stage

try:
    import highspy
except ImportError:  # requirements-planning.txt isn't installed
    highspy = None  # type: ignore[assignment]

CANDIDATES = 30
ADDED_AT_ONCE = 8
FREE, OUT, IN = 0, 1, 2
Numbers = NDArray[np.float64]


class OutOfTimeError(Exception):
    """The solver didn't come to an end in the seconds it was given."""


def has_solver() -> bool:
    return highspy is not None


def new_solver() -> "highspy._core._Highs":
    """A silent one that uses one thread. The public class around it prints its name in every worker's log."""
    solver = highspy._core._Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    return solver


@dataclass(frozen=True)
class Prices:
    """What one more meeting of each mentee and mentor, of each mentee's musts, and one more shared table would cost."""

    mentees: Whole
    mentors: Whole
    musts: Whole
    tables: int
    screens: int


@dataclass(frozen=True)
class Value:
    """What a goal counts: points of pairs, and what the first, second, … meeting of each person or must adds."""

    pairs: Whole | None = None
    mentees: Mapping[int, list[int]] = field(default_factory=dict)
    mentors: Mapping[int, list[int]] = field(default_factory=dict)
    musts: Mapping[int, list[int]] = field(default_factory=dict)


@dataclass
class Counters:
    """Counters of one kind: the person of each, in order, which meeting of theirs it counts, and what is fixed."""

    people: NDArray[np.int32]
    levels: NDArray[np.int32]
    low: Numbers
    high: Numbers

    @classmethod
    def upto(cls, most: list[int]) -> "Counters":
        people = np.repeat(np.arange(len(most), dtype=np.int32), most)
        levels = np.concatenate([np.arange(count, dtype=np.int32) for count in most] or [np.zeros(0, np.int32)])
        return cls(people, levels, np.zeros(len(people)), np.ones(len(people)))

    def worth(self, gains: Mapping[int, list[int]]) -> Whole:
        pairs = zip(self.people.tolist(), self.levels.tolist(), strict=True)
        return np.array([gains[one][level] if one in gains else 0 for one, level in pairs], np.int64)

    def fix(self, chosen: Flags, value: Numbers | float) -> None:
        self.low = np.where(chosen, value, self.low)
        self.high = np.where(chosen, value, self.high)


class Network:
    """The program of one problem. `maximise` takes one goal after the other; `chosen` are the pairs of the last."""

    def __init__(self, problem: Problem, matrices: Matrices, locked: Flags, seconds: float) -> None:
        self.matrices, self.seconds, self.begun = matrices, seconds, time.monotonic()
        capacity = problem.capacity
        most_mentees, most_mentors = (
            np.minimum([capacity[person.id] for person in side] or np.zeros(0, int), matrices.allowed.sum(axis))
            for side, axis in ((matrices.mentees, 1), (matrices.mentors, 0))
        )
        self.counters = [
            Counters.upto(most_mentees.tolist()),
            Counters.upto(most_mentors.tolist()),
            Counters.upto(matrices.musts.sum(1).tolist()),
        ]
        self.state = np.where(matrices.allowed, FREE, OUT).astype(np.int8)
        self.state[locked] = IN
        self.column = np.full(matrices.allowed.shape, -1, np.int32)
        self.rows, self.columns = np.zeros(0, np.int32), np.zeros(0, np.int32)
        most = min(most_mentees.sum(), most_mentors.sum())
        tables = len(problem.shared_tables) * problem.rounds
        screens = sum(table.screen for table in problem.shared_tables) * problem.rounds
        self.most_shared = tables if matrices.shares.any() and tables < most else None
        self.most_screens = screens if matrices.screens.any() and screens < most else None
        self.tight = {"tables": False, "screens": False}
        self.prices: list[Prices] = []
        self.chosen = np.zeros(matrices.allowed.shape, bool)
        self._build()
        self._add(self._first_candidates())

    def _build(self) -> None:
        """Rows for people, musts and tables, and the counters as first columns."""
        self.solver = solver = new_solver()
        solver.setOptionValue("presolve", "off")
        sizes = [len(self.matrices.mentees), len(self.matrices.mentors), len(self.matrices.mentees)]
        self.first_row = np.cumsum([0, *sizes])
        limits = [self.most_shared, self.most_screens]
        low = [0.0] * sum(sizes) + [-highspy.kHighsInf] * len(limits)
        high = [0.0] * sum(sizes) + [highspy.kHighsInf if limit is None else float(limit) for limit in limits]
        none = np.zeros(0, np.int32)
        solver.addRows(len(low), np.array(low), np.array(high), 0, np.zeros(len(low), np.int32), none, np.zeros(0))
        for kind, counters in enumerate(self.counters):
            count = len(counters.people)
            rows = (counters.people + self.first_row[kind]).astype(np.int32)
            starts = np.arange(count, dtype=np.int32)
            solver.addCols(count, np.zeros(count), counters.low, counters.high, count, starts, rows, -np.ones(count))
        self.pairs_from = sum(len(counters.people) for counters in self.counters)

    def _first_candidates(self) -> Flags:
        """The best of each person by points, ties apart, and all that is locked, wished for or promised."""
        matrices = self.matrices
        score = matrices.points.astype(np.float64) + matrices.ties.astype(np.float64) / 2.0**64
        score[~matrices.allowed] = -1
        chosen = (self.state == IN) | matrices.musts | matrices.kept
        for axis in (0, 1):
            count = score.shape[axis]
            if count > CANDIDATES:
                best = np.argpartition(-score, CANDIDATES, axis=axis)
                best = best[:, :CANDIDATES] if axis else best[:CANDIDATES, :]
                np.put_along_axis(chosen, best, True, axis=axis)
            else:
                chosen[:] = True
        return chosen & matrices.allowed

    def _add(self, wanted: Flags) -> None:
        rows, columns = (found.astype(np.int32) for found in np.nonzero(wanted & (self.column < 0)))
        matrices, count = self.matrices, len(rows)
        entries = [
            (np.ones(count, bool), rows + self.first_row[0]),
            (np.ones(count, bool), columns + self.first_row[1]),
            (matrices.musts[rows, columns], rows + self.first_row[2]),
            (matrices.shares[rows, columns], np.full(count, self.first_row[3])),
            (matrices.screens[rows, columns], np.full(count, self.first_row[3] + 1)),
        ]
        there = np.stack([flags for flags, _ in entries], axis=1)
        index = np.stack([numbers for _, numbers in entries], axis=1)[there].astype(np.int32)
        starts = np.concatenate([[0], np.cumsum(there.sum(1))[:-1]]).astype(np.int32)
        self.column[rows, columns] = len(self.rows) + np.arange(count)
        self.rows, self.columns = np.concatenate([self.rows, rows]), np.concatenate([self.columns, columns])
        low = (self.state[rows, columns] == IN).astype(np.float64)
        self.solver.addCols(count, np.zeros(count), low, np.ones(count), len(index), starts, index, np.ones(len(index)))

    def maximise(self, goal: Goal, value: Value) -> Stage:
        """Reach a goal as far as the earlier ones allow, and fix what it forbids to move."""
        points = np.zeros(self.matrices.allowed.shape, np.int64) if value.pairs is None else value.pairs
        worth = [
            counters.worth(gains)
            for counters, gains in zip(self.counters, (value.mentees, value.mentors, value.musts), strict=True)
        ]
        while True:
            self._set_costs(points, worth)
            self._run()
            prices = self._read_prices()
            reduced = self._reduce(points, prices)
            missing = (reduced > 0) & (self.state == FREE) & (self.column < 0)
            if not missing.any():
                break
            self._add(_best_of_each(reduced, missing))
        found = self._read_solution()
        reduced_counters = [
            gains + prices_of[counters.people]
            for counters, gains, prices_of in zip(
                self.counters, worth, (prices.mentees, prices.mentors, prices.musts), strict=True
            )
        ]
        bound = self._bound(reduced, reduced_counters, prices)
        reached = int(points[self.chosen].sum()) + sum(
            int(gains @ part) for gains, part in zip(worth, found, strict=True)
        )
        stage = Stage(goal, reached, bound)
        self.prices.append(prices)
        self._fix(reduced, reduced_counters, prices, found, is_proven=stage.is_proven)
        return stage

    def _set_costs(self, points: Whole, worth: list[Whole]) -> None:
        costs = np.concatenate([*worth, points[self.rows, self.columns]]).astype(np.float64)
        self.solver.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), -costs)

    def _run(self) -> None:
        left = self.seconds - (time.monotonic() - self.begun)
        if left <= 0:
            raise OutOfTimeError
        self.solver.setOptionValue("time_limit", self.solver.getRunTime() + left)
        self.solver.run()
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise OutOfTimeError

    def _read_prices(self) -> Prices:
        """The solver's, made whole: of a network they are whole, and any others still give a bound."""
        duals = -np.array(self.solver.getSolution().row_dual)
        whole = np.rint(duals).astype(np.int64)
        mentees, mentors, musts, rest = np.split(whole, self.first_row[1:])
        tables, screens = (
            0 if most is None else int(price) if self.tight[name] else max(0, int(price))
            for name, most, price in zip(self.tight, (self.most_shared, self.most_screens), rest, strict=True)
        )
        return Prices(mentees, mentors, musts, tables, screens)

    def _reduce(self, points: Whole, prices: Prices) -> Whole:
        """What each pair is worth beyond the prices of all that it takes."""
        matrices = self.matrices
        reduced = points - prices.mentees[:, None] - prices.mentors[None, :]
        if prices.musts.any():
            reduced = reduced - np.where(matrices.musts, prices.musts[:, None], 0)
        if prices.tables or prices.screens:
            reduced = reduced - prices.tables * matrices.shares - prices.screens * matrices.screens
        return reduced

    def _bound(self, reduced: Whole, reduced_counters: list[Whole], prices: Prices) -> int:
        """No choice of pairs, among all of them, is worth more than this."""
        bound = int(reduced[(self.state == FREE) & (reduced > 0)].sum()) + int(reduced[self.state == IN].sum())
        for counters, gains in zip(self.counters, reduced_counters, strict=True):
            bound += int(np.maximum(gains * counters.low, gains * counters.high).sum())
        return bound + prices.tables * (self.most_shared or 0) + prices.screens * (self.most_screens or 0)

    def _read_solution(self) -> list[Whole]:
        """The counters; the pairs are noted as chosen."""
        values = np.array(self.solver.getSolution().col_value)
        if np.abs(values - np.rint(values)).max(initial=0) > 1e-6:
            values = self._solve_whole()
        values = np.rint(values).astype(np.int64)
        self.chosen = np.zeros(self.matrices.allowed.shape, bool)
        taken = values[self.pairs_from :] > 0
        self.chosen[self.rows[taken], self.columns[taken]] = True
        ends = np.cumsum([len(counters.people) for counters in self.counters])
        return np.split(values[: self.pairs_from], ends[:-1])

    def _solve_whole(self) -> Numbers:
        """Where too few tables tie the whole together, a corner may have halves: search for whole numbers."""
        count = self.pairs_from + len(self.rows)
        every = np.arange(count, dtype=np.int32)
        for kind in (highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous):
            self.solver.changeColsIntegrality(count, every, np.full(count, int(kind), np.uint8))
            if kind == highspy.HighsVarType.kInteger:
                self._run()
                values = np.array(self.solver.getSolution().col_value)
        return values

    def _fix(
        self, reduced: Whole, reduced_counters: list[Whole], prices: Prices, found: list[Whole], *, is_proven: bool
    ) -> None:
        """What no choice of the same value can have otherwise. Without a proof, all counters stay as they are."""
        if not is_proven:
            for counters, part in zip(self.counters, found, strict=True):
                counters.fix(np.ones(len(part), bool), part.astype(np.float64))
        else:
            self.state[(self.state == FREE) & (reduced > 0)] = IN
            self.state[(self.state == FREE) & (reduced < 0)] = OUT
            for counters, gains in zip(self.counters, reduced_counters, strict=True):
                counters.fix(gains > 0, counters.high)
                counters.fix(gains < 0, counters.low)
            self._hold_tables(prices)
        state = self.state[self.rows, self.columns]
        low = np.concatenate([*(counters.low for counters in self.counters), (state == IN).astype(np.float64)])
        high = np.concatenate([*(counters.high for counters in self.counters), (state != OUT).astype(np.float64)])
        self.solver.changeColsBounds(len(low), np.arange(len(low), dtype=np.int32), low, high)

    def _hold_tables(self, prices: Prices) -> None:
        limits = {"tables": (prices.tables, self.most_shared), "screens": (prices.screens, self.most_screens)}
        for row, (name, (price, most)) in enumerate(limits.items(), int(self.first_row[3])):
            if price and most is not None:
                self.tight[name] = True
                self.solver.changeRowBounds(row, float(most), float(most))


def _best_of_each(reduced: Whole, missing: Flags) -> Flags:
    score = np.where(missing, reduced, 0)
    if score.shape[1] <= ADDED_AT_ONCE:
        return missing
    best = np.argpartition(-score, ADDED_AT_ONCE, axis=1)[:, :ADDED_AT_ONCE]
    chosen = np.zeros(missing.shape, bool)
    np.put_along_axis(chosen, best, True, axis=1)
    return chosen & missing
