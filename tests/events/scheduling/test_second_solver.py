"""A solver of another kind finds the same values for every goal."""

import pytest

from events.scheduling.who import choose_pairs

from .flow import Flow, best_values, split_worth, worth
from .worlds import random_world


@pytest.mark.parametrize("seed", range(14))
def test_both_find_the_same_values(seed):
    problem = random_world(seed, 8 + seed % 4, 7 + seed % 5, 2 + seed % 3, gaps=0.2)
    choice = choose_pairs(problem, set())

    assert choice.values == best_values(problem)


@pytest.mark.parametrize("seed", range(8))
def test_candidates_only_save_time(seed, monkeypatch):
    """With one candidate each at first, the same values are found: the others enter by their price."""
    monkeypatch.setattr("events.scheduling.network.CANDIDATES", 1)
    monkeypatch.setattr("events.scheduling.network.ADDED_AT_ONCE", 1)
    problem = random_world(seed, 9, 8, 3)

    assert choose_pairs(problem, set()).values == best_values(problem)


def test_the_second_solver_takes_back_what_it_chose_too_early():
    flow = Flow()
    for start, end, gain in (
        ("s", "a", 0),
        ("s", "b", 0),
        ("a", "x", 5),
        ("a", "y", 4),
        ("b", "x", 4),
        ("x", "t", 0),
        ("y", "t", 0),
    ):
        flow.connect(start, end, 1, gain)

    assert flow.run("s", "t") == 8


def test_goals_have_room_beside_each_other():
    assert split_worth(worth(3, 40, 500, 6000)) == [3, 40, 500, 6000]
