"""The measures of what is drawn beside a table of figures. Pure; templates draw them.

Size says how much, so that nothing hangs on colour; a number that isn't told is drawn as a hatched strip.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.functional import Promise

from .defined import Row

# In units of the drawing
BAR_WIDTH, BAR_STEP, SQUARE, LEFT, TOP = 300, 44, 36, 44, 22


@dataclass(frozen=True, slots=True)
class Bar:
    row: Row
    width: str
    text_y: int
    bar_y: int


@dataclass(frozen=True, slots=True)
class Square:
    """`side` is 0 where the number is, or isn't told."""

    row: Row
    side: str
    x: str
    y: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of hours × weekdays."""

    hour: int
    text_y: int
    squares: Sequence[Square]


@dataclass(frozen=True, slots=True)
class Week:
    code: str
    label: str | Promise
    days: Sequence[tuple[str | Promise, int]]
    lines: Sequence[Line]


def draw_bars(rows: Sequence[Row]) -> list[Bar]:
    top = max((row.value or 0 for row in rows), default=0)
    return [
        Bar(
            row, f"{BAR_WIDTH * (row.value or 0) / top if top else 0:.1f}", place * BAR_STEP + 14, place * BAR_STEP + 20
        )
        for place, row in enumerate(rows)
    ]


def draw_weeks(rows: Sequence[Row]) -> list[Week]:
    """One for each kind of number in hours × weekdays."""
    weeks = []
    for code in dict.fromkeys(row.code for row in rows):
        mine = [row for row in rows if row.code == code]
        top = max((row.value or 0 for row in mine), default=0)
        hours = sorted({row.hour for row in mine if row.hour is not None})
        lines = [
            Line(
                hour,
                TOP + place * SQUARE + SQUARE // 2 + 4,
                [_draw_square(row, top, place) for row in mine if row.hour == hour],
            )
            for place, hour in enumerate(hours)
        ]
        days = [(label, LEFT + day * SQUARE + SQUARE // 2) for day, label in WEEKDAYS_ABBR.items()]
        weeks.append(Week(code, mine[0].label, days, lines))
    return weeks


def _draw_square(row: Row, top: int, place: int) -> Square:
    """Its area is as large as its number."""
    side = (SQUARE - 4) * ((row.value or 0) / top) ** 0.5 if top else 0
    inset = (SQUARE - side) / 2
    x, y = LEFT + (row.weekday or 0) * SQUARE + inset, TOP + place * SQUARE + inset
    return Square(row, f"{side:.1f}", f"{x:.1f}", f"{y:.1f}")
