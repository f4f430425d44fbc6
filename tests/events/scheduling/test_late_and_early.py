"""With people who come late or leave early, held against a bound that knows the rounds as well.

Whether pairs fit into rounds that people don't all attend is hard to tell, so nothing is called proven there. Here a
linear program over pairs and rounds says how many meetings there can be at most.
"""

from dataclasses import replace

import highspy
import numpy as np
import pytest

from events.scheduling.checking import find_violations
from events.scheduling.fill import plan_without_solver
from events.scheduling.planner import propose
from events.scheduling.problem import Unproven

from .oracle import may_meet, rounds_of
from .worlds import change_people, random_world, simple_world


def bound_over_rounds(problem) -> int:
    """Each person once a round, each pair once: no schedule has more meetings than this."""
    rows: dict[tuple, int] = {}

    def row(*key) -> int:
        return rows.setdefault(key, len(rows))

    entries = [
        (row(one.id, number), row(other.id, number), row(one.id, other.id))
        for one in problem.mentees
        for other in problem.mentors
        if may_meet(problem, one, other)
        for number in sorted(rounds_of(problem, one) & rounds_of(problem, other))
    ]
    solver = highspy._core._Highs()
    solver.setOptionValue("output_flag", False)
    count, columns = len(rows), len(entries)
    none = np.zeros(0, np.int32)
    solver.addRows(count, np.zeros(count), np.ones(count), 0, np.zeros(count, np.int32), none, np.zeros(0))
    starts, index = np.arange(0, 3 * columns, 3, dtype=np.int32), np.array(entries, np.int32).ravel()
    gains, ones = -np.ones(columns), np.ones(columns)
    solver.addCols(columns, gains, np.zeros(columns), ones, len(index), starts, index, np.ones(len(index)))
    solver.run()
    return int(-solver.getInfo().objective_function_value + 1e-6)


def world_with_gaps(seed: int):
    problem = random_world(seed, 16, 16, 5, gaps=0.3)
    return change_people(problem, **{key: {"most": None} for key in problem.people})


@pytest.mark.parametrize("seed", range(8))
def test_a_plan_has_nearly_as_many_meetings_as_any_can(seed):
    problem = world_with_gaps(seed)
    bound = bound_over_rounds(problem)

    assert bound - 1 <= len(propose(problem).meetings) <= bound


@pytest.mark.parametrize("seed", range(8, 12))
def test_a_plan_is_never_worse_than_one_made_without_the_solver(seed):
    problem = world_with_gaps(seed)
    with_it, without = propose(problem), plan_without_solver(problem)

    assert len(with_it.meetings) >= len(without.meetings)
    assert find_violations(problem, with_it.meetings) == find_violations(problem, without.meetings) == []


def test_who_comes_for_the_last_round_only_has_one_meeting():
    problem = change_people(simple_world(3, 3, 3), e0={"attends": frozenset({3})}, o0={"attends": frozenset({1})})
    plan = propose(problem)

    assert plan.counts["e0"] == plan.counts["o0"] == 1
    assert [meeting.round for meeting in plan.meetings if meeting.mentee == "e0"] == [3]


def test_what_time_alone_forbids_is_admitted():
    """Three who are only there in the first round could meet two mentors by count, but not at the same time."""
    there = {"attends": frozenset({1})}
    problem = change_people(simple_world(3, 2, 3), e0=there, e1=there, e2=there)
    plan = propose(problem)

    assert plan.proof.most_meetings == 3
    assert len(plan.meetings) == 2
    assert plan.proof.why_not == Unproven.GAPS


def test_rounds_that_there_are_not_change_nothing():
    problem = world_with_gaps(1)
    more = {key: {"attends": there | {0, 6, 77}} for key, there in problem.present.items()}

    assert propose(change_people(problem, **more)).digest == propose(problem).digest
    assert propose(replace(problem, rounds=0)).meetings == ()
