"""ZIP packages that strangers send: unpacked piece by piece and counted, whatever they say of themselves."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO

# What an honest document of ten megabytes may unfold into, and into how many parts.
MAX_UNPACKED, MAX_PARTS = 40 * 1024 * 1024, 5000
PIECE = 64 * 1024
ENCRYPTED, SIZES_FOLLOW = 0x1, 0x8
LISTED = b"PK\x01\x02"
# What stands before each part: signature, …, flags, method, …, checksum, both sizes, lengths of its name and extras.
# Sizes of which the real ones are in the extras are all ones.
HEADER = struct.Struct("<4sHHHLLLLHH")
IN_EXTRAS = 0xFFFFFFFF


class DishonestPackageError(Exception):
    """It holds too much, or not what it says."""


def read_part(content: bytes, name: str, *, most: int) -> bytes:
    """The first `most` bytes of one part, once all parts have been unpacked and found to be what they say.

    Raises DishonestPackageError for what is no package, has no such part, unfolds into too much, or says of a part what
    isn't so: another program may believe it. No more than a piece and `most` bytes are in memory at a time.
    """
    try:
        found = None
        left = MAX_UNPACKED
        for part in parts_of(content):
            beginning = b""
            size = checksum = 0
            for piece in pieces(content, part):
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
    """Not too many, no two of one name, and none inside another, which is how small files that grow huge are made."""
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


def pieces(content: bytes, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """What it really unfolds into. Its own header has to say the same as the list at the package's end."""
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
        yield from inflated(data)
    else:
        raise DishonestPackageError(part.filename)


def inflated(data: memoryview) -> Iterator[bytes]:
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
