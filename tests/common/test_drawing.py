"""The pictures that we draw: what fits, what is cut, what our fonts can't write."""

from io import BytesIO

import pytest
from PIL import Image

from common.branding.drawing import (
    ELLIPSIS,
    GROUND,
    HAND,
    TEXT_FONT,
    TITLE_FONT,
    can_draw,
    draw_card,
    draw_mark,
    house_font,
    wrap_text,
)

FONT = house_font(TEXT_FONT, 38)


@pytest.mark.parametrize(
    ("text", "font", "drawn"),
    [
        ("Zoë Ångström’s “x” – y", TITLE_FONT, True),
        ("Łukasz Nguyễn", TEXT_FONT, True),
        ("Олег", TITLE_FONT, True),
        ("Олег", TEXT_FONT, False),
        ("李雷", TITLE_FONT, False),
        ("🙂", TITLE_FONT, False),
        ("", TITLE_FONT, True),
    ],
)
def test_letters_that_a_font_lacks_are_known(text, font, drawn):
    assert can_draw(text, font) is drawn


@pytest.mark.parametrize(
    ("text", "most"), [("one two three four five six seven", 2), ("W" * 200, 2), ("a " + "W" * 200, 1), ("", 3)]
)
def test_wrapped_text_keeps_to_its_place(text, most):
    lines = wrap_text(text, FONT, width=200, most=most)

    assert 1 <= len(lines) <= most
    assert all(FONT.getlength(line) <= 200 for line in lines)
    assert " ".join(lines) == text or lines[-1].endswith(ELLIPSIS) or lines[0].endswith(ELLIPSIS)


def test_text_that_fits_is_not_cut():
    assert wrap_text("one two", FONT, width=600, most=1) == ["one two"]


@pytest.mark.parametrize("size", [16, 180, 512])
def test_mark_is_square_with_its_slice_in_the_upper_right(size):
    mark = draw_mark(size, rounded=False).convert("RGB")

    assert mark.size == (size, size)
    if size > 16:
        assert mark.getpixel((round(size * 0.59), round(size * 0.41))) == tuple(bytes.fromhex(HAND[1:]))
        assert mark.getpixel((0, 0)) == tuple(bytes.fromhex(GROUND[1:]))


def test_cards_differ_by_their_words_and_never_by_the_moment():
    cards = [draw_card(site="Q", title=title, text="t" * 300, tags=["x" * 90, "y"]) for title in ("A", "B", "A")]

    assert cards[0] == cards[2] != cards[1]
    assert Image.open(BytesIO(cards[0])).size == (1200, 630)
