import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.understanding.typos import Spelling, count_edits

SPELLING = Spelling.of(["interview", "negotiation", "pitch", "cv", "salary"], ["patch", "celery"])


def slow_count(first, second):
    """Edits between all beginnings of both words, by recursion."""
    if not first or not second:
        return len(first) + len(second)
    fewest = min(
        slow_count(first[:-1], second) + 1,
        slow_count(first, second[:-1]) + 1,
        slow_count(first[:-1], second[:-1]) + (first[-1] != second[-1]),
    )
    if len(first) > 1 and len(second) > 1 and first[-1] == second[-2] and first[-2] == second[-1]:
        fewest = min(fewest, slow_count(first[:-2], second[:-2]) + 1)
    return fewest


short = st.text(alphabet="ab", max_size=5)


@given(short, short)
def test_count_edits_is_the_slow_count(first, second):
    assert count_edits(first, second, 10) == slow_count(first, second)


@given(short, short, st.integers(0, 3))
def test_count_edits_may_stop_early_but_never_says_too_few(first, second, most):
    count = slow_count(first, second)

    assert (count_edits(first, second, most) <= most) == (count <= most)


@pytest.mark.parametrize(
    ("typed", "corrected"),
    [
        pytest.param("interwiew", "interview", id="one-letter"),
        pytest.param("negociaton", "negotiation", id="two-letters-of-a-long-word"),
        pytest.param("salray", "salary", id="swapped"),
        pytest.param("slaayr", "slaayr", id="too-far"),
        pytest.param("patch", "patch", id="a-word-of-its-own"),
        pytest.param("nterview", "nterview", id="first-letter-missing"),
        pytest.param("pich", "pich", id="too-short"),
        pytest.param("Interview", "Interview", id="right-as-typed"),
        pytest.param("my Interwiew, tomorrow!", "my interview, tomorrow!", id="inside-a-text"),
    ],
)
def test_correct_text(typed, corrected):
    assert SPELLING.correct_text(typed) == corrected


def test_keep_confusable_names_words_that_would_be_changed():
    assert Spelling.of(["pitch", "stage"], []).keep_confusable(["patch", "state", "zebra", "pitch"]) == {
        "patch",
        "state",
    }
