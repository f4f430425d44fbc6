"""Pods: a mentor meets two to four mentees at once, at one table."""

from collections import Counter
from dataclasses import replace
from itertools import combinations

import pytest

from events.scheduling.checking import Rule, find_false_claims, find_violations
from events.scheduling.fill import fill_holes, plan_without_solver
from events.scheduling.planner import propose, rebalance
from events.scheduling.pods import Pods
from events.scheduling.problem import Lock, Meeting, Table, Unproven

from .worlds import change_people, random_locks, random_world, shuffle_world, simple_world


def with_pods(problem, seats: int):
    tables = tuple(Table(str(number), screen=True) for number in range(len(problem.mentors)))
    return replace(problem, mentors=tuple(replace(one, seats=seats) for one in problem.mentors), tables=tables)


def pod_sizes(plan) -> dict[str, list[int]]:
    sizes = Counter((meeting.mentor, meeting.round) for meeting in plan.meetings)
    return {host: [n for (one, _), n in sorted(sizes.items()) if one == host] for host, _ in sizes}


def test_pods_of_three_give_everyone_all_their_rounds():
    """60 mentees and 20 mentors meet two each alone, and six each in pods of three."""
    plan = propose(with_pods(simple_world(60, 20, 6), 3))

    assert {plan.counts[f"e{number}"] for number in range(60)} == {6}
    assert {size for sizes in pod_sizes(plan).values() for size in sizes} == {3}
    assert plan.proof.is_proven


@pytest.mark.parametrize(("mentees", "seats"), [(7, 2), (10, 3), (13, 4), (5, 2)])
def test_a_mentors_pods_differ_by_one_at_most(mentees, seats):
    plan = propose(with_pods(simple_world(mentees, 3, 4), seats))
    sizes = pod_sizes(plan)

    assert all(len(of_host) == 4 for of_host in sizes.values())
    assert all(max(of_host) - min(of_host) <= 1 for of_host in sizes.values())
    assert plan.proof.is_proven


@pytest.mark.parametrize("gaps", [0, 0.4])
@pytest.mark.parametrize("seed", range(6))
def test_every_plan_with_pods_is_valid(seed, gaps):
    problem = with_pods(random_world(seed, 15, 5, 4, gaps=gaps, mixed=seed % 2 == 1), 2 + seed % 3)
    problem = random_locks(problem, seed, 4)
    for plan in (propose(problem), plan_without_solver(problem)):
        assert find_violations(problem, plan.meetings) == []
        assert find_false_claims(problem, plan) == []
    assert propose(problem).proof.is_proven or gaps


@pytest.mark.parametrize("gaps", [0, 0.4])
def test_pods_are_the_same_however_the_world_is_told(gaps):
    problem = random_locks(with_pods(random_world(8, 14, 5, 4, gaps=gaps), 3), 8, 3)

    assert {propose(shuffle_world(problem, seed)).digest for seed in range(3)} == {propose(problem).digest}


def test_a_pod_sits_at_the_table_of_its_host():
    plan = propose(with_pods(simple_world(12, 3, 4), 3))

    assert len({(meeting.mentor, meeting.table) for meeting in plan.meetings}) == 3


def test_a_host_without_a_table_has_no_pod():
    problem = replace(with_pods(simple_world(6, 3, 2), 3), tables=(Table("1"), Table("2")))
    plan = propose(problem)

    assert len({meeting.mentor for meeting in plan.meetings}) == 2
    assert find_violations(problem, plan.meetings) == []


def test_people_with_like_topics_come_together():
    """Two hosts, two rounds, and two groups of topics: nobody needs to sit beside a stranger to their topic."""
    topics = {f"e{number}": {"topics": frozenset("a" if number < 4 else "b")} for number in range(8)}
    problem = change_people(with_pods(simple_world(8, 2, 2), 4), **topics)
    plan = propose(problem)
    pods: dict[tuple[int, str], list[str]] = {}
    for meeting in plan.meetings:
        pods.setdefault((meeting.round, meeting.mentor), []).append(meeting.mentee)
    likeness = sum(
        problem.people[one].topics == problem.people[other].topics
        for pod in pods.values()
        for one, other in combinations(pod, 2)
    )

    assert [len(pod) for pod in pods.values()] == [4] * 4
    assert likeness >= 16


