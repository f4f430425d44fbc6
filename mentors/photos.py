"""Reads uploaded photos, and makes the two small squares that are kept, without metadata."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from common.pictures import (
    TooManyPixelsError,
    UnreadablePictureError,
    flatten_on_white,
    open_picture,
    picture_format,
    turn_upright,
)

from .models import PORTRAIT, THUMBNAIL

MAX_BYTES = 5 * 1024 * 1024
Encoded = TypeVar("Encoded")


@dataclass(frozen=True, slots=True)
class Portraits:
    """Square WebP files of 256 and 96 pixels."""

    portrait: bytes
    thumbnail: bytes


def read_photo(upload: UploadedFile) -> Portraits:
    """Encode an uploaded photo again. Raises ValidationError with what is wrong with it."""
    return read_picture(upload, _make_portraits)


def read_picture(upload: UploadedFile, encode: Callable[[bytes], Encoded]) -> Encoded:
    """What `encode` makes of an uploaded picture. Raises ValidationError with what is wrong with it."""
    name = upload.name or _("This file")
    size = upload.size or 0
    if size > MAX_BYTES:
        raise ValidationError(
            _("%(name)s is %(size)s. Choose a picture of 5 MB or less."),
            code="size",
            params={"name": name, "size": filesizeformat(size)},
        )
    upload.seek(0)
    content = upload.read()
    if picture_format(content) is None:
        raise ValidationError(
            _("%(name)s isn’t a JPEG, PNG or WebP picture. Choose one that is."), code="type", params={"name": name}
        )
    try:
        return encode(content)
    except TooManyPixelsError as error:
        message = _("This picture has too many pixels. Save it smaller and try again.")
        raise ValidationError(message, code="pixels") from error
    except UnreadablePictureError as error:
        message = _("We can’t read %(name)s. Save it again as JPEG or PNG.")
        raise ValidationError(message, code="unreadable", params={"name": name}) from error


def _make_portraits(content: bytes) -> Portraits:
    with open_picture(content) as image:
        if min(image.size) < PORTRAIT:
            raise ValidationError(_("This photo is smaller than 256 by 256 pixels. Choose a larger one."), code="small")
        flat = flatten_on_white(turn_upright(image))
        return Portraits(_encode_webp(flat, PORTRAIT), _encode_webp(flat, THUMBNAIL))


def _encode_webp(image: Image.Image, size: int) -> bytes:
    file = BytesIO()
    ImageOps.fit(image, (size, size), Image.Resampling.LANCZOS).save(file, "WEBP", quality=82, method=4)
    return file.getvalue()
