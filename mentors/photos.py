"""Photos of people: what may come in, and the two small squares that are kept of it, without metadata."""

import struct
import warnings
from dataclasses import dataclass
from io import BytesIO

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageOps

from .models import PORTRAIT, THUMBNAIL

MAX_BYTES = 5 * 1024 * 1024
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


@dataclass(frozen=True, slots=True)
class Portraits:
    """Square WebP files of 256 and 96 pixels."""

    portrait: bytes
    thumbnail: bytes


def read_photo(upload: UploadedFile) -> Portraits:
    """Re-encode an uploaded photo; a ValidationError says what is wrong with it."""
    name = upload.name or _("This file")
    size = upload.size or 0
    if size > MAX_BYTES:
        raise ValidationError(
            _("%(name)s is %(size)s. Photos must be 5 MB or less."),
            code="size",
            params={"name": name, "size": filesizeformat(size)},
        )
    upload.seek(0)
    content = upload.read()
    if not _looks_like_a_photo(content):
        raise ValidationError(_("%(name)s is not a JPEG, PNG or WebP photo."), code="type", params={"name": name})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of many pixels and of odd metadata: both are judged here
            return _squares(content)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        message = _("%(name)s cannot be read. Save it again as JPEG or PNG.")
        raise ValidationError(message, code="unreadable", params={"name": name}) from error


def _looks_like_a_photo(content: bytes) -> bool:
    """By the first bytes: a name and a declared type are only what the sender says."""
    return content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (
        content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    )


def _squares(content: bytes) -> Portraits:
    with Image.open(BytesIO(content), formats=FORMATS) as image:
        if min(image.size) < PORTRAIT:
            raise ValidationError(_("Your photo must be at least 256 pixels wide and high."), code="small")
        if image.width * image.height > MAX_PIXELS:
            raise ValidationError(_("Your photo has too many pixels. Save it smaller and try again."), code="pixels")
        upright = _turned(image)
        flat = Image.new("RGB", upright.size, "white")
        rgba = upright.convert("RGBA")
        flat.paste(rgba, mask=rgba)
    return Portraits(_webp(flat, PORTRAIT), _webp(flat, THUMBNAIL))


def _turned(image: Image.Image) -> Image.Image:
    """As the camera was held: only the turn is read of what it wrote, which Pillow can't always write back."""
    try:
        orientation = image.getexif().get(ExifTags.Base.Orientation)
    except (OSError, SyntaxError, ValueError, TypeError, AttributeError, struct.error):
        orientation = None
    turn = TURNS.get(orientation) if isinstance(orientation, int) else None
    return image.transpose(turn) if turn is not None else image


def _webp(image: Image.Image, size: int) -> bytes:
    file = BytesIO()
    ImageOps.fit(image, (size, size), Image.Resampling.LANCZOS).save(file, "WEBP", quality=82, method=4)
    return file.getvalue()
