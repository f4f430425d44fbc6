"""No number of fewer than five people follows; intervals hold as often as they promise; periods don’t overlap."""

from collections import defaultdict
from datetime import timedelta
from itertools import pairwise, product
from math import comb, exp, factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.figures.hiding import FEWEST, Cell, hide_nested, merge_small
from search.figures.intervals import FEW_HITS, wilson_interval
from search.figures.periods import LONGEST, WEEK, list_periods, week_start
from tests.conftest import NOW

MOST = 22


def people_in(sizes: tuple[int, ...]) -> list[list[int]]:
    """So many different people in each group."""
    return [[100 * number + one for one in range(size)] for number, size in enumerate(sizes)]


def answers_by_what_is_told() -> dict[tuple[Cell, ...], set[tuple[int, ...]]]:
    """For everything that four stages can say, which true numbers say it: all there are of up to so many people."""
    told = defaultdict(set)
    for sizes in (one for one in product(range(MOST + 1), repeat=4) if sum(one) <= MOST):
        reached = tuple(sum(sizes[stage:]) for stage in range(4))
        told[tuple(hide_nested(people_in(sizes)))].add(reached)
    return told


def test_a_hidden_stage_follows_from_nothing_that_is_told():
    """Found by trying all: whatever a reader knows of how it is hidden, at least two true numbers look the same."""
    for cells, truths in answers_by_what_is_told().items():
        for stage, cell in enumerate(cells):
            values = {reached[stage] for reached in truths}
            assert (cell.value is None and len(values) > 1) or values == {cell.value}


def test_no_difference_of_two_stages_that_are_told_is_small():
    for cells in answers_by_what_is_told():
        told = [cell.value for cell in cells if cell.value is not None]
        assert all(larger - smaller >= FEWEST for larger, smaller in pairwise(told))
        assert all(number >= FEWEST for number in told)


@given(st.lists(st.lists(st.integers(0, 12), max_size=12), min_size=2, max_size=5))
def test_people_who_come_more_than_once_count_once(furthest):
    cells, told = hide_nested(furthest), 0
    for stage, cell in enumerate(cells):
        reached = [one for some in furthest[stage:] for one in some]
        if cell.value is not None:
            assert cell.value == len(reached)
            assert len(set(reached)) >= FEWEST
            assert stage == 0 or len({one for some in furthest[told:stage] for one in some}) >= FEWEST
            told = stage


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6))
def test_parts_that_are_told_are_large_and_so_is_the_rest(sizes):
    groups = dict(zip("abcdef", people_in(tuple(sizes)), strict=False))
    if sum(sizes) < FEWEST:
        return
    parts = merge_small(groups)
    rest = [one for key in parts.together for one in groups[key]]

    assert sorted([*parts.told, *parts.together]) == sorted(groups)
    assert all(len(groups[key]) >= FEWEST for key in parts.told)
    assert not parts.together or (len(parts.together) > 1 and len(rest) >= FEWEST)


SHARES = [number / 100 for number in range(5, 96)]


def coverage_of(of: int) -> list[float]:
    """For each true share, how often the interval has it: computed, not drawn."""
    ends = [wilson_interval(hits, of) for hits in range(of + 1)]
    return [
        sum(
            comb(of, hits) * share**hits * (1 - share) ** (of - hits)
            for hits, (low, high) in enumerate(ends)
            if low <= share <= high
        )
        for share in SHARES
    ]


def test_intervals_hold_in_95_of_100_cases():
    found = {of: coverage_of(of) for of in range(5, 101)}
    everything = [one for some in found.values() for one in some]

    assert abs(sum(everything) / len(everything) - 0.95) < 0.01
    assert min(everything) >= 0.9


@pytest.mark.parametrize(("hits", "bound"), list(enumerate(FEW_HITS, 1)))
def test_ends_for_few_hits_are_those_of_a_poisson_distribution(hits, bound):
    assert abs(sum(exp(-bound) * bound**one / factorial(one) for one in range(hits)) - 0.95) < 1e-8


@given(st.integers(1, 300).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_an_interval_is_within_the_possible_and_has_the_share(hits_of):
    low, high = wilson_interval(*hits_of)

    assert 0 <= low <= hits_of[0] / hits_of[1] <= high <= 1


@given(st.integers(0, 400), st.integers(0, 167))
def test_periods_are_whole_weeks_that_do_not_overlap(days, hours):
    now = NOW + timedelta(days=days, hours=hours)
    periods = list_periods(NOW, now)

    assert [one.number for one in periods] == list(range(len(periods), 0, -1))
    for later, earlier in pairwise(periods):
        assert earlier.until == later.since
        assert earlier.until - earlier.since == LONGEST
    if periods:
        assert (periods[-1].since, periods[0].until) == (week_start(NOW), week_start(now))
        assert (periods[0].until - periods[0].since) % WEEK == timedelta()
    else:
        assert week_start(now) == week_start(NOW)
