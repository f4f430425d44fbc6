"""Networking: anyone may meet anyone, in pairs."""

import random
from collections import Counter
from dataclasses import replace

import pytest

from events.scheduling.anyone import bound_meetings
from events.scheduling.checking import Rule, find_false_claims, find_violations
from events.scheduling.fill import fill_holes, plan_without_solver
from events.scheduling.matching import match_best
from events.scheduling.planner import propose, rebalance
from events.scheduling.problem import Lock, Meeting, Obstacle, Person, Problem, Table, Unproven, Wish
from events.scheduling.rounds import Tables

from .worlds import change_people, person, shuffle_world


def gathering(people: int, rounds: int, tables: int | None = None, **facts) -> Problem:
    """People who may all meet each other."""
    count = people // 2 if tables is None else tables
    everyone = tuple(person(f"p{number:02}") for number in range(people))
    return replace(
        Problem("spring", rounds, everyone, (), tuple(Table(str(n)) for n in range(count)), anyone=True), **facts
    )


def random_gathering(seed: int, people: int, rounds: int) -> Problem:
    dice = random.Random(seed)
    problem = gathering(people, rounds, people // 2 - seed % 2)
    keys = sorted(problem.people)
    pairs = [(one, other) for one in keys for other in keys if one < other]

    def changed(one: Person) -> Person:
        first = dice.choice((1, 1, 1, 2))
        return replace(one, attends=frozenset(range(first, rounds + 1)), most=dice.choice((None, None, 2)))

    return replace(
        problem,
        mentees=tuple(map(changed, problem.mentees)),
        apart=frozenset(dice.sample(pairs, people // 2)),
        wishes={
            (one, other): dice.choice(list(Wish)) for one in keys for other in dice.sample(keys, 2) if one != other
        },
        fit={pair: dice.randrange(101) for pair in pairs},
    )


@pytest.mark.parametrize(
    ("people", "rounds", "tables", "counts"),
    [(8, 4, 4, {4: 8}), (9, 4, 4, {3: 4, 4: 5}), (20, 5, 8, {4: 20}), (10, 3, 2, {1: 8, 2: 2}), (2, 3, 1, {1: 2})],
)
def test_byes_differ_by_one_at_most(people, rounds, tables, counts):
    plan = propose(gathering(people, rounds, tables))

    assert Counter(plan.counts.values()) == counts
    assert len(plan.meetings) <= plan.proof.most_meetings
    assert plan.proof.why_not == Unproven.OPEN


@pytest.mark.parametrize("seed", range(6))
def test_every_gathering_is_valid(seed):
    problem = random_gathering(seed, 11 + seed, 4)
    for plan in (propose(problem), plan_without_solver(problem)):
        assert find_violations(problem, plan.meetings) == []
        assert find_false_claims(problem, plan) == []
    assert len(propose(problem).meetings) >= len(plan_without_solver(problem).meetings) - 1


def test_it_is_the_same_however_it_is_told():
    problem = random_gathering(3, 14, 4)
    shuffled = [shuffle_world(problem, seed) for seed in range(3)]

    assert {propose(one).digest for one in shuffled} == {propose(problem).digest}
    assert {plan_without_solver(one).digest for one in shuffled} == {plan_without_solver(problem).digest}


def test_musts_are_met_whoever_named_them():
    plan = propose(gathering(8, 2, wishes={("p07", "p00"): Wish.MUST, ("p01", "p06"): Wish.MUST}))

    assert (plan.proof.musts_asked, plan.proof.musts_met, plan.proof.asked_must, plan.proof.met_a_must) == (2, 2, 2, 2)


def test_locks_stay_and_others_are_named():
    locks = (Lock("p00", "p01", 2), Lock("p00", "p02", 2), Lock("p03", "p02"), Lock("p04", "p05"))
    problem = gathering(6, 3, locks=locks)
    for plan in (propose(problem), plan_without_solver(problem)):
        assert set(plan.left_locks) == {locks[1], locks[2]}
        assert {(2, "p00", "p01")} <= {(m.round, *m.pair) for m in plan.meetings}
        assert find_false_claims(problem, plan) == []


def test_holes_are_filled_and_nobody_moves():
    problem = gathering(6, 1)
    added = fill_holes(problem, [Meeting(1, "p00", "p05", "1")])

    assert len(added) == 2
    assert find_violations(problem, [Meeting(1, "p00", "p05", "1"), *added]) == []


def test_two_who_are_left_over_split_a_new_pair():
    """Those with the fewest meetings choose first; p00 and p03 can't meet, so p01 and p02 are parted for them."""
    apart = frozenset({("p00", "p03"), ("p00", "p02"), ("p01", "p03")})
    problem = change_people(gathering(4, 1, apart=apart), p00={"had": 2}, p03={"had": 2})

    assert {meeting.pair for meeting in fill_holes(problem, [])} == {("p00", "p01"), ("p02", "p03")}


def test_a_gathering_is_rebalanced_by_filling_it():
    problem = gathering(6, 2)
    standing = propose(problem).meetings[:-1]

    assert set(standing) <= set(rebalance(problem, standing).meetings)


def test_a_pair_is_written_with_the_lower_id_first():
    problem = gathering(3, 1, 2)

    assert [fault.rule for fault in find_violations(problem, [Meeting(1, "p01", "p00", "0")])] == [Rule.KNOWN]
    with pytest.raises(ValueError, match="wrong way"):
        gathering(3, 1, apart=frozenset({("p01", "p00")}))
    assert gathering(3, 1, wishes={("p01", "p00"): Wish.NO}).obstacle("p00", "p01") == Obstacle.PRIVATE


def test_without_time_there_is_still_a_plan():
    plan = propose(gathering(8, 3), seconds=0)

    assert plan.proof.why_not == Unproven.OUT_OF_TIME
    assert len(plan.meetings) == 12


@pytest.mark.parametrize(
    ("problem", "bound"),
    [(gathering(7, 4), 12), (gathering(8, 4, 2), 8), (change_people(gathering(4, 3), p00={"most": 1}), 5)],
)
def test_a_simple_bound_is_shown_beside_it(problem, bound):
    assert bound_meetings(problem) == bound


def test_the_best_pairs_of_a_round_are_found():
    """The pair that gains most isn't part of the best choice."""
    problem = gathering(4, 1)
    gains = {("p00", "p01"): 9, ("p00", "p02"): 6, ("p01", "p03"): 6, ("p02", "p03"): 1}

    assert match_best(gains, Tables(problem), 10) == [("p00", "p02"), ("p01", "p03")]
    assert match_best(gains, Tables(problem, {"0"}), 10) == [("p00", "p01")]
    assert match_best({}, Tables(problem), 10) == []
