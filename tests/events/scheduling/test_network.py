"""The program behind the choice: its bounds hold whatever the solver says, and goals keep what earlier ones reached."""

import random
from dataclasses import replace

import numpy as np
import pytest

from events.scheduling.matrices import build_matrices
from events.scheduling.network import Network, OutOfTimeError, Prices, Value
from events.scheduling.planner import propose
from events.scheduling.problem import Goal, Table, Unproven
from events.scheduling.who import choose_pairs

from .oracle import best_schedule, worth_of
from .worlds import change_people, random_world, simple_world


def make_network(problem, seconds: float = 20) -> Network:
    matrices = build_matrices(problem)
    return Network(problem, matrices, np.zeros(matrices.allowed.shape, bool), seconds)


def even(people: int, rounds: int) -> dict[int, list[int]]:
    return {number: list(range(rounds, 0, -1)) for number in range(people)}


@pytest.mark.parametrize("seed", range(5))
def test_any_prices_give_a_bound(seed):
    """A solver that is wrong can only make a proof impossible; it can't make a false one."""
    dice = random.Random(seed)
    problem = random_world(seed, 7, 6, 3)
    network = make_network(problem)
    points = network.matrices.points
    best = network.maximise(Goal.POINTS, Value(pairs=points)).value
    fresh = make_network(problem)
    counters = [np.zeros(len(one.people), np.int64) for one in fresh.counters]

    for _ in range(20):
        prices = Prices(
            *(np.array([dice.randrange(-50, 300) for _ in range(n)]) for n in (7, 6, 7)), tables=0, screens=0
        )
        reduced = [
            gains + costs[one.people]
            for gains, one, costs in zip(
                counters, fresh.counters, (prices.mentees, prices.mentors, prices.musts), strict=True
            )
        ]
        assert fresh._bound(fresh._reduce(points, prices), reduced, prices) >= best


@pytest.mark.parametrize("seed", range(5))
def test_a_later_goal_takes_nothing_from_an_earlier_one(seed):
    problem = random_world(seed, 10, 6, 3)
    network = make_network(problem)
    first = Value(mentees=even(10, 3))
    reached = network.maximise(Goal.MENTEES, first).value
    counts = sorted(network.chosen.sum(1))
    network.maximise(Goal.POINTS, Value(pairs=network.matrices.points))

    again = sum(sum(first.mentees[row][:count]) for row, count in enumerate(network.chosen.sum(1)))
    assert again == reached
    assert sorted(network.chosen.sum(1)) == counts


@pytest.mark.parametrize("seed", range(10))
def test_few_screens_are_used_as_well_as_any_schedule_could(seed):
    """With people online and on site, a round has only so many screens; no schedule has more meetings."""
    problem = random_world(seed, 4, 4, 2, mixed=True)
    nobody_sits = {key: {"seated": False, "had": 0} for key in problem.people}
    problem = replace(change_people(problem, **nobody_sits), tables=(Table("1", screen=True), Table("2"), Table("3")))
    plan = propose(problem)
    best = best_schedule(problem)
    worth = worth_of(problem, {meeting.pair for meeting in plan.meetings})

    assert worth == best if plan.proof.is_proven else worth <= best
    assert plan.proof.most_meetings is None or plan.proof.most_meetings >= best[0]


def test_halves_are_made_whole_or_the_goal_stays_open():
    """Each mixed pair takes one of three screens in two rounds; the planner never claims more than it has."""
    for seed in range(12):
        dice = random.Random(seed)
        people = {f"{side}{n}": {"online": dice.random() < 0.5} for side in "eo" for n in range(6)}
        tables = (Table("1", screen=True), *(Table(str(n)) for n in range(2, 7)))
        fit = {(f"e{one}", f"o{other}"): dice.randrange(101) for one in range(6) for other in range(6)}
        problem = change_people(simple_world(6, 6, 3, tables=tables, fit=fit), **people)
        choice = choose_pairs(problem, set())
        mixed = [pair for pair in choice.pairs if problem.needs_screen(*pair)]

        assert len(mixed) <= 3
        assert all(stage.value <= stage.bound for stage in choice.stages)


@pytest.mark.parametrize("reached", range(1, 4))
def test_when_time_is_over_the_goals_that_were_reached_count(monkeypatch, reached):
    maximise, done = Network.maximise, []

    def interrupted(self, goal, value):
        if len(done) == reached:
            raise OutOfTimeError
        done.append(goal)
        return maximise(self, goal, value)

    monkeypatch.setattr(Network, "maximise", interrupted)
    plan = propose(random_world(2, 8, 8, 3))

    assert [stage.goal for stage in plan.proof.stages] == done
    assert plan.proof.why_not == Unproven.OUT_OF_TIME
    assert len(plan.meetings) == plan.proof.most_meetings


def test_a_solver_that_finds_no_end_is_out_of_time(monkeypatch):
    network = make_network(random_world(1, 6, 6, 2))
    monkeypatch.setattr(network, "seconds", -1.0)

    with pytest.raises(OutOfTimeError):
        network.maximise(Goal.POINTS, Value(pairs=network.matrices.points))


def test_pairs_that_were_no_candidates_enter_by_their_price(monkeypatch):
    """With one candidate each, favourites overlap, and most meetings are with someone who wasn't one."""
    monkeypatch.setattr("events.scheduling.network.CANDIDATES", 1)
    problem = simple_world(12, 12, 3)
    fit = {(one.id, other.id): 100 - number for one in problem.mentees for number, other in enumerate(problem.mentors)}
    network = make_network(replace(problem, fit=fit))
    before = len(network.rows)
    stage = network.maximise(Goal.MENTEES, Value(mentees=even(12, 3)))

    assert stage.is_proven
    assert before < len(network.rows)
    assert network.chosen.sum() == 36
