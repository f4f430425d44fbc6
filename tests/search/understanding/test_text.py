import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.texts import fold, split_words
from search.understanding.text import LETTER, MARK, shorten, shorten_to_pieces, stem


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        pytest.param("Résumé", "resume", id="accents"),
        pytest.param("GEHALTSERHÖHUNG", "gehaltserhohung", id="umlauts"),
        pytest.param("Straße", "strasse", id="sharp-s"),
        pytest.param("don’t", "don't", id="curly-apostrophe"),
        pytest.param("مُقابَلة", "مقابله", id="arabic-vowels"),
        pytest.param("أريد إجازة", "اريد اجازه", id="arabic-letters-written-in-two-ways"),
    ],
)
def test_fold(text, folded):
    assert fold(text) == folded


@given(st.text(max_size=40))
def test_fold_changes_nothing_the_second_time(text):
    assert fold(fold(text)) == fold(text)


def test_split_words_parts_at_hyphens_and_apostrophes():
    assert split_words("Counter-offers: l’entretien, 1:1!") == ["counter", "offers", "l", "entretien", "1", "1"]


@pytest.mark.parametrize(
    "forms",
    [
        ("quit", "quitting"),
        ("price", "prices", "pricing"),
        ("reply", "replies", "replied"),
        ("interview", "interviews", "interviewing"),
        ("negotiate", "negotiated", "negotiating"),
        ("مقابله", "المقابله", "بالمقابله"),
    ],
    ids=lambda forms: forms[0],
)
def test_forms_of_a_word_have_one_stem(forms):
    assert len({stem(form) for form in forms}) == 1


@pytest.mark.parametrize("word", ["business", "status", "analysis", "string", "bring", "king", "bus", "red"])
def test_a_word_that_only_looks_like_a_form_stays_one(word):
    assert stem(word) == word


@given(st.text(alphabet=st.characters(categories=["L", "N", "Zs"]), max_size=600), st.integers(40, 300))
def test_shorten_keeps_both_ends(text, most):
    short = shorten(text, most)

    assert len(short) <= max(most + 1, 1)
    if len(text) <= most:
        assert short == text


@pytest.mark.parametrize("text", [" " * 400, "word" + " " * 400, " " * 400 + "word"])
def test_shorten_takes_spaces_for_nothing(text):
    assert shorten(text, 40).split() == text.split()


@given(st.text(max_size=400), st.integers(10, 60))
def test_what_encoders_read_is_bounded_in_pieces_and_keeps_both_ends(text, most):
    short = shorten_to_pieces(text, most)

    marks = [char for char in short if not (char.isspace() or char.isdigit() or unicodedata.category(char)[0] in "LM")]
    assert len(marks) <= most
    assert len("".join(short.split())) * LETTER <= most + 2 * MARK
    words, kept = text.split(), short.split()
    assert short == text or kept[:1] + kept[-1:] == [] or (kept[0][:1], kept[-1][-1:]) == (words[0][:1], words[-1][-1:])


def test_letters_cost_encoders_less_than_marks():
    assert shorten_to_pieces("a" * 100, 40) == "a" * 100
    assert len(shorten_to_pieces("?" * 100, 40)) <= 41


def test_shorten_cuts_between_words():
    assert shorten("one two three four five six", 12) == "one six"
