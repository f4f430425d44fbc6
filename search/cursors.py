"""Where the next page of people begins: an encoded set of everyone shown so far. Pure.

A list in order of time changes while it is read: a booking moves a mentor down, a cancellation moves one up. A position
in the list would then repeat one person and skip another; the set of those shown does neither.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Collection, Iterator
from itertools import pairwise

# Fifty pages; the address of the last one has about two thousand characters.
MOST_SHOWN = 1000
LONGEST = 8000
LARGEST = 2**31 - 1


def encode_shown(ids: Collection[int]) -> str:
    """The ids in ascending order, as differences of seven bits a byte (LEB128), in URL-safe Base64 without padding."""
    steps = (after - before for before, after in pairwise([0, *sorted(ids)]))
    return urlsafe_b64encode(bytes(byte for step in steps for byte in _encode_varint(step))).rstrip(b"=").decode()


def decode_shown(text: str) -> frozenset[int]:
    """The ids again. Raises ValueError for a text that `encode_shown` never writes."""
    if len(text) > LONGEST or not text.isascii():
        raise ValueError("This is no cursor.")
    try:
        content = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except Error as error:
        raise ValueError("This is no cursor.") from error
    ids, number, shift, last = [], 0, 0, 0
    for byte in content:
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            last += number
            ids.append(last)
            number = shift = 0
        elif shift > 28:
            raise ValueError("This is no cursor.")
    if shift or len(set(ids)) != len(ids) or len(ids) > MOST_SHOWN or last > LARGEST:
        raise ValueError("This is no cursor.")
    return frozenset(ids)


def _encode_varint(number: int) -> Iterator[int]:
    while number > 127:
        yield number & 127 | 128
        number >>= 7
    yield number
