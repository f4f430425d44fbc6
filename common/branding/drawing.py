"""Pictures that we draw ourselves: the mark in many sizes, and cards that other sites show beside a link.

Shapes are drawn several times as large and made smaller, which smooths their edges.
"""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from io import BytesIO
from math import cos, pi, sin
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

GROUND, PAPER, HAND, QUIET = "#0A3A44", "#F7FCFC", "#FFB81C", "#BFDADC"
SMOOTH = 4
# The size that those who show cards ask for
CARD_WIDTH, CARD_HEIGHT = 1200, 630
MARGIN, TEXT_WIDTH = 80, 670
LARGEST_TITLE, SMALLEST_TITLE = 80, 52
TITLE_FONT = ("font_source_serif_pro", "SourceSerifPro-Bold.ttf")
TEXT_FONT = ("font_hanken_grotesk", "HankenGrotesk-Medium.otf")
ELLIPSIS = "…"


@cache
def house_font(family: tuple[str, str], size: int) -> ImageFont.FreeTypeFont:
    package, name = family
    # The basic layout gives the same picture on every machine, whatever libraries it has.
    return ImageFont.truetype(Path(str(files(package))) / "files" / name, size, layout_engine=ImageFont.Layout.BASIC)


def can_draw(text: str, family: tuple[str, str]) -> bool:
    """Whether the font has all letters of the text: ours know Latin and a little more, and no emoji."""
    font, missing = house_font(family, 40), missing_sign(family)
    return all(letter.isspace() or bytes(font.getmask(letter)) != missing for letter in set(text))


@cache
def missing_sign(family: tuple[str, str]) -> bytes:
    """What a font draws for a letter that it lacks."""
    return bytes(house_font(family, 40).getmask("\uffff"))


def draw_mark(size: int, *, rounded: bool = True, inset: float = 0) -> Image.Image:
    """The mark on its ground, as in `favicon.svg`; `inset` is the share that stays empty on each side."""
    large = size * SMOOTH
    image = Image.new("RGBA", (large, large), (0, 0, 0, 0) if rounded else GROUND)
    canvas = ImageDraw.Draw(image)
    if rounded:
        canvas.rounded_rectangle((0, 0, large - 1, large - 1), radius=large / 4, fill=GROUND)
    unit = large * (1 - 2 * inset) / 32

    def place(value: float) -> float:
        return large * inset + value * unit

    def box(radius: float) -> tuple[float, float, float, float]:
        return place(16 - radius), place(16 - radius), place(16 + radius), place(16 + radius)

    width = round(2 * unit)
    canvas.pieslice(box(8), -90, 0, fill=HAND)
    canvas.ellipse(box(11.5), outline=PAPER, width=width)
    canvas.line([(place(16), place(9)), (place(16), place(16)), (place(23), place(16))], fill=PAPER, width=width)
    for x, y in ((16, 9), (16, 16), (23, 16)):
        canvas.ellipse((place(x - 1), place(y - 1), place(x + 1), place(y + 1)), fill=PAPER)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def draw_card(*, site: str, title: str, text: str, tags: Sequence[str] = ()) -> bytes:
    """A card as a PNG file. What is too long for its place is cut, with an ellipsis."""
    image = _empty_card().copy()
    canvas = ImageDraw.Draw(image)
    size, lines = _fit_title(title)
    y = MARGIN
    for line in lines:
        canvas.text((MARGIN, y), line, font=house_font(TITLE_FONT, size), fill=PAPER)
        y += round(size * 1.15)
    y += 20
    for line in wrap_text(text, house_font(TEXT_FONT, 38), width=TEXT_WIDTH, most=2):
        canvas.text((MARGIN, y), line, font=house_font(TEXT_FONT, 38), fill=QUIET)
        y += 50
    _draw_tags(canvas, tags, y + 24)
    [name] = wrap_text(site, house_font(TITLE_FONT, 38), width=TEXT_WIDTH, most=1)
    canvas.text((MARGIN + 76, CARD_HEIGHT - MARGIN - 38), name, font=house_font(TITLE_FONT, 38), fill=PAPER)
    return as_png(image)


