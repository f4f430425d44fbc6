"""The arithmetic of the ledger, against a slower way to say it, and over invented years."""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.ledger.weights import WEIGHTS, FactKind, LedgerFact, falls_to, number_at
from tests.conftest import NOW

DAY = timedelta(days=1)
FACTS = st.builds(
    LedgerFact,
    st.integers(0, 700 * 1440).map(lambda minutes: NOW - timedelta(minutes=minutes)),
    st.integers(1, 1000),
    st.sampled_from(FactKind),
)


def missed(*days: float) -> list[LedgerFact]:
    return [LedgerFact(NOW - day * DAY, number, FactKind.MISSED) for number, day in enumerate(days)]


def greatest_last_stretch(facts, moment) -> float:
    """The greatest sum of what the last facts weigh at `moment`, however many of them are taken; nothing is 0."""
    weighs = [WEIGHTS[fact.kind] * 2 ** ((fact.at - moment) / timedelta(days=90)) for fact in sorted(facts)]
    return max(sum(weighs[first:]) for first in range(len(weighs) + 1))


@given(st.lists(FACTS, max_size=40, unique_by=lambda fact: fact.booking))
def test_number_is_the_greatest_sum_of_a_last_stretch(facts):
    assert number_at(facts, NOW) == pytest.approx(greatest_last_stretch(facts, NOW), abs=2e-6)


@given(st.lists(FACTS, max_size=40), st.integers(0, 300))
def test_number_only_falls_by_time_and_is_never_below_nothing(facts, days):
    now, later = number_at(facts, NOW), number_at(facts, NOW + days * DAY)

    assert 0 <= later <= now


@pytest.mark.parametrize(
    ("facts", "number"),
    [
        pytest.param([], 0.0, id="nothing"),
        pytest.param(missed(0), 1.0, id="one-now"),
        pytest.param(missed(90), 0.5, id="one-half-life-ago"),
        pytest.param(missed(90, 90, 90), 1.5, id="exactly-at-the-first-limit"),
        pytest.param(
            [LedgerFact(NOW - DAY, 1, FactKind.CAME), *missed(0)], 1.0, id="what-was-kept-before-is-no-credit"
        ),
        pytest.param([*missed(0), LedgerFact(NOW, 9, FactKind.CAME)], 0.8, id="what-is-kept-after-takes-away"),
        pytest.param([LedgerFact(NOW, number, FactKind.CAME) for number in range(9)], 0.0, id="never-below-nothing"),
    ],
)
def test_number_at_known_moments(facts, number):
    assert number_at(facts, NOW) == number


def test_falls_to_a_limit_when_time_says_so():
    facts = missed(0, 1, 2)
    number = number_at(facts, NOW)
    moment = falls_to(number, 1.5, NOW)

    assert number_at(facts, moment) == pytest.approx(1.5, abs=2e-6)
    assert falls_to(1.5, 1.5, NOW) == NOW


def years_with_a_pause(*, a_month: int, misses: float, years: int = 1000) -> float:
    """Of a hundred invented years of a person with so many sessions a month, in how many the number reaches 2.2."""
    random, paused = Random(1), 0
    for _year in range(years):
        facts = []
        for day in sorted(random.uniform(0, 365) for _session in range(12 * a_month)):
            kind = FactKind.MISSED if random.random() < misses else FactKind.CAME
            facts.append(LedgerFact(NOW + day * DAY, len(facts), kind))
        paused += any(
            fact.kind == FactKind.MISSED and number_at(facts[: place + 1], fact.at) >= 2.2
            for place, fact in enumerate(facts)
        )
    return 100 * paused / years


@pytest.mark.parametrize(
    ("a_month", "misses", "at_least", "at_most"),
    [
        pytest.param(8, 0.05, 0, 12, id="misses-one-in-twenty-of-many"),
        pytest.param(2, 0.5, 95, 100, id="misses-half"),
        pytest.param(8, 0, 0, 0, id="misses-none"),
    ],
)
def test_who_nearly_always_comes_is_not_paused_and_who_misses_half_is(a_month, misses, at_least, at_most):
    assert at_least <= years_with_a_pause(a_month=a_month, misses=misses) <= at_most