def test_locks_share_a_pod_up_to_its_seats():
    locks = tuple(Lock(f"e{number}", "o0", 1) for number in range(3))
    problem = replace(with_pods(simple_world(6, 2, 2), 2), locks=locks)
    plan = propose(problem)

    assert plan.left_locks == (locks[2],)
    assert {"e0", "e1"} == {m.mentee for m in plan.meetings if (m.round, m.mentor) == (1, "o0")}
    assert find_false_claims(problem, plan) == []


@pytest.mark.parametrize(
    "lock", [Lock("e0", "nobody"), Lock("e0", "o0", 9), Lock("e0", "o1", 1), Lock("e1", "o0"), Lock("e0", "o0")]
)
def test_locks_of_pods_that_break_a_rule_are_named(lock):
    problem = with_pods(simple_world(4, 2, 2, apart=frozenset({("e1", "o0")})), 2)
    problem = replace(problem, locks=(Lock("e0", "o0", 1), lock))

    assert Pods(problem).left_locks == (lock,)


def test_the_smallest_pod_is_filled_first():
    problem = with_pods(simple_world(4, 2, 1), 3)
    standing = [Meeting(1, "e0", "o0", "0"), Meeting(1, "e1", "o0", "0")]
    added = fill_holes(problem, standing)

    assert {meeting.mentee for meeting in added} == {"e2", "e3"}
    assert Counter(meeting.mentor for meeting in (*standing, *added))["o1"] >= 1
    assert find_violations(problem, [*standing, *added]) == []


def test_pods_are_rebalanced_by_filling_them():
    problem = with_pods(simple_world(6, 2, 2), 3)
    standing = propose(problem).meetings[:-2]
    plan = rebalance(problem, standing)

    assert set(standing) <= set(plan.meetings)
    assert plan.proof.why_not == Unproven.OPEN


def test_a_pod_with_too_many_is_a_fault():
    problem = with_pods(simple_world(3, 2, 1), 2)
    rows = [Meeting(1, f"e{number}", "o0", "0") for number in range(3)]

    assert find_violations(problem, rows[:2]) == []
    assert rules_broken(problem, rows) == [Rule.ONCE_A_ROUND]


def test_two_pods_at_one_table_are_a_fault():
    problem = with_pods(simple_world(2, 2, 1), 2)

    assert rules_broken(problem, [Meeting(1, "e0", "o0", "0"), Meeting(1, "e1", "o1", "0")]) == [Rule.TABLE_ONCE]


def test_a_host_who_moves_is_a_fault():
    problem = with_pods(simple_world(2, 2, 2), 2)

    assert rules_broken(problem, [Meeting(1, "e0", "o0", "0"), Meeting(2, "e1", "o0", "1")]) == [Rule.SEATED]


def rules_broken(problem, meetings) -> list[Rule]:
    return [fault.rule for fault in find_violations(problem, meetings)]


@pytest.mark.parametrize("gaps", [0, 0.4])
@pytest.mark.parametrize("seed", range(6))
def test_two_who_are_apart_sit_in_no_pod_together(seed, gaps):
    problem = with_pods(random_world(seed, 15, 5, 4, gaps=gaps), 3)
    mentees = sorted(one.id for one in problem.mentees)
    apart = frozenset(zip(mentees[::2], mentees[1::2], strict=False))
    problem = random_locks(replace(problem, not_beside=apart), seed, 4)
    for plan in (propose(problem), plan_without_solver(problem)):
        assert find_violations(problem, plan.meetings) == []
        assert find_false_claims(problem, plan) == []


def test_who_is_apart_costs_nobody_a_meeting_where_all_attend_all_rounds():
    problem = replace(with_pods(simple_world(6, 2, 2), 3), not_beside=frozenset({("e0", "e1"), ("e2", "e3")}))

    plan = propose(problem)

    assert {plan.counts[one.id] for one in problem.mentees} == {2}
    assert plan.proof.is_proven
    assert find_violations(problem, plan.meetings) == []


def test_holes_of_a_pod_are_not_filled_with_who_is_apart():
    problem = replace(with_pods(simple_world(2, 1, 1), 2), not_beside=frozenset({("e0", "e1")}))
    [mentor] = problem.mentors

    both = [Meeting(1, key, mentor.id, "0") for key in ("e0", "e1")]

    assert fill_holes(problem, both[:1]) == ()
    assert [one.rule for one in find_violations(problem, both)] == [Rule.APART]
