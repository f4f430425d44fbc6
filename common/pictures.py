"""Pictures that people send: opened with care, turned upright, and encoded again without the camera's metadata."""

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from PIL import ExifTags, Image

# A small file can decode to gigabytes, so the size in the header is checked before any pixel is read.
MAX_PIXELS = 50_000_000
FORMATS = ("JPEG", "PNG", "WEBP")
# The operation that undoes each orientation of EXIF
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class PictureError(ValueError):
    pass


class TooManyPixelsError(PictureError):
    pass


class UnreadablePictureError(PictureError):
    pass


def picture_format(content: bytes) -> str | None:
    """The format by the first bytes: the file's name and declared type are only what the sender says."""
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    return "WEBP" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None


@contextmanager
def open_picture(content: bytes) -> Iterator[Image.Image]:
    """The picture, not yet decoded. Inside the block, errors that the picture causes become PictureError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of many pixels and of odd metadata: both are judged here
            with Image.open(BytesIO(content), formats=FORMATS) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise TooManyPixelsError
                yield image
    except PictureError:
        raise
    except Image.DecompressionBombError as error:
        raise TooManyPixelsError from error
    except (OSError, SyntaxError, ValueError) as error:
        raise UnreadablePictureError from error


def turn_upright(image: Image.Image) -> Image.Image:
    """The picture as the camera was held. Of the metadata only this is read; Pillow can't always write it back."""
    try:
        orientation = image.getexif().get(ExifTags.Base.Orientation)
    except (OSError, SyntaxError, ValueError, TypeError, AttributeError, struct.error):
        orientation = None
    turn = TURNS.get(orientation) if isinstance(orientation, int) else None
    return image.transpose(turn) if turn is not None else image


def flatten_on_white(image: Image.Image) -> Image.Image:
    flat = Image.new("RGB", image.size, "white")
    rgba = image.convert("RGBA")
    flat.paste(rgba, mask=rgba)
    return flat
