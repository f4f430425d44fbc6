"""What may be said of a plan on its page."""

import pytest

from events.scheduling.planner import propose
from events.scheduling.problem import Goal, Meeting, Proof, Stage, Unproven, Wish
from events.scheduling.proof import make_proof

from .worlds import change_people, simple_world

MET = [Meeting(1, "e0", "o0"), Meeting(1, "e1", "o1"), Meeting(2, "e0", "o1")]
REACHED, OPEN = Stage(Goal.MENTEES, 7, 7), Stage(Goal.MUSTS, 3, 4)
MUSTS = {("e0", "o0"): Wish.MUST, ("e0", "o2"): Wish.MUST, ("e1", "o2"): Wish.MUST, ("o1", "e1"): Wish.MUST}


@pytest.mark.parametrize(
    ("stages", "given", "why_not"),
    [
        ((REACHED,), None, None),
        ((REACHED, OPEN), None, Unproven.OPEN),
        ((REACHED,), Unproven.GAPS, Unproven.GAPS),
        ((REACHED, OPEN), Unproven.OUT_OF_TIME, Unproven.OUT_OF_TIME),
        ((), Unproven.NO_SOLVER, Unproven.NO_SOLVER),
    ],
)
def test_a_plan_is_proven_if_each_goal_reached_its_bound_and_nothing_else_is_known(stages, given, why_not):
    proof = make_proof(simple_world(3, 3, 2), MET, stages, given)

    assert proof.why_not == why_not
    assert proof.is_proven == (why_not is None)


def test_musts_are_those_of_mentees():
    proof = make_proof(simple_world(3, 3, 2, wishes=MUSTS), MET)

    assert proof == Proof(meetings=3, musts_asked=3, musts_met=1, asked_must=2, met_a_must=1)


def test_a_goal_is_reached_at_its_bound():
    assert REACHED.is_proven
    assert not OPEN.is_proven


@pytest.mark.parametrize(
    ("mentees", "mentors", "rounds", "counts"),
    [
        (24, 10, 6, {2: 12, 3: 12}),
        (60, 20, 6, {2: 60}),
        (10, 24, 6, {6: 10}),
        (30, 30, 6, {6: 30}),
        (7, 3, 4, {1: 2, 2: 5}),
    ],
)
def test_what_the_form_promises_for_so_many_people(mentees, mentors, rounds, counts):
    """As in "60 mentees and 20 mentors: everyone meets 2", if they may all meet each other."""
    plan = propose(simple_world(mentees, mentors, rounds))
    found = [plan.counts[f"e{number}"] for number in range(mentees)]

    assert {count: found.count(count) for count in set(found)} == counts
    assert plan.proof.is_proven


def test_mentors_share_the_evening_as_equally():
    plan = propose(simple_world(5, 4, 3))

    assert sorted(plan.counts[f"o{number}"] for number in range(4)) == [3, 3, 3, 3]
    assert sorted(propose(simple_world(4, 5, 3)).counts[f"o{n}"] for n in range(5)) == [2, 2, 2, 3, 3]


def test_nobody_is_left_out_for_a_popular_mentor():
    """All want the same mentor; still everyone has the same number, and the mentor no more than there are rounds."""
    wishes = {(f"e{number}", "o0"): Wish.MUST for number in range(8)}
    plan = propose(simple_world(8, 4, 4, wishes=wishes))

    assert [plan.counts[f"e{number}"] for number in range(8)] == [2] * 8
    assert (plan.counts["o0"], plan.proof.musts_asked, plan.proof.musts_met) == (4, 8, 4)


def test_who_wants_few_meetings_leaves_them_to_others():
    problem = change_people(simple_world(3, 2, 3), e0={"most": 1})
    plan = propose(problem)

    assert [plan.counts[f"e{number}"] for number in range(3)] == [1, 2, 2]
