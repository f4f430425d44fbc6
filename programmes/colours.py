"""One colour of a programme becomes two, for day and for night, that can be read and told from the page. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

COLOUR = re.compile(r"#[0-9a-f]{6}")
WHITE, INK = "#ffffff", "#0c2a30"
# Of the page and of what lies on it, as in app.css
DAY_GROUNDS, NIGHT_GROUNDS = ("#f2f6f5", "#ffffff"), ("#091517", "#102023")
TEXT, SHAPE = 4.5, 3.0
STEPS = 256
# It marks what happens now, on every page; a programme that had it would take that away.
MARIGOLD, TOO_NEAR = ("#ffb81c", "#ffc247"), 48


@dataclass(frozen=True, slots=True)
class Shade:
    """`on_it`: white or ink, which reads better on it. Both numbers are contrasts, the lowest of all grounds."""

    colour: str
    on_it: str
    text: float
    ground: float

    @property
    def is_readable(self) -> bool:
        return self.text >= TEXT and self.ground >= SHAPE


def luminance(colour: str) -> float:
    """As WCAG 2.2 defines it, from 0 for black to 1 for white."""
    shares = [value / 255 for value in channels(colour)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def day_shade(colour: str) -> Shade:
    return _first_readable(colour, DAY_GROUNDS, towards=0)


def night_shade(colour: str) -> Shade:
    return _first_readable(colour, NIGHT_GROUNDS, towards=255)


def is_marigold(colour: str) -> bool:
    return any(
        all(abs(mine - ours) < TOO_NEAR for mine, ours in zip(channels(colour), channels(one), strict=True))
        for one in MARIGOLD
    )


def channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _first_readable(colour: str, grounds: tuple[str, str], *, towards: int) -> Shade:
    """The colour itself or, step by step towards black or white, the first that can be read. The end of the way can."""
    return next(shade for one in _way(colour, towards) if (shade := _shade(one, grounds)).is_readable)


def _way(colour: str, towards: int) -> Iterator[str]:
    for step in range(STEPS + 1):
        mixed = (round(value + (towards - value) * step / STEPS) for value in channels(colour))
        yield "#" + "".join(f"{value:02x}" for value in mixed)


def _shade(colour: str, grounds: tuple[str, str]) -> Shade:
    text, on_it = max((contrast(colour, one), one) for one in (WHITE, INK))
    return Shade(colour, on_it, text, min(contrast(colour, ground) for ground in grounds))
