"""Opinions of encoders and of words about a question, added up by hand on a few small vectors."""

import numpy as np
import pytest

from search.understanding.encoders import E5, MINILM
from search.understanding.opinions import BM25, DISCRIMINANT, NEAREST, EncoderOpinions, add_up, centre
from search.understanding.scoring import Settings, standardize
from search.understanding.trained import EncoderPart

FIRST = np.array([[1, 0, 0]], np.float32)
LAST = np.array([[0, 0, 1]], np.float32)
ENGLISH, GERMAN = (
    "How do I ask for a raise when they say no?",
    "Wie frage ich nach einer Erhöhung, wenn sie nicht wollen?",
)


def leading(opinions, text, **settings) -> int:
    return int(add_up(opinions, [text], Settings(**settings))[0].argmax())


def test_vectors_are_compared_by_how_they_differ_from_their_mean():
    vectors = np.array([[3, 1], [1, 3], [1, 1]], np.float32)

    centred = centre(vectors, np.array([1, 1], np.float32))

    assert centred.tolist() == [[1, 0], [0, 1], [0, 0]]


@pytest.mark.parametrize(("text", "place"), [(ENGLISH, 0), (GERMAN, 2)])
def test_minilm_counts_as_far_as_a_text_is_english(text, place):
    opinions = {(MINILM, NEAREST): FIRST, (E5, NEAREST): LAST}

    assert leading(opinions, text, minilm=1.5) == place


def test_minilm_alone_counts_in_full_in_any_language():
    opinions = {(MINILM, NEAREST): FIRST, (BM25, BM25): LAST}

    assert leading(opinions, GERMAN) == leading(opinions, ENGLISH) == 0


@pytest.mark.parametrize(("text", "setting"), [(ENGLISH, "bm25"), (GERMAN, "bm25_elsewhere")])
def test_words_count_less_than_one_encoder(text, setting):
    opinions = {(E5, DISCRIMINANT): FIRST, (E5, NEAREST): FIRST, (BM25, BM25): LAST}

    assert leading(opinions, text) == 0
    assert leading(opinions, text, **{setting: 2.0}) == 2


def test_the_setting_shares_an_encoder_between_discriminant_and_nearest():
    opinions = {(E5, DISCRIMINANT): FIRST, (E5, NEAREST): LAST}

    assert leading(opinions, GERMAN, discriminant=0.9) == 0
    assert leading(opinions, GERMAN, discriminant=0.1) == 2
    assert add_up({(BM25, BM25): FIRST}, [GERMAN], Settings()) == pytest.approx(standardize(FIRST))


@pytest.fixture
def encoder_opinions():
    """Two topics: rows 0 and 1, and row 2; row 1 is a text that the encoder did not read."""
    vectors = np.array([[2, 1], [0, 0], [1, 2]], np.float16)
    part = EncoderPart(np.ones(2, np.float16), vectors, np.eye(2, dtype=np.float16), np.zeros(2, np.float16))
    return EncoderOpinions(part, [0, 2, 3], 1)


def test_a_text_that_an_encoder_did_not_read_is_like_nothing(encoder_opinions):
    assert encoder_opinions.compare(np.array([5, 1], np.float32), 0).tolist() == [1, 0]
    assert encoder_opinions.compare(np.array([5, 1], np.float32), 1).tolist() == [0]


def test_an_encoder_has_two_opinions_about_each_topic(encoder_opinions):
    scores = encoder_opinions.score(np.array([[1, 4]], np.float32))

    assert sorted(scores) == [DISCRIMINANT, NEAREST]
    assert scores[NEAREST].tolist() == [[0, 1]]
    assert scores[DISCRIMINANT].argmax() == 1
    assert np.exp(scores[DISCRIMINANT]).sum() == pytest.approx(1)


def test_texts_that_an_encoder_did_not_read_count_as_neighbours_that_are_like_nothing():
    """Of two topics with one text each that is unlike the question, and several that were not read."""
    vectors = np.array([[2, 1], [0, 0], [0, 0], [0, 0], [2, 1]], np.float16)
    part = EncoderPart(np.ones(2, np.float16), vectors, np.eye(2, dtype=np.float16), np.zeros(2, np.float16))
    opinions = EncoderOpinions(part, [0, 4, 5], 2)

    assert opinions.score(np.array([[-4, 1]], np.float32))[NEAREST].tolist() == [[0, -1]]
    assert opinions.compare(np.array([5, 1], np.float32), 0).tolist() == [1, 0, 0, 0]
