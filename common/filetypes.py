"""Which files may be uploaded: the ending of the name and the first bytes have to agree. Nothing is unpacked to disk.

A few lines for each kind, instead of a library that guesses: the question is always “is it this?”, never “what is it?”.
"""

import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO

from .packages import DishonestPackageError, read_part
from .pictures import picture_format

MAX_BYTES = 10 * 1024 * 1024
NAME_LENGTH = 100
MAX_CONTENT_TYPES = 1024 * 1024
OFFICE = "application/vnd.openxmlformats-officedocument."
OPEN = "application/vnd.oasis.opendocument."
# Within how many bytes programs that read PDF look for its beginning
PDF_WINDOW = 1024


@dataclass(frozen=True, slots=True)
class FileType:
    name: str
    label: str
    mimetype: str
    endings: tuple[str, ...]
    fits: Callable[[bytes], bool]

    @property
    def is_picture(self) -> bool:
        return self.mimetype.startswith("image/")


def is_pdf(content: bytes) -> bool:
    return content.startswith(b"%PDF-") and not zipfile.is_zipfile(BytesIO(content))


def is_picture(format_name: str) -> Callable[[bytes], bool]:
    return lambda content: picture_format(content) == format_name


def is_text(content: bytes) -> bool:
    """UTF-8 without NUL that no other program would open as something else."""
    if b"\x00" in content or b"%PDF-" in content[:PDF_WINDOW] or zipfile.is_zipfile(BytesIO(content)):
        return False
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def is_office(part: str) -> Callable[[bytes], bool]:
    """Whether the package is an Office Open XML document with this main part, and without macros."""
    main = f'"{OFFICE}{part}.main+xml"'.encode()

    def fits(content: bytes) -> bool:
        listed = part_of(content, "[Content_Types].xml") or b""
        return main in listed and b"macroEnabled" not in listed and b"vbaProject" not in listed

    return fits


def is_open_document(part: str) -> Callable[[bytes], bool]:
    """Whether it is an OpenDocument: its first part is called `mimetype`, is not compressed, and names the kind."""
    said = f"mimetype{OPEN}{part}PK".encode()
    return lambda content: content[30 : 30 + len(said)] == said and part_of(content, "content.xml", most=0) is not None


def part_of(content: bytes, name: str, *, most: int = MAX_CONTENT_TYPES) -> bytes | None:
    """The beginning of one part of a ZIP package that starts at the first byte; None for anything else."""
    if not content.startswith(b"PK\x03\x04") or b"%PDF-" in content[:PDF_WINDOW]:
        return None
    try:
        return read_part(content, name, most=most)
    except DishonestPackageError:
        return None


TYPES: tuple[FileType, ...] = (
    FileType("pdf", "PDF", "application/pdf", ("pdf",), is_pdf),
    FileType("png", "PNG", "image/png", ("png",), is_picture("PNG")),
    FileType("jpeg", "JPEG", "image/jpeg", ("jpg", "jpeg"), is_picture("JPEG")),
    FileType("webp", "WebP", "image/webp", ("webp",), is_picture("WEBP")),
    FileType("docx", "DOCX", f"{OFFICE}wordprocessingml.document", ("docx",), is_office("wordprocessingml.document")),
    FileType(
        "pptx", "PPTX", f"{OFFICE}presentationml.presentation", ("pptx",), is_office("presentationml.presentation")
    ),
    FileType("odt", "ODT", f"{OPEN}text", ("odt",), is_open_document("text")),
    FileType("odp", "ODP", f"{OPEN}presentation", ("odp",), is_open_document("presentation")),
    FileType("txt", "TXT", "text/plain; charset=utf-8", ("txt",), is_text),
    FileType("md", "MD", "text/markdown; charset=utf-8", ("md", "markdown"), is_text),
)
BY_NAME: Mapping[str, FileType] = {kind.name: kind for kind in TYPES}
BY_ENDING: Mapping[str, FileType] = {ending: kind for kind in TYPES for ending in kind.endings}
LABELS = ", ".join(kind.label for kind in TYPES)
ACCEPT = ",".join(f".{ending}" for ending in BY_ENDING)


def type_of(name: str, content: bytes) -> FileType | None:
    """The kind that both the ending of the name and the content say; None if they don't agree, or for other kinds."""
    kind = BY_ENDING.get(ending_of(name))
    return kind if kind and content and kind.fits(content) else None


def ending_of(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def clean_name(name: str) -> str:
    """A name that can be shown to people and written to a disk: no folders, nothing invisible, not too long, same
    ending.
    """
    last = unicodedata.normalize("NFC", name.replace("\\", "/")).rpartition("/")[2]
    stem, _dot, ending = "".join(visible_characters(last)).rpartition(".")
    stem = " ".join(stem.split()).strip(". ") or "file"
    return f"{stem[: NAME_LENGTH - len(ending) - 1]}.{ending}"


def visible_characters(text: str) -> Iterable[str]:
    """The text without control characters and marks that reverse it. Line breaks become spaces."""
    for character in text:
        if unicodedata.category(character) in {"Cc", "Zl", "Zp"}:
            yield " "
        elif unicodedata.category(character) not in {"Cf", "Cs", "Co", "Cn"} and character not in '<>:"|?*':
            yield character
