"""Holes are filled without moving anyone, for those with the fewest meetings first."""

from collections import Counter
from dataclasses import replace

import pytest

from events.scheduling.checking import find_violations
from events.scheduling.fill import fill_holes, match_fewest_first, plan_without_solver
from events.scheduling.problem import Lock, Meeting, Table, Unproven, Wish, count_meetings

from .oracle import EverySchedule, may_meet
from .worlds import change_people, random_world, simple_world


def test_people_without_a_partner_get_one_and_nobody_moves():
    problem = simple_world(3, 3, 1)
    standing = [Meeting(1, "e0", "o0", "2")]

    added = fill_holes(problem, standing)

    assert Counter(key for meeting in added for key in meeting.pair) == Counter({"e1", "e2", "o1", "o2"})
    assert {meeting.table for meeting in added} == {"0", "1"}


def test_those_with_the_fewest_meetings_come_first():
    problem = change_people(simple_world(3, 1, 1), e0={"had": 2}, e1={"had": 1}, e2={"had": 2})

    assert [meeting.pair for meeting in fill_holes(problem, [])] == [("e1", "o0")]


def test_mentors_with_the_fewest_meetings_come_first_too():
    problem = change_people(simple_world(1, 3, 1), o0={"had": 2}, o1={"had": 1}, o2={"had": 2})

    assert [meeting.pair for meeting in fill_holes(problem, [])] == [("e0", "o1")]


def test_with_equal_counts_a_wish_decides():
    problem = simple_world(1, 3, 1, wishes={("e0", "o2"): Wish.LIKE})

    assert [meeting.pair for meeting in fill_holes(problem, [])] == [("e0", "o2")]


def test_a_meeting_that_someone_misses_is_a_hole():
    problem = change_people(simple_world(2, 2, 2), o0={"attends": frozenset({1})})
    standing = [
        Meeting(1, "e0", "o0", "0"),
        Meeting(1, "e1", "o1", "1"),
        Meeting(2, "e0", "o1", "1"),
        Meeting(2, "e1", "o0", "0"),
    ]

    assert fill_holes(problem, standing) == ()
    assert [m.pair for m in fill_holes(problem, standing[:2])] == [("e0", "o1")]


def test_only_the_rounds_asked_for_are_filled():
    problem = simple_world(2, 2, 2)

    assert {meeting.round for meeting in fill_holes(problem, [], [2])} == {2}


@pytest.mark.parametrize("seed", range(12))
def test_one_round_serves_as_many_as_any_choice_and_the_poorest_first(seed):
    """Held against every choice there is: nobody with fewer meetings could have been served instead."""
    problem = random_world(seed, 4, 4, 1)
    problem = change_people(
        problem, **{f"{side}{n}": {"had": (seed + n) % 3, "most": None} for side in "eo" for n in range(4)}
    )
    added = fill_holes(problem, [])
    every = EverySchedule(problem)
    best = max(_service(problem, _pairs(every, mask)) for mask in every.numbers[every.reachable].tolist())

    assert _service(problem, [meeting.pair for meeting in added]) == best
    assert all(may_meet(problem, problem.people[one], problem.people[other]) for one, other in (m.pair for m in added))


def _pairs(every, mask):
    people = every.problem.mentees, every.problem.mentors
    return [
        (people[0][row].id, people[1][column].id) for bit, (row, column) in enumerate(every.pairs) if mask >> bit & 1
    ]


def _service(problem, pairs):
    """How many meet, and how many of those who had none, one, two before."""
    had = Counter(problem.people[one].had for one, _ in pairs)
    return len(pairs), had[0], had[1], had[2]


@pytest.mark.parametrize("seed", range(8))
def test_filled_schedules_keep_all_rules_and_all_meetings(seed):
    problem = random_world(seed, 10, 8, 4, gaps=0.3, mixed=True)
    plan = plan_without_solver(problem)
    standing = list(plan.meetings)[seed % 3 :: 2]

    added = fill_holes(problem, standing)

    assert find_violations(problem, [*standing, *added]) == []
    assert all(meeting.table or not problem.needs_table(*meeting.pair) for meeting in added)


def test_there_are_no_more_meetings_than_tables():
    problem = simple_world(4, 4, 2, tables=(Table("1"), Table("2")))

    assert Counter(meeting.round for meeting in fill_holes(problem, [])) == {1: 2, 2: 2}
    assert len(fill_holes(problem, [Meeting(1, "e0", "o0", "1")], [1])) == 1


def test_nobody_gets_more_than_they_want():
    problem = change_people(simple_world(1, 3, 3), e0={"most": 2})

    assert len(fill_holes(problem, [])) == 2


def test_filling_again_adds_nothing():
    problem = random_world(4, 9, 9, 3)
    added = fill_holes(problem, [])

    assert fill_holes(problem, added) == ()


def test_a_plan_without_the_solver_keeps_locks_and_says_that_it_is_not_proven():
    problem = simple_world(4, 4, 3, locks=(Lock("e0", "o0", 3), Lock("e1", "o0", 3)))
    plan = plan_without_solver(problem)

    assert plan.proof.why_not == Unproven.NO_SOLVER
    assert plan.left_locks == (Lock("e1", "o0", 3),)
    assert (3, "e0", "o0") in {(m.round, *m.pair) for m in plan.meetings}
    assert plan.counts == count_meetings(problem, plan.meetings)


def test_a_later_person_may_take_a_partner_if_the_earlier_one_finds_another():
    """`a` takes `x` first; `b` can only meet `x`, so `a` changes to `y`."""
    matched = match_fewest_first(["a", "b"], ["x", "y"], {"a": ["x", "y"], "b": ["x"]}, dict.fromkeys("abxy", 0))

    assert matched == {"a": "y", "b": "x"}


def test_a_mentor_with_fewer_meetings_takes_the_place_of_a_busier_one():
    counts = {"a": 0, "b": 0, "x": 1, "y": 3, "z": 0}
    choices = {"a": ["x", "z"], "b": ["x", "y"]}

    assert match_fewest_first(["a", "b"], ["z", "x", "y"], choices, counts) == {"a": "z", "b": "x"}


def test_someone_who_may_meet_nobody_stays_alone():
    problem = simple_world(2, 2, 1, apart=frozenset({("e0", "o0"), ("e0", "o1")}))

    assert [meeting.mentee for meeting in fill_holes(problem, [])] == ["e1"]
    assert fill_holes(replace(problem, mentors=()), []) == ()
