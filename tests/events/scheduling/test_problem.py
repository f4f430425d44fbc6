"""What the planner is told, and that its arrays say the same."""

import numpy as np
import pytest

from events.scheduling.matrices import build_matrices
from events.scheduling.problem import Obstacle, Problem, Table, count_meetings, mix

from .worlds import change_people, person, random_world, simple_world


@pytest.mark.parametrize("seed", range(6))
def test_arrays_and_rules_agree_on_every_pair(seed):
    problem = random_world(seed, 9, 8, 4, gaps=0.4, mixed=True)
    matrices = build_matrices(problem)

    for row, one in enumerate(matrices.mentees):
        for column, other in enumerate(matrices.mentors):
            pair = one.id, other.id
            assert matrices.allowed[row, column] == (problem.obstacle(*pair) is None)
            assert matrices.points[row, column] == problem.points(*pair)
            assert int(matrices.ties[row, column]) == problem.tie(*pair)
            assert matrices.shares[row, column] == problem.shares_table(*pair)
            assert matrices.screens[row, column] == (problem.shares_table(*pair) and problem.needs_screen(*pair))


def test_arrays_come_in_one_order():
    problem = random_world(1, 6, 6, 2)
    ranks = [problem.ranks[one.id] for one in build_matrices(problem).mentees]

    assert ranks == sorted(ranks)


@pytest.mark.parametrize(
    ("e0", "o0", "tables", "obstacle"),
    [
        ({}, {}, (Table("1"),), None),
        ({}, {}, (), Obstacle.TABLE),
        ({"online": True}, {"online": True}, (), None),
        ({"online": True}, {}, (Table("1"),), Obstacle.TABLE),
        ({"online": True}, {}, (Table("1", screen=True),), None),
        ({"seated": True}, {"seated": True}, (Table("1"), Table("2")), Obstacle.TABLE),
        ({"seated": True}, {}, (Table("1"),), None),
        ({"seated": True}, {"online": True}, (Table("1"),), Obstacle.TABLE),
        ({"seated": True}, {"online": True}, (Table("1"), Table("2", screen=True)), None),
        ({"attends": frozenset({1})}, {"attends": frozenset({2})}, (Table("1"),), Obstacle.TIME),
        ({"languages": frozenset()}, {}, (Table("1"),), Obstacle.LANGUAGE),
    ],
)
def test_what_keeps_two_from_meeting(e0, o0, tables, obstacle):
    problem = change_people(simple_world(1, 1, 2, tables=tables), e0=e0, o0=o0)

    assert problem.obstacle("e0", "o0") == obstacle
    assert build_matrices(problem).allowed[0, 0] == (obstacle is None)


def test_how_many_meetings_someone_can_have():
    people = {"e0": {"most": 2}, "e1": {"attends": frozenset({1, 9})}, "e2": {"most": 3, "had": 5}, "e3": {}}
    problem = change_people(simple_world(4, 4, 3), **people)

    assert [problem.capacity[f"e{number}"] for number in range(4)] == [2, 1, 0, 3]


def test_people_are_named_once():
    with pytest.raises(ValueError, match="twice"):
        Problem("spring", 2, (person("a"),), (person("a"),))


@pytest.mark.parametrize("facts", [{"apart": frozenset({("o0", "e0")})}, {"met": frozenset({("o1", "e1")})}])
def test_a_separation_written_the_other_way_round_is_refused(facts):
    with pytest.raises(ValueError, match="wrong way"):
        simple_world(2, 2, 1, **facts)


def test_pairs_of_people_who_never_meet_anyway_are_no_mistake():
    apart = frozenset({("e0", "gone"), ("gone", "e0"), ("gone", "o0"), ("e0", "e1"), ("o1", "o0")})

    assert simple_world(2, 2, 1, apart=apart).obstacle("e0", "o0") is None


def test_rounds_are_counted_from_none():
    with pytest.raises(ValueError, match="rounds"):
        Problem("spring", -1, (), ())


def test_counts_begin_with_what_people_had():
    problem = change_people(simple_world(1, 1, 1), e0={"had": 3})

    assert count_meetings(problem, ()) == {"e0": 3, "o0": 0}


def test_ranks_are_numbers_of_the_event_and_the_person_alone():
    one, other = simple_world(2, 2, 1), simple_world(3, 1, 5)

    assert one.ranks["e0"] == other.ranks["e0"] == 7849166797959924300
    assert simple_world(1, 1, 1, event="autumn").ranks["e0"] != one.ranks["e0"]


def test_mixed_numbers_spread():
    numbers = [mix(one, other) for one in range(30) for other in range(30)]

    assert len(set(numbers)) == 900
    assert abs(np.mean([number / 2**64 for number in numbers]) - 0.5) < 0.05
