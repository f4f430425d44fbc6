"""Texts into the likeliest pieces of a small vocabulary, compared with trying every way to cut them."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.understanding.encoding.unigram import MARK, UNKNOWN_COSTS, UnigramVocabulary

PIECES = {
    "?": -9.0,
    MARK: -2.0,
    "a": -3.0,
    "b": -3.5,
    "ab": -4.5,
    f"{MARK}a": -2.5,
    "bab": -5.0,
    "日": -6.0,
    "🙂": -6.5,
}
UNKNOWN, UNKNOWN_SCORE = 0, min(PIECES.values()) - UNKNOWN_COSTS


def make_vocabulary():
    lengths = np.array([len(piece) for piece in PIECES])
    scores = np.array(list(PIECES.values()), np.float32)
    return UnigramVocabulary("".join(PIECES), lengths, scores, {ord("A"): "a", ord("\n"): " ", 1: ""}, UNKNOWN)


VOCABULARY = make_vocabulary()


def spell(numbers):
    return [list(PIECES)[number] for number in numbers]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        pytest.param("ab", [f"{MARK}a", "b"], id="a-space-before-the-first-word"),
        pytest.param(" ab", [f"{MARK}a", "b"], id="unless-it-has-one"),
        pytest.param("b  \n A", [MARK, "b", f"{MARK}a"], id="spaces-are-one-and-letters-changed"),
        pytest.param("a\x01b", [f"{MARK}a", "b"], id="dropped"),
        pytest.param("aé日🙂", [f"{MARK}a", "?", "日", "🙂"], id="unknown-and-far-away-letters"),
        pytest.param("", [MARK], id="nothing"),
    ],
)
def test_tokenize(text, pieces):
    assert spell(VOCABULARY.tokenize(text)) == pieces


@cache
def find_best_score(text):
    """Of all ways to cut a text."""
    if not text:
        return 0.0
    known = [PIECES[text[:end]] + find_best_score(text[end:]) for end in (1, 2, 3) if text[:end] in PIECES]
    return max([*known, UNKNOWN_SCORE + find_best_score(text[1:])])


@given(st.text(alphabet="abé日", max_size=12))
def test_the_pieces_are_the_likeliest(word):
    pieces = VOCABULARY.tokenize(word)

    scores = [UNKNOWN_SCORE, *list(PIECES.values())[1:]]
    assert sum(scores[number] for number in pieces) == pytest.approx(find_best_score(MARK + word))
