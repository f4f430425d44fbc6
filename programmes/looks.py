"""How a programme looks: its logo and colour, and the sites that may show its box."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from PIL import Image

from accounts.models import User
from common.hashing import hash_text
from common.mail.addresses import ascii_domain
from common.pages.seen import mark_of
from common.pictures import flatten_on_white, open_picture, turn_upright
from mentors.photos import read_picture

from .colours import COLOUR, Shade, day_shade, is_marigold, night_shade
from .errors import ProgrammeError, stale_error
from .managers import check_manages, lock_programme
from .models import Look, Programme
from .models.looks import LONGEST_ORIGIN

LARGEST_LOGO = 512


@dataclass(frozen=True, slots=True)
class LookInput:
    """`logo`: a new one, as it is kept; None: as it was. `removes_logo` holds where no new one is given."""

    colour: str
    logo: bytes | None
    removes_logo: bool
    origins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownLook:
    """What a page shows of a look; a part that nobody chose is empty."""

    colour: str
    logo_key: str

    @property
    def style_url(self) -> str:
        return reverse("look_style", args=[self.colour[1:], style_key(self.colour)]) if self.colour else ""

    @property
    def logo_url(self) -> str:
        return reverse("look_logo", args=[self.logo_key]) if self.logo_key else ""

    @property
    def shades(self) -> tuple[Shade, Shade] | None:
        return (day_shade(self.colour), night_shade(self.colour)) if self.colour else None


def look_of(programme: Programme) -> Look:
    """Without its picture; unsaved where nobody has chosen anything."""
    return Look.objects.defer("logo").filter(programme=programme).first() or Look(programme=programme)


def shown_look(programme: Programme) -> ShownLook | None:
    look = look_of(programme)
    return ShownLook(look.colour, look.logo_key) if look.colour or look.logo_key else None


def look_mark(look: Look) -> str:
    return mark_of(look.colour, look.logo_key, tuple(look.origins))


def style_of(colour: str) -> str:
    """The style sheet of a programme with this colour."""
    day, night = day_shade(colour), night_shade(colour)
    return f":root{{--look:light-dark({day.colour},{night.colour});--on-look:light-dark({day.on_it},{night.on_it})}}\n"


def style_key(colour: str) -> str:
    """Another one as soon as the sheet says anything else, so that browsers may keep it for ever."""
    return hash_text(style_of(colour))[:16]


@transaction.atomic
def change_look(*, programme: Programme, given: LookInput, by: User, seen: str) -> bool:
    """Change logo, colour, and where the box may stand. `seen` is the mark of what the page showed.

    Returns whether anything changed. Raises PermissionDenied, ProgrammeError `stale`, `bad_colour`, `our_colour`.
    """
    programme = lock_programme(programme)
    check_manages(by, programme)
    look = look_of(programme)
    before = look_mark(look)
    if refusal := why_not_colour(given.colour):
        raise refusal
    look.colour, look.origins = given.colour, list(given.origins)
    if given.logo is not None:
        look.logo, look.logo_key = given.logo, sha256(given.logo).hexdigest()
    elif given.removes_logo:
        look.logo, look.logo_key = b"", ""
    if look_mark(look) == before:
        return False
    if seen != before:
        raise stale_error()
    look.save()
    return True


def copy_look(source: Programme, target: Programme) -> None:
    if look := Look.objects.filter(programme=source).first():
        Look.objects.create(
            programme=target, colour=look.colour, logo=look.logo, logo_key=look.logo_key, origins=look.origins
        )


def why_not_colour(colour: str) -> ProgrammeError | None:
    if not colour:
        return None
    if not COLOUR.fullmatch(colour):
        words = _("Enter a # and six digits or letters from a to f, like #0b5563.")
        return ProgrammeError("bad_colour", words, field="colour")
    if is_marigold(colour):
        words = _("This yellow marks what happens now on every page. Choose another colour.")
        return ProgrammeError("our_colour", words, field="colour")
    return None


def read_logo(upload: UploadedFile) -> bytes:
    """Encode an uploaded logo again. Raises ValidationError with what is wrong with it."""
    return read_picture(upload, _encode_logo)


def _encode_logo(content: bytes) -> bytes:
    with open_picture(content) as image:
        flat = flatten_on_white(turn_upright(image))
        flat.thumbnail((LARGEST_LOGO, LARGEST_LOGO), Image.Resampling.LANCZOS)
        file = BytesIO()
        flat.save(file, "WEBP", quality=90, method=4)
        return file.getvalue()


def read_origins(text: str) -> tuple[str, ...]:
    """One site a line, each once. Raises ValidationError that names the first line that can't be used."""
    origins = tuple(dict.fromkeys(_read_lines(text)))
    if len(origins) > settings.MAX_BOX_ORIGINS:
        words = _("Enter up to %(most)d sites. You have %(count)d.")
        raise ValidationError(
            words, code="too_many_origins", params={"most": settings.MAX_BOX_ORIGINS, "count": len(origins)}
        )
    return origins


def _read_lines(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        if not (given := line.strip()):
            continue
        origin = _read_origin(given)
        if origin is None or len(origin) > LONGEST_ORIGIN:
            words = _("“%(line)s” isn’t the address of a site. Enter https:// and its name alone, like https://%(eg)s.")
            params = {"line": given[:LONGEST_ORIGIN], "eg": "www.example.org"}
            raise ValidationError(words, code="bad_origin", params=params)
        yield origin


def _read_origin(text: str) -> str | None:
    """In the form in which browsers compare it; None for what isn't https, has a path, or names no host by words."""
    try:
        parts = urlsplit(text)
        port, name = parts.port, ascii_domain(parts.hostname or "")
    except (ValueError, ValidationError):
        return None
    alone = f"{parts.scheme}://{parts.netloc}"
    if parts.scheme != "https" or "@" in parts.netloc or text.lower().removesuffix("/") != alone.lower() or port == 0:
        return None
    return f"https://{name}:{port}" if port not in (None, 443) else f"https://{name}"
