"""Reads ZIP packages that strangers send: unpacked piece by piece and counted, whatever their headers claim."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO

# How many bytes, and how many parts, an honest document of ten megabytes may unpack to.
MAX_UNPACKED, MAX_PARTS = 40 * 1024 * 1024, 5000
PIECE = 64 * 1024
ENCRYPTED, SIZES_FOLLOW = 0x1, 0x8
LISTED = b"PK\x01\x02"
# The header before each part: signature, …, flags, method, …, checksum, both sizes, lengths of its name and extras.
# A size of 0xFFFFFFFF means that the real one is in the extras (ZIP64).
HEADER = struct.Struct("<4sHHHLLLLHH")
IN_EXTRAS = 0xFFFFFFFF


class DishonestPackageError(Exception):
    """The package unpacks to too much, or differs from what its headers say."""


def read_part(content: bytes, name: str, *, most: int) -> bytes:
    """The first `most` bytes of one part, after all parts were unpacked and found to be what their headers say.

    Raises DishonestPackageError for what is no package, has no such part, unpacks to too much, or has a wrong header:
    another program might believe it. No more than one piece and `most` bytes are in memory at a time.
    """
    try:
        found = None
        left = MAX_UNPACKED
        for part in parts_of(content):
            beginning = b""
            size = checksum = 0
            for piece in unpack_part(content, part):
                size, checksum = size + len(piece), zlib.crc32(piece, checksum)
                if size > min(left, part.file_size):
                    raise DishonestPackageError(part.filename)
                if part.filename == name:
                    beginning += piece[: most - len(beginning)]
            if (size, checksum) != (part.file_size, part.CRC):
                raise DishonestPackageError(part.filename)
            left -= size
            if part.filename == name:
                found = beginning
    except (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, UnicodeError, ValueError) as error:
        raise DishonestPackageError from error
    if found is None:
        raise DishonestPackageError(name)
    return found


def parts_of(content: bytes) -> list[zipfile.ZipInfo]:
    """The list of parts. Raises for too many, two of one name, or one inside another (as in ZIP bombs that overlap)."""
    if content.count(LISTED) > MAX_PARTS:
        raise DishonestPackageError
    with zipfile.ZipFile(BytesIO(content)) as package:
        parts = sorted(package.infolist(), key=lambda part: part.header_offset)
    if len({part.filename for part in parts}) < len(parts):
        raise DishonestPackageError
    end = 0
    for part in parts:
        if part.header_offset < end:
            raise DishonestPackageError(part.filename)
        end = part.header_offset + HEADER.size + part.compress_size
    return parts


def unpack_part(content: bytes, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """What the part really unpacks to. Its own header must agree with the list at the end of the package."""
    signature, _version, flags, method, _when, checksum, packed, size, name, extras = HEADER.unpack_from(
        content, part.header_offset
    )
    begins = part.header_offset + HEADER.size + name + extras
    data = memoryview(content)[begins : begins + part.compress_size]
    said = [(packed, part.compress_size), (size, part.file_size), (checksum, part.CRC)]
    if flags & SIZES_FOLLOW:
        said = [(own, listed) for own, listed in said if own]
    if (
        signature != b"PK\x03\x04"
        or flags & ENCRYPTED
        or method != part.compress_type
        or content[begins - name - extras : begins - extras] != part.orig_filename.encode(encoding_of(flags))
        or len(data) < part.compress_size
        or any(own not in (listed, IN_EXTRAS) for own, listed in said)
    ):
        raise DishonestPackageError(part.filename)
    if method == zipfile.ZIP_STORED:
        yield from (bytes(data[at : at + PIECE]) for at in range(0, len(data), PIECE))
    elif method == zipfile.ZIP_DEFLATED:
        yield from inflate_pieces(data)
    else:
        raise DishonestPackageError(part.filename)


def inflate_pieces(data: memoryview) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    rest: bytes | memoryview = data
    while not unpacker.eof:
        piece = unpacker.decompress(rest, PIECE)
        rest = unpacker.unconsumed_tail
        if not piece and not rest and not unpacker.eof:
            raise DishonestPackageError
        yield piece
    if unpacker.unused_data:
        raise DishonestPackageError


def encoding_of(flags: int) -> str:
    return "utf-8" if flags & 0x800 else "cp437"