def as_png(image: Image.Image) -> bytes:
    """With a palette, since our drawings have few colours: a quarter of the size."""
    file = BytesIO()
    few = image.quantize(64, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.save(file, "PNG", optimize=True)
    return file.getvalue()


def wrap_text(text: str, font: ImageFont.FreeTypeFont, *, width: int, most: int) -> list[str]:
    """The text in at most so many lines of this width; at least one."""
    lines, words = [""], text.split()
    while words:
        longer = f"{lines[-1]} {words[0]}".strip()
        if font.getlength(longer) <= width or not lines[-1]:
            lines[-1] = longer
            words.pop(0)
        elif len(lines) == most:
            break
        else:
            lines.append("")
    lines[-1] = _cut_line(lines[-1] + (ELLIPSIS if words else ""), font, width)
    return [_cut_line(line, font, width) for line in lines]


def _cut_line(line: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    while font.getlength(line) > width and len(line) > 1:
        line = line.removesuffix(ELLIPSIS)[:-1].rstrip() + ELLIPSIS
    return line


def _fit_title(title: str) -> tuple[int, list[str]]:
    """The largest size in which the title takes two lines or less."""
    for size in range(LARGEST_TITLE, SMALLEST_TITLE, -4):
        lines = wrap_text(title, house_font(TITLE_FONT, size), width=TEXT_WIDTH, most=2)
        if not lines[-1].endswith(ELLIPSIS):
            return size, lines
    return SMALLEST_TITLE, wrap_text(title, house_font(TITLE_FONT, SMALLEST_TITLE), width=TEXT_WIDTH, most=2)


def _draw_tags(canvas: ImageDraw.ImageDraw, tags: Sequence[str], y: int) -> None:
    """In one row; a tag that doesn't fit any more is left out."""
    font, x = house_font(TEXT_FONT, 28), MARGIN
    for tag in tags:
        width = round(font.getlength(tag)) + 44
        if x + width > MARGIN + TEXT_WIDTH:
            break
        canvas.rounded_rectangle((x, y, x + width, y + 52), radius=26, outline=HAND, width=2)
        canvas.text((x + 22, y + 26), tag, font=font, fill=PAPER, anchor="lm")
        x += width + 16


@cache
def _empty_card() -> Image.Image:
    """What all cards share; drawing it takes longer than all words."""
    image, mark = Image.new("RGB", (CARD_WIDTH, CARD_HEIGHT), GROUND), draw_mark(56)
    image.paste(_draw_dial(380), (CARD_WIDTH - 430, 115))
    image.paste(mark, (MARGIN, CARD_HEIGHT - MARGIN - 40), mark)
    return image


def _draw_dial(size: int) -> Image.Image:
    large = size * 2
    image = Image.new("RGB", (large, large), GROUND)
    canvas = ImageDraw.Draw(image)
    middle, radius = large / 2, large / 2 - 10
    inner = radius * 0.86
    canvas.pieslice((middle - inner, middle - inner, middle + inner, middle + inner), -90, 0, fill="#2F4F40")
    canvas.arc((middle - inner, middle - inner, middle + inner, middle + inner), -90, 0, fill=HAND, width=16)
    canvas.line((middle, middle, middle, middle - inner), fill=HAND, width=10)
    for tick in range(60):
        angle = tick * pi / 30
        is_long = tick % 5 == 0
        start = radius * (0.92 if is_long else 0.96)
        ends = [(middle + length * sin(angle), middle - length * cos(angle)) for length in (start, radius)]
        canvas.line(ends, fill=QUIET if is_long else "#3F6B74", width=10 if is_long else 5)
    return image.resize((size, size), Image.Resampling.LANCZOS)
