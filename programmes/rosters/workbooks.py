"""Reads a workbook (.xlsx) as rows of texts, where requirements-sheets.txt is installed.

Its cells are read by a program of its own with little memory, little time and nothing of ours in its environment: a
small file can say that it has a cell at the far end of a sheet, for which a library makes room, and then only that
program ends.
"""

import json
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from django.utils.translation import gettext as _

from programmes.errors import ProgrammeError
from programmes.models.rosters import LONGEST_TEXT

PROGRAM = Path(__file__).with_name("cells.py")
# The beginnings of a zip archive, and of what Microsoft's programs wrote before 2007 and still write around a
# workbook with a password
ZIP, COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LOCKED = "EncryptedPackage".encode("utf-16-le")
NEEDED = {"[Content_Types].xml", "xl/workbook.xml"}
# By these the library would take it for something else
OTHERS = {"content.xml", "xl/workbook.bin"}
MOST_PARTS, LARGEST_PARTS = 1000, 100 * 1024 * 1024
ENDS_WITHIN = 60


@cache
def can_read_workbooks() -> bool:
    return find_spec("python_calamine") is not None


def is_workbook(content: bytes) -> bool:
    """Whether these bytes begin as files of spreadsheet programs do, which are no text."""
    return content.startswith((ZIP, COMPOUND))


def read_workbook(content: bytes, *, most_rows: int, furthest_row: int, most_cells: int) -> list[list[str]]:
    """All rows from the first, each without empty cells at its end.

    Raises ProgrammeError `list_not_text`, `list_locked`, `list_old_workbook`, `list_not_workbook`, `list_unpacked`,
    `list_sheets`.
    """
    if LOCKED in content:
        words = _("This workbook is protected by a password. Save it without one, or as “CSV UTF-8”.")
        raise _refused("list_locked", words)
    if not can_read_workbooks():
        words = _("This file is a workbook. Save the list as “CSV UTF-8” and upload that.")
        raise _refused("list_not_text", words)
    if content.startswith(COMPOUND):
        words = _("This file is in an old format. Save it as an Excel workbook (.xlsx) or as “CSV UTF-8”.")
        raise _refused("list_old_workbook", words)
    _check_parts(content)
    limits = (most_rows, furthest_row, most_cells, 2 * LONGEST_TEXT)
    found = _run(content, *map(str, limits))
    if len(found["sheets"]) > 1:
        words = _("Several sheets of this workbook hold something: %s. Keep the one with the list, or save it as CSV.")
        raise _refused("list_sheets", words % ", ".join(name[:LONGEST_TEXT] for name in found["sheets"][:5]))
    rows: list[list[str]] = found["rows"]
    return rows


def _check_parts(content: bytes) -> None:
    """What a workbook is packed of, by its own index: a file of some kilobytes can unpack to terabytes."""
    try:
        with ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
    except (BadZipFile, EOFError, NotImplementedError, OSError, UnicodeDecodeError, ValueError) as error:
        raise _not_a_workbook() from error
    names = {part.filename for part in parts}
    if not names >= NEEDED or names & OTHERS or any(part.flag_bits & 1 for part in parts):
        raise _not_a_workbook()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_PARTS:
        words = _("There’s too much in this workbook. Keep the sheet with the list alone, or save it as “CSV UTF-8”.")
        raise _refused("list_unpacked", words)


def _run(content: bytes, *limits: str) -> dict[str, Any]:
    """A program that is out of memory or time, or whose library gives up, ends with a number other than 0."""
    command = [sys.executable, "-I", str(PROGRAM), *limits]
    try:
        done = subprocess.run(  # noqa: S603 - our own program and numbers of ours; what came from outside is its input
            command, input=content, capture_output=True, check=True, timeout=ENDS_WITHIN, env={}
        )
        found: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        raise _not_a_workbook() from error
    return found


def _not_a_workbook() -> ProgrammeError:
    words = _("We can’t read this workbook. Copy the list into a new one (.xlsx), or save it as “CSV UTF-8”.")
    return _refused("list_not_workbook", words)


def _refused(code: str, message: str) -> ProgrammeError:
    return ProgrammeError(code, message, field="file")
