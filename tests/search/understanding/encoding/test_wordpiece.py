"""Words into the pieces of a small vocabulary."""

import pytest

from search.understanding.encoding.wordpiece import split_word, split_words, tokenize

VOCABULARY = {
    piece: number for number, piece in enumerate(("[UNK]", "[CLS]", "[SEP]", "un", "##do", "##ing", "do", "a", "u"))
}


@pytest.mark.parametrize(
    ("word", "pieces"),
    [
        pytest.param("do", ["do"], id="whole"),
        pytest.param("undoing", ["un", "##do", "##ing"], id="longest-first"),
        pytest.param("ing", ["[UNK]"], id="an-ending-begins-no-word"),
        pytest.param("undone", ["[UNK]"], id="one-piece-missing-loses-the-word"),
        pytest.param("a" * 100, ["[UNK]"], id="no-piece-for-what-follows"),
        pytest.param("", [], id="empty"),
    ],
)
def test_split_word(word, pieces):
    assert split_word(word, VOCABULARY) == [VOCABULARY[piece] for piece in pieces]


def test_the_marks_of_start_and_end_are_there_however_little_room_is_left():
    assert tokenize("", VOCABULARY, 8) == [1, 2]
    assert tokenize("do do do", VOCABULARY, 2) == [1, 2]
    assert tokenize("do undoing", VOCABULARY, 5) == [1, 6, 3, 4, 2]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("a\ufffdb\u200bc", ["abc"], id="unreadable-and-invisible-signs-vanish"),
        pytest.param("one\u00a0two\nthree", ["one", "two", "three"], id="any-space-parts"),
        pytest.param("ÀÉ", ["ae"], id="accents-and-capitals"),
        pytest.param("1<2|x", ["1", "<", "2", "|", "x"], id="symbols-of-ascii"),
        pytest.param("x€y", ["x€y"], id="other-symbols-stay-inside"),
        pytest.param("職を", ["職", "を"], id="an-ideograph-stands-alone"),
    ],
)
def test_split_words(text, words):
    assert split_words(text) == words
