from hypothesis import given
from hypothesis import strategies as st

from mentors.moderation.differences import Piece, compare_words


def test_compare_words_marks_what_the_other_side_lacks():
    assert compare_words("Hired ten people", "Hired twenty people") == (
        [Piece("Hired ", False), Piece("ten", True), Piece(" people", False)],
        [Piece("Hired ", False), Piece("twenty", True), Piece(" people", False)],
    )


@given(st.text(), st.text())
def test_pieces_join_to_the_texts(before, after):
    left, right = compare_words(before, after)

    assert ("".join(piece.text for piece in left), "".join(piece.text for piece in right)) == (before, after)


@given(st.text())
def test_a_text_does_not_differ_from_itself(text):
    left, right = compare_words(text, text)

    assert not any(piece.changed for piece in left + right)
