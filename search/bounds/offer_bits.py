"""Kinds of offers as bits of one number: a length, a format, booked at once or after asking. Pure."""

from collections.abc import Collection
from itertools import product

from mentors.models import Format, Length

LENGTHS: list[int] = list(Length.values)
FORMATS: list[str] = list(Format.values)
# What takes a slot: a search for times means these.
TIMED: list[str] = [name for name in FORMATS if name != Format.WRITING]
# Bits are kept in rows: formats may be added, up to this many, at the end.
MOST_FORMATS = 6
# The bit of an offer, in SQL; the same as in `kind_bits`.
BIT_OF_OFFER = f"""((array_position(%(lengths)s::int[], length::int) - 1) * {MOST_FORMATS}
        + array_position(%(formats)s::text[], format::text) - 1) * 2 + instant::int"""


def writing_bits() -> int:
    return kind_bits(format_name=Format.WRITING)


def kind_bits(lengths: Collection[int] = (), format_name: str = "", instant: bool = False) -> int:
    """The bits of all kinds that fit these filters; an empty filter fits everything that takes a slot."""
    kinds = product(enumerate(LENGTHS), enumerate(FORMATS), (False, True))
    return sum(
        1 << (of_length * MOST_FORMATS + of_format) * 2 + at_once
        for (of_length, length), (of_format, name), at_once in kinds
        if (not lengths or length in lengths)
        and (name == format_name if format_name else name in TIMED)
        and (at_once or not instant)
    )
