"""Reads an uploaded list as a table of texts. What can't be read is refused whole, with the row at fault."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

from django.conf import settings
from django.utils.translation import gettext as _

from common.texts import one_line
from programmes.errors import ProgrammeError
from programmes.models.rosters import LONGEST_TEXT

from .workbooks import is_workbook, read_workbook

MOST_COLUMNS = 50
# With the empty ones between
FURTHEST_ROW = 100_000
DELIMITERS = ",;\t"
QUOTED = re.compile(r'"[^"]*"')
# Beginnings of UTF-16 and UTF-32, which Excel calls “Unicode text”
WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")


@dataclass(frozen=True, slots=True)
class ListTable:
    """All rows that hold anything, each with its number as a spreadsheet shows it."""

    rows: list[tuple[int, list[str]]]


def read_list(content: bytes) -> ListTable:
    """Of a CSV file or a workbook. Raises ProgrammeError of the field `file`: `list_too_large`, `list_not_text`,
    `list_encoding`, `list_unreadable`, `list_too_wide`, `list_too_long`, `list_empty`, and as `read_workbook`.
    """
    if len(content) > settings.MAX_LIST_BYTES:
        words = _("This file has over %d MB. Save the list alone as CSV, or divide it into several.")
        raise _refused("list_too_large", words % (settings.MAX_LIST_BYTES // 1024**2))
    table = ListTable(list(_usable_rows(_find_rows(content))))
    if not table.rows:
        raise _refused("list_empty", _("There’s nothing in this file. Choose one with an email address in each row."))
    return table


def _find_rows(content: bytes) -> Iterator[list[str]]:
    if not is_workbook(content):
        return _split_rows(_decode(content))
    most = settings.MAX_LIST_ROWS + 1
    return iter(read_workbook(content, most_rows=most, furthest_row=FURTHEST_ROW, most_cells=MOST_COLUMNS))


def _decode(content: bytes) -> str:
    if content.startswith(WIDE):
        raise _refused("list_not_text", _("This file is in UTF-16. Save it as “CSV UTF-8”, then upload it again."))
    if b"\x00" in content:
        raise _refused("list_not_text", _("This file isn’t a CSV file. Save the list as “CSV UTF-8” and upload that."))
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _refused("list_encoding", _("We can’t read the letters of this file. Save it as “CSV UTF-8”."))


def _split_rows(text: str) -> Iterator[list[str]]:
    first = QUOTED.sub("", text.lstrip().partition("\n")[0])
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            words = _("We can’t read row %d: a quotation mark in it is never closed, or stands inside a cell.")
            raise _refused("list_unreadable", words % number) from error
        if cells is None:
            return
        yield cells


def _usable_rows(rows: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Without rows that hold nothing, which spreadsheets leave at the end of a list."""
    count = 0
    for number, cells in enumerate(rows, start=1):
        if number > FURTHEST_ROW:
            raise too_long()
        if len(cells) > MOST_COLUMNS:
            words = _("Row %(row)d has over %(most)d cells. Keep the columns that we need, and upload it again.")
            raise _refused("list_too_wide", words % {"row": number, "most": MOST_COLUMNS})
        cleaned = [one_line(cell[: 2 * LONGEST_TEXT])[:LONGEST_TEXT] for cell in cells]
        if not any(cleaned):
            continue
        count += 1
        # Where there are no headings, one row more than said is as well
        if count > settings.MAX_LIST_ROWS + 1:
            raise too_long()
        yield number, cleaned


def too_long() -> ProgrammeError:
    words = _("A list can have up to %d rows. Divide it into several, and apply one after the other.")
    return _refused("list_too_long", words % settings.MAX_LIST_ROWS)


def _refused(code: str, message: str) -> ProgrammeError:
    return ProgrammeError(code, message, field="file")
