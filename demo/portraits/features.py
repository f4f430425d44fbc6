"""What an invented face looks like: the same for the same person every time, whatever else is in the world."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from demo.data import read_data

COILY_FROM = 5  # from this skin on, hair is coily, except where the look says that it's straight
SHORT = ("pixie", "cropped")
STRAIGHT = ("south_indian", "bengali")
OLD, GREYING, SMILING, GLASSES = 0.13, 0.06, 0.25, 0.3


@cache
def portrait_data() -> Any:
    return read_data("portraits")


@dataclass(frozen=True, slots=True)
class Features:
    """`shapes` are names in the data, from the back to the front; `colours` what their colours' names mean here."""

    shapes: tuple[str, ...]
    colours: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is decided first, since the rest depends on it."""

    is_woman: bool
    skin: int
    hair: str
    style: str
    cover: str
    is_old: bool


def choose_features(key: str, *, culture: str, is_woman: bool) -> Features:
    """`key` is what names the person: it decides everything that the culture leaves open."""
    rng = Random(f"portrait of {key}")
    sketch = _sketch(rng, culture, is_woman)
    colours = _choose_colours(rng, sketch)
    known = portrait_data()["shapes"]
    return Features(tuple(name for name in _choose_shapes(rng, sketch) if name in known), colours)


def _sketch(rng: Random, culture: str, is_woman: bool) -> Sketch:
    look, styles = portrait_data()["looks"][culture], portrait_data()["styles"]
    skin = rng.choice(look["skin"])
    kind = "woman" if is_woman else "man"
    if skin >= COILY_FROM and culture not in STRAIGHT:
        kind = f"{kind} coily"
    covers = ("hijab", "wrap") if is_woman else ("turban",)
    cover = next((cover for cover in covers if rng.random() < look.get(cover, 0)), "")
    is_old = rng.random() < OLD
    hair = rng.choice(("grey", "white")) if is_old or rng.random() < GREYING else rng.choice(look["hair"])
    return Sketch(is_woman, skin, hair, rng.choice(styles[kind]), cover, is_old)


def _choose_shapes(rng: Random, sketch: Sketch) -> Iterator[str]:
    beard = _choose_beard(rng, sketch)
    hair = sketch.cover or f"hair {sketch.style}"
    yield from (f"{hair} behind", "neck", "body")
    yield f"clothes {rng.choice(('crew', 'crew', 'vee', 'shirt', 'roll', 'jacket'))}"
    if sketch.cover != "hijab":
        yield "ears"
    yield f"face {rng.choice(('oval', 'round') if sketch.is_woman else ('oval', 'round', 'long'))}"
    yield from ("cheeks", "nose")
    if sketch.is_old:
        yield "age lines"
    yield f"beard {beard}"
    yield "mouth closed" if beard == "full" else f"mouth {rng.choice(('closed', 'wide', 'open'))}"
    eyes = "lashes" if sketch.is_woman else "open"
    yield f"eyes {'smiling' if rng.random() < SMILING and sketch.style not in SHORT else eyes}"
    yield "brows"
    if sketch.is_woman and sketch.cover != "hijab" and (sketch.style in SHORT or rng.random() < 0.5):
        yield "earrings"
    yield hair
    if rng.random() < GLASSES:
        yield f"glasses {rng.choice(('round', 'square'))}"


def _choose_beard(rng: Random, sketch: Sketch) -> str:
    if sketch.is_woman:
        return ""
    if sketch.cover:
        return "full"
    return rng.choices(("", "short", "full", "goatee", "moustache"), (50, 22, 14, 7, 7))[0]


def _choose_colours(rng: Random, sketch: Sketch) -> dict[str, str]:
    """Neighbouring areas get different colours: the clothes stand off from the scarf, both from the ground."""
    palette = portrait_data()["colours"]
    skin, hair = palette["skin"][sketch.skin], palette["hair"][sketch.hair]
    cloth, cover = rng.choice(palette["cloth"]), rng.choice(palette["cover"])
    brow = palette["hair"]["dark"] if sketch.hair in ("grey", "white", "fair", "blond") else hair
    return {
        "ground": rng.choice(palette["ground"]),
        "skin": skin,
        "shade": blend(skin, "#6b2a12" if sketch.skin < COILY_FROM else "#1c0d08", 0.2),
        "blush": blend(skin, "#e0523f", 0.2),
        "hair": hair,
        "crop": blend(hair, skin, 0.14),
        "stubble": blend(hair, skin, 0.4),
        "brow": brow,
        "ink": "#2a1814" if sketch.skin < COILY_FROM else "#150c09",
        "mouth": blend(skin, "#7a1f1a", 0.6 if sketch.skin < COILY_FROM else 0.35),
        "teeth": "#fffaf5",
        "paper": "#f6f3ec",
        "cloth": cloth,
        "cloth dark": blend(cloth, "#1a1a22", 0.22),
        "cloth light": blend(cloth, "#ffffff", 0.3),
        "cover": cover,
        "cover dark": blend(cover, "#15151c", 0.25),
        "cover light": blend(cover, "#ffffff", 0.16),
        "frame": rng.choice(("#22292b", "#6b4226", "#2d4a6b") if sketch.skin < COILY_FROM else ("#e0b35c", "#efe6d8")),
        "gold": "#e0a52c",
    }


def blend(colour: str, other: str, share: float) -> str:
    """The first colour with a share of the other, both written as #rrggbb."""
    pairs = zip(bytes.fromhex(colour[1:]), bytes.fromhex(other[1:]), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)
