"""Turns an upload into what is stored: checked, named, pictures encoded again. Says who has sent too many."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from PIL import Image

from accounts.limits import take_upload
from accounts.models import User
from common.filetypes import LABELS, MAX_BYTES, FileType, clean_name, type_of
from common.pictures import PictureError, TooManyPixelsError, flatten_on_white, open_picture, turn_upright
from sessions_app.errors import SessionError

PREVIEW = 480
# Pixels of the longer side: enough to print a page, and no more than a browser can show.
LARGEST = 4000


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    kind: FileType
    content: bytes
    preview: bytes = b""


# Counts one file, whether it will be taken or not: looking at it is work. The refusal, if that is one too many.
def why_not_upload(request: HttpRequest, person: User, *, now: datetime) -> SessionError | None:
    again = take_upload(request, person)
    if again is None:
        return None
    words = _("You’ve shared a lot of files in a short time, so this one has to wait.")
    return SessionError("too_often", words, earliest=again, wait=again - now)


def read_upload(upload: UploadedFile) -> Upload:
    """What to store of a file. Raises ValidationError with the file's name and what is wrong with it."""
    name, size = clean_name(upload.name or ""), upload.size or 0
    words = {"name": name, "size": filesizeformat(size), "kinds": LABELS}
    if not size:
        raise ValidationError(_("%(name)s is empty. Choose another file."), code="empty", params=words)
    if size > MAX_BYTES:
        message = _("%(name)s is %(size)s. Choose a file of 10 MB or less.")
        raise ValidationError(message, code="size", params=words)
    upload.seek(0)
    content = upload.read()
    kind = type_of(name, content)
    if kind is None:
        message = _("We can’t take %(name)s. Save it as one of these kinds: %(kinds)s.")
        raise ValidationError(message, code="type", params=words)
    if not kind.is_picture:
        return Upload(name, kind, content)
    try:
        return Upload(name, kind, *rewrite_picture(content))
    except TooManyPixelsError as error:
        message = _("%(name)s has too many pixels. Save it smaller and try again.")
        raise ValidationError(message, code="pixels", params=words) from error
    except PictureError as error:
        message = _("We can’t read %(name)s. Save it again as JPEG or PNG.")
        raise ValidationError(message, code="unreadable", params=words) from error


def rewrite_picture(content: bytes) -> tuple[bytes, bytes]:
    """The picture in its own format without what a camera or a sender added, and a small one. Raises PictureError."""
    with open_picture(content) as image:
        format_name = str(image.format)
        # Made smaller first, since the next steps hold several copies of it in memory.
        image.thumbnail((LARGEST, LARGEST), Image.Resampling.LANCZOS)
        picture = turn_upright(image)
        picture = picture.convert("RGBA") if picture.has_transparency_data else flatten_on_white(picture)
        small = picture.copy()
        small.thumbnail((PREVIEW, PREVIEW), Image.Resampling.LANCZOS)
        return encode_picture(picture, format_name), encode_picture(small, "WEBP")


def encode_picture(picture: Image.Image, format_name: str) -> bytes:
    file = BytesIO()
    picture.save(file, format_name, quality=88)
    return file.getvalue()
