"""The contrast of every pair of colours that pages use, computed from the stylesheet's own tokens."""

import re
from functools import cache
from pathlib import Path

import pytest

from common.templatetags.ui import HUES

CSS = Path(__file__).resolve().parents[2] / "static" / "css" / "app.css"
TEXT, SHAPE = 4.5, 3.0

PAIRS = [
    *((ink, ground, TEXT) for ink in ("ink", "ink-2", "ink-3") for ground in ("bg", "surface", "sunken")),
    ("ink-2", "tint", TEXT),
    ("ink", "tint", TEXT),
    ("edge", "surface", SHAPE),
    ("edge", "bg", SHAPE),
    *((colour, ground, TEXT) for colour in ("link", "primary", "danger", "warn", "ok") for ground in ("surface", "bg")),
    ("on-primary", "primary", TEXT),
    ("on-primary", "primary-hover", TEXT),
    ("on-tint", "tint", TEXT),
    ("on-hand", "hand", TEXT),
    ("on-hand", "hand-hover", TEXT),
    ("on-hand-soft", "hand-soft", TEXT),
    *(("ink", f"{kind}-soft", TEXT) for kind in ("hand", "warn", "ok", "danger")),
    *((kind, f"{kind}-soft", TEXT) for kind in ("warn", "ok", "danger")),
    *(("link", f"{kind}-soft", TEXT) for kind in ("hand", "warn", "ok", "danger")),
    ("link", "tint", TEXT),
    ("on-danger", "danger", TEXT),
    ("on-hero", "hero", TEXT),
    ("on-hero-2", "hero", TEXT),
    ("hand", "hero", SHAPE),
    ("focus", "bg", SHAPE),
    ("focus", "surface", SHAPE),
    *((f"hue-{number}", ground, SHAPE) for number in range(HUES) for ground in ("sunken", "surface", "bg")),
]


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    dark, light = sorted([luminance(first), luminance(second)])
    return (light + 0.05) / (dark + 0.05)


@cache
def tokens() -> dict[str, tuple[str, str]]:
    """The day and the night value of every colour token."""
    both = re.findall(r"--([\w-]+):light-dark\((#[0-9a-fA-F]{6}),\s*(#[0-9a-fA-F]{6})\)", CSS.read_text())
    same = re.findall(r"--([\w-]+):(#[0-9a-fA-F]{6});", CSS.read_text())
    return {name: (colour, colour) for name, colour in same} | {name: (day, night) for name, day, night in both}


@pytest.mark.parametrize("theme", [0, 1], ids=["day", "night"])
@pytest.mark.parametrize(("front", "ground", "need"), PAIRS, ids=[f"{front} on {ground}" for front, ground, _ in PAIRS])
def test_pair_has_the_contrast_it_needs(front, ground, need, theme):
    assert contrast(tokens()[front][theme], tokens()[ground][theme]) >= need


@pytest.mark.parametrize("theme", [0, 1], ids=["day", "night"])
def test_initials_are_readable_on_every_avatar(theme):
    pairs = re.findall(
        r"\.avatar--\d\{--a-bg:light-dark\((#\w{6}),(#\w{6})\);--a-fg:light-dark\((#\w{6}),(#\w{6})\)\}",
        CSS.read_text(),
    )
    ratios = [contrast(pair[theme], pair[2 + theme]) for pair in pairs]
    assert len(ratios) == 4
    assert min(ratios) >= TEXT
