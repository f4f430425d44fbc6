"""Pictures that people send: opened with care, turned upright, and written anew without what a camera noted."""

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from PIL import ExifTags, Image

# A small file can unfold into gigabytes: the header's size is read before any pixel.
MAX_PIXELS = 50_000_000
FORMATS = ("JPEG", "PNG", "WEBP")
# What undoes each orientation that EXIF knows
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
    """This picture can't be used."""


class TooManyPixelsError(PictureError):
    pass


class UnreadablePictureError(PictureError):
    pass


def picture_format(content: bytes) -> str | None:
    """By the first bytes: a name and a declared type are only what the sender says."""
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    return "WEBP" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None


@contextmanager
def open_picture(content: bytes) -> Iterator[Image.Image]:
    """The picture, not yet decoded. What fails inside the block because of the picture raises PictureError."""
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
    """As the camera was held: only the turn is read of what it wrote, which Pillow can't always write back."""
    try:
        orientation = image.getexif().get(ExifTags.Base.Orientation)
    except (OSError, SyntaxError, ValueError, TypeError, AttributeError, struct.error):
        orientation = None
    turn = TURNS.get(orientation) if isinstance(orientation, int) else None
    return image.transpose(turn) if turn is not None else image


def flatten_on_white(image: Image.Image) -> Image.Image:
    """Colours alone, on white."""
    flat = Image.new("RGB", image.size, "white")
    rgba = image.convert("RGBA")
    flat.paste(rgba, mask=rgba)
    return flat
