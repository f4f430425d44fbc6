import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.understanding.scoring import (
    Discriminant,
    Settings,
    combine,
    mean_of_nearest,
    pick_core,
    softmax,
    standardize,
)

SETTINGS = Settings(least_share=0.15, delta=1.0, most_topics=3)
shares = st.lists(st.floats(0, 1), min_size=2, max_size=12)


@given(shares, st.data())
def test_pick_core_has_everything_named_and_at_most_three(shares, data):
    named = data.draw(st.lists(st.sampled_from(range(len(shares))), max_size=3, unique=True))
    core = pick_core(shares, named, SETTINGS)

    assert set(named) <= set(core)
    assert len(core) == len(set(core)) <= 3
    least = max(0.15, max(shares) * np.exp(-1))
    assert all(shares[number] >= least for number in core if number not in named)


@pytest.mark.parametrize(
    ("shares", "named", "core"),
    [
        pytest.param([0.6, 0.3, 0.05], [], [0, 1], id="near-the-best"),
        pytest.param([0.8, 0.2, 0.0], [], [0], id="far-from-the-best"),
        pytest.param([0.1, 0.09, 0.08], [], [], id="none-likely"),
        pytest.param([0.6, 0.3, 0.05], [2], [2, 0, 1], id="named-first"),
        pytest.param([0.3, 0.25, 0.2, 0.18], [], [0, 1, 2], id="at-most-three"),
        pytest.param([0.4, 0.3, 0.2, 0.1], [0, 1, 2, 3], [0, 1, 2, 3], id="all-that-are-named"),
    ],
)
def test_pick_core(shares, named, core):
    assert pick_core(shares, named, SETTINGS) == core


def test_standardize_gives_mean_0_and_deviation_1():
    rows = standardize(np.array([[1, 2, 3], [5, 5, 5]], np.float32))

    assert rows.mean(axis=1) == pytest.approx([0, 0], abs=1e-6)
    assert rows.std(axis=1) == pytest.approx([1, 0])


def test_a_missing_opinion_makes_a_reading_no_less_decided():
    opinion = np.array([[3, 1, 0]], np.float32)

    both = combine({"a": opinion, "b": opinion}, {"a": 1.0, "b": 0.4})
    assert combine({"a": opinion}, {"a": 1.0, "b": 0.4}) == pytest.approx(both)


def test_the_discriminant_tells_clouds_apart():
    rng = np.random.default_rng(0)
    middles = np.eye(3, 5, dtype=np.float32) * 4
    topics = np.repeat(np.arange(3), 40)
    vectors = (middles[topics] + rng.normal(size=(120, 5))).astype(np.float32)

    fitted = Discriminant.fit(vectors, topics, 3, 0.1)
    assert (fitted.score(vectors).argmax(axis=1) == topics).mean() > 0.95
    assert softmax(fitted.score(vectors)).sum(axis=1) == pytest.approx(1)


def test_mean_of_nearest_takes_each_topics_own_examples():
    similarities = np.array([[0.9, 0.1, 0.5, 0.2, 0.4]], np.float32)

    assert mean_of_nearest(similarities, [0, 2, 5], 2) == pytest.approx(np.array([[0.5, 0.45]]))
    assert mean_of_nearest(similarities, [0, 1, 5], 3) == pytest.approx(np.array([[0.9, 1.1 / 3]]))
