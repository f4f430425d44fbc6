"""The choice of pairs is the best there is: held against every schedule of small events, and against its prices."""

from dataclasses import replace

import pytest

from events.scheduling.problem import Goal, Table, Wish
from events.scheduling.who import choose_pairs

from .oracle import Certificate, best_schedule, points_of, worth_of
from .worlds import change_people, random_world, simple_world


@pytest.mark.parametrize("seed", range(16))
def test_no_schedule_of_a_small_event_is_better(seed):
    mentees, mentors, rounds = [(4, 4, 3), (4, 3, 3), (3, 4, 2), (4, 4, 2)][seed % 4]
    problem = random_world(seed, mentees, mentors, rounds)

    choice = choose_pairs(problem, set())

    assert worth_of(problem, choice.pairs) == best_schedule(problem)
    assert all(stage.is_proven for stage in choice.stages)


@pytest.mark.parametrize("tables", [1, 2])
def test_nor_where_there_are_few_tables(tables):
    problem = random_world(5, 4, 4, 3)
    problem = replace(problem, tables=problem.tables[:tables])

    choice = choose_pairs(problem, set())

    assert worth_of(problem, choice.pairs) == best_schedule(problem)
    assert len(choice.pairs) <= 3 * tables


GOALS = [Goal.MENTEES, Goal.MENTORS, Goal.MUSTS, Goal.POINTS]


def check_certificate(problem):
    """Work out all bounds anew from the prices, in the order of goals."""
    choice = choose_pairs(problem, set())
    sides = [sorted(side, key=lambda one: problem.ranks[one.id]) for side in (problem.mentees, problem.mentors)]
    certificate = Certificate(problem, *sides)
    most = max((number + 1 for kind, _, number in certificate.counters if kind == "musts"), default=0)
    had = [max(one.had for one in side) for side in sides]

    def gain(goal, kind, number, level):
        if (goal, kind) in {(Goal.MENTEES, "mentees"), (Goal.MENTORS, "mentors")}:
            side = kind == "mentors"
            return problem.rounds + had[side] + 1 - sides[side][number].had - level
        return 2 * most + 1 - level if (goal, kind) == (Goal.MUSTS, "musts") else 0

    bounds = [
        certificate.bound_again(
            prices,
            lambda one, other, goal=goal: points_of(problem, one, other) if goal == Goal.POINTS else 0,
            lambda *counter, goal=goal: gain(goal, *counter),
        )
        for goal, prices in zip(GOALS, choice.prices, strict=True)
    ]
    assert [stage.goal for stage in choice.stages] == GOALS
    assert [stage.bound for stage in choice.stages] == bounds
    assert [stage.value for stage in choice.stages] == bounds


@pytest.mark.parametrize("seed", range(25))
def test_prices_prove_each_goal_to_anyone_who_adds_them_up(seed):
    check_certificate(random_world(seed, 7 + seed % 5, 6 + seed % 7, 2 + seed % 5))


def test_prices_prove_goals_of_a_world_with_more_people_than_candidates():
    check_certificate(random_world(3, 36, 40, 4))


def test_counts_are_as_equal_as_they_can_be():
    """Ten mentees who can each meet anyone share three mentors of four rounds."""
    choice = choose_pairs(simple_world(10, 3, 4), set())
    counts = sorted(sum(one == f"e{number}" for one, _ in choice.pairs) for number in range(10))

    assert counts == [1] * 8 + [2] * 2


def test_people_who_had_fewer_meetings_before_come_first():
    problem = change_people(simple_world(4, 1, 2), e0={"had": 2}, e1={"had": 1}, e2={"had": 0}, e3={"had": 1})
    choice = choose_pairs(problem, set())

    assert len(choice.pairs) == 2
    assert ("e2", "o0") in choice.pairs
    assert ("e0", "o0") not in choice.pairs


def test_musts_are_spread_before_anyone_gets_a_second():
    """Two want both of two mentors, who have one round: one each."""
    wishes = {(one, other): Wish.MUST for one in ("e0", "e1") for other in ("o0", "o1")}
    problem = simple_world(2, 2, 1, wishes=wishes)

    assert sorted({one for one, _ in choose_pairs(problem, set()).pairs}) == ["e0", "e1"]


def test_a_wish_never_costs_a_shy_person_a_meeting():
    """Everyone wants o0; e2 is wanted by nobody and still has as many meetings."""
    wishes = {(f"e{number}", "o0"): Wish.MUST for number in range(2)} | {("o0", "e0"): Wish.LIKE}
    choice = choose_pairs(simple_world(3, 3, 2, wishes=wishes), set())

    assert sorted(one for one, _ in choice.pairs) == ["e0", "e0", "e1", "e1", "e2", "e2"]


def test_locked_pairs_stay_whatever_they_cost():
    wishes = {("e0", "o1"): Wish.MUST, ("e1", "o0"): Wish.MUST}
    problem = simple_world(2, 2, 1, wishes=wishes)

    assert set(choose_pairs(problem, {("e0", "o0")}).pairs) == {("e0", "o0"), ("e1", "o1")}


@pytest.mark.parametrize(
    "problem",
    [
        simple_world(0, 0, 3),
        simple_world(3, 0, 3),
        simple_world(2, 2, 0),
        simple_world(1, 1, 2, apart=frozenset({("e0", "o0")})),
        simple_world(2, 2, 2, tables=()),
    ],
)
def test_where_nobody_can_meet_there_are_no_pairs(problem):
    choice = choose_pairs(problem, set())

    assert choice.pairs == []
    assert all(stage.is_proven for stage in choice.stages)


def test_screens_limit_pairs_of_which_one_is_online():
    problem = simple_world(4, 4, 2, tables=(Table("1", screen=True), Table("2"), Table("3"), Table("4")))
    problem = change_people(problem, **{f"e{number}": {"online": True} for number in range(3)})

    assert sum(one != "e3" for one, _ in choose_pairs(problem, set()).pairs) == 2


def test_without_time_nothing_is_claimed():
    choice = choose_pairs(random_world(1, 6, 6, 3), set(), seconds=0)

    assert (choice.pairs, choice.stages, choice.is_cut_short) == ([], (), True)
