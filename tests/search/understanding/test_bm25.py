import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.understanding.bm25 import LENGTH_MATTERS, SATURATION, Bm25Index

words = st.sampled_from(["pay", "raise", "cv", "talk", "a"])
documents = st.lists(st.lists(words, max_size=12), min_size=1, max_size=6)


def slow_score(documents, query, number):
    """The formula, written out."""
    mean = sum(map(len, documents)) / len(documents) or 1
    total = 0.0
    for word in set(query):
        having = sum(word in document for document in documents)
        rarity = math.log(1 + (len(documents) - having + 0.5) / (having + 0.5))
        times = documents[number].count(word)
        damping = SATURATION * (1 - LENGTH_MATTERS + LENGTH_MATTERS * len(documents[number]) / mean)
        total += rarity * times * (SATURATION + 1) / (times + damping) if times else 0
    return total


@given(documents, st.lists(words, max_size=6))
def test_score_is_the_formula(documents, query):
    scores = Bm25Index.build(documents).score(query)

    assert scores == pytest.approx([slow_score(documents, query, number) for number in range(len(documents))])


def test_a_word_nobody_has_changes_nothing():
    index = Bm25Index.build([["pay", "raise"], ["talk"]])

    assert index.score(["raise", "zebra"]).tolist() == index.score(["raise"]).tolist()
    assert index.score(["zebra"]).tolist() == [0, 0]
