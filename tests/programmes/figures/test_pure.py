"""No number of fewer than five people follows; intervals hold as often as they promise; periods don’t overlap."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations, count, pairwise, product
from math import comb, exp, factorial
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.figures import defined
from search.figures.defined import STAGES, count_funnel, count_solved, count_unmet
from search.figures.facts import Question, Step
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


# How many people got how far, each with one question: two topics of those who found nobody, and all later steps
TOPICS = ("a", "b")
STEPS = (*[Step.ASKED] * len(TOPICS), *[step for step in Step if step != Step.ASKED])
FEW_ENOUGH_TO_TRY = 11


def list_sizes(most: int, groups: int) -> Iterator[tuple[int, ...]]:
    """Every way in which at most so many people are in so many groups."""
    for bars in combinations(range(most + groups), groups):
        yield tuple(later - earlier - 1 for earlier, later in pairwise((-1, *bars)))


def everything_told(sizes: tuple[int, ...]) -> tuple[tuple[object, ...], ...]:
    """All numbers of all figures about questions; all waited as long, so that a time says nothing else."""
    people = count()
    asked = [
        Question(next(people), NOW, step, NOW, step >= Step.MET, TOPICS[place] if place < len(TOPICS) else "")
        for place, (step, size) in enumerate(zip(STEPS, sizes, strict=True))
        for _one in range(size)
    ]
    facts = SimpleNamespace(questions=asked)
    rows = [row for figure in (count_funnel, count_solved, count_unmet) for row in figure(facts)]
    return tuple((row.code, row.value, row.of, row.low, row.high, row.hidden) for row in rows)


def true_numbers(sizes: tuple[int, ...]) -> dict[str, int]:
    asked, later = sizes[: len(TOPICS)], sizes[len(TOPICS) :]
    topics = {f"topic:{topic}": size for topic, size in zip(TOPICS, asked, strict=True)}
    reached = {str(STAGES[step][0]): sum(later[step - 1 :]) for step in Step if step != Step.ASKED}
    return {"asked": sum(sizes), "unmet": sum(asked), **topics, **reached}


def test_no_hidden_number_follows_from_all_figures_together(monkeypatch):
    """By trying all. Two answers tell no more: the questions of one period are in no other."""
    monkeypatch.setattr(defined, "_topic_of", lambda question: question.words)
    truths = defaultdict(list)
    for sizes in list_sizes(FEW_ENOUGH_TO_TRY, len(STEPS)):
        truths[everything_told(sizes)].append(true_numbers(sizes))
    followed = set()
    for told, possible in truths.items():
        shown = {code: value for code, value, *_others in told}
        for code in possible[0]:
            values = {one[code] for one in possible}
            # A topic that isn’t named is hidden only if it has questions.
            if shown.get(code) is None and len(values) == 1 and values != {0}:
                followed.add((told, code, *values))

    assert len(truths) > 20
    assert followed == set()


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
