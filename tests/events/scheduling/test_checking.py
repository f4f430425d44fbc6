"""The checker finds each fault that can be planted in a valid plan."""

from dataclasses import replace

import pytest

from events.scheduling.checking import Rule, Violation, find_false_claims, find_violations
from events.scheduling.planner import propose
from events.scheduling.problem import Goal, Lock, Meeting, Stage, Table, Unproven, Wish

from .worlds import change_people, random_world, simple_world

WORLD = simple_world(4, 4, 2)
FIRST = [Meeting(1, f"e{number}", f"o{number}", str(number)) for number in range(4)]


def broken_rules(problem, meetings) -> set[Rule]:
    return {violation.rule for violation in find_violations(problem, meetings)}


def test_a_valid_plan_has_no_faults():
    assert find_violations(WORLD, FIRST) == []


@pytest.mark.parametrize(
    ("added", "rule"),
    [
        (Meeting(1, "e0", "nobody", "0"), Rule.KNOWN),
        (Meeting(2, "o0", "e0", "0"), Rule.KNOWN),
        (Meeting(3, "e0", "o1", "0"), Rule.ROUND),
        (Meeting(0, "e0", "o1", "0"), Rule.ROUND),
        (Meeting(1, "e0", "o1", "9"), Rule.ONCE_A_ROUND),
        (Meeting(2, "e0", "o0", "0"), Rule.ONCE),
        (Meeting(2, "e0", "o1"), Rule.TABLE),
        (Meeting(2, "e0", "o1", "9"), Rule.TABLE),
    ],
)
def test_a_meeting_too_many_is_found(added, rule):
    assert rule in broken_rules(WORLD, [*FIRST, added])


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"apart": frozenset({("e0", "o0")})}, Rule.APART),
        ({"wishes": {("e0", "o0"): Wish.NO}}, Rule.APART),
        ({"wishes": {("o0", "e0"): Wish.NO}}, Rule.APART),
        ({"met": frozenset({("e0", "o0")})}, Rule.MET),
    ],
)
def test_a_pair_that_must_not_meet_is_found(facts, rule):
    assert find_violations(replace(WORLD, **facts), FIRST) == [Violation(rule, ("e0", "o0"))]


@pytest.mark.parametrize(
    ("person", "found"),
    [
        ({"languages": frozenset({"fr"})}, Violation(Rule.LANGUAGE, ("e0", "o0"))),
        ({"attends": frozenset({2})}, Violation(Rule.ATTENDANCE, ("1", "e0"))),
        ({"most": 0}, Violation(Rule.MOST, ("e0",))),
        ({"most": 3, "had": 3}, Violation(Rule.MOST, ("e0",))),
        ({"online": True}, Violation(Rule.SCREEN, ("1", "0"))),
    ],
)
def test_a_person_who_cannot_meet_like_this_is_found(person, found):
    assert find_violations(change_people(WORLD, e0=person), FIRST) == [found]


def test_two_meetings_at_one_table_are_found():
    assert find_violations(WORLD, [FIRST[0], replace(FIRST[1], table="0")]) == [Violation(Rule.TABLE_ONCE, ("1", "0"))]


def test_someone_seated_who_is_moved_is_found():
    problem = change_people(WORLD, e0={"seated": True})

    assert find_violations(problem, [FIRST[0], Meeting(2, "e0", "o1", "0")]) == []
    assert find_violations(problem, [FIRST[0], Meeting(2, "e0", "o1", "1")]) == [Violation(Rule.SEATED, ("e0",))]


def test_more_people_who_stay_seated_than_tables_is_not_a_fault_of_the_plan():
    problem = change_people(replace(WORLD, tables=(Table("0"),)), e0={"seated": True}, e1={"seated": True})

    assert find_violations(problem, [Meeting(1, "e0", "o0", "0"), Meeting(2, "e1", "o1", "0")]) == []


PROBLEM = random_world(6, 8, 7, 3)
PLAN = propose(PROBLEM)


def test_a_plan_that_says_the_truth_is_believed():
    assert find_false_claims(PROBLEM, PLAN) == []


@pytest.mark.parametrize(
    ("changed", "claim"),
    [
        ({"counts": {**PLAN.counts, "e0": 9}}, "counts"),
        ({"meetings": PLAN.meetings[:-1]}, "meetings"),
        ({"proof": replace(PLAN.proof, musts_met=99)}, "musts"),
        ({"proof": replace(PLAN.proof, musts_asked=0)}, "musts"),
        ({"proof": replace(PLAN.proof, met_a_must=99)}, "people"),
        ({"proof": replace(PLAN.proof, most_meetings=1)}, "most"),
        ({"proof": replace(PLAN.proof, stages=(Stage(Goal.POINTS, 2, 1),))}, "bounds"),
        ({"proof": replace(PLAN.proof, stages=(Stage(Goal.POINTS, 1, 2),))}, "proven"),
    ],
)
def test_a_false_claim_is_found(changed, claim):
    assert Violation(Rule.CLAIM, (claim,)) in find_false_claims(PROBLEM, replace(PLAN, **changed))


def test_an_open_goal_may_be_admitted():
    proof = replace(PLAN.proof, stages=(Stage(Goal.POINTS, 1, 2),), why_not=Unproven.OPEN)

    assert find_false_claims(PROBLEM, replace(PLAN, proof=proof)) == []


@pytest.mark.parametrize(
    ("lock", "is_broken"),
    [(Lock("e0", "o0"), False), (Lock("e0", "o0", 1), False), (Lock("e0", "o0", 2), True), (Lock("e0", "o1"), True)],
)
def test_a_broken_lock_is_found(lock, is_broken):
    plan = replace(propose(WORLD), meetings=tuple(FIRST))
    found = find_false_claims(replace(WORLD, locks=(lock,)), plan)

    assert (Violation(Rule.LOCK, lock.pair) in found) == is_broken


def test_a_lock_that_was_left_out_and_named_is_no_fault():
    lock = Lock("e0", "o1")
    plan = replace(propose(WORLD), meetings=tuple(FIRST), left_locks=(lock,))

    assert Violation(Rule.LOCK, lock.pair) not in find_false_claims(replace(WORLD, locks=(lock,)), plan)
