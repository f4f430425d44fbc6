"""Workbooks for tests: as programs write them, and as nobody writes them who means well."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from xlsxwriter import Workbook

FIRST_SHEET = "xl/worksheets/sheet1.xml"
OPTIONS = {"in_memory": True, "default_date_format": "yyyy-mm-dd", "strings_to_formulas": False}
SHEET = """<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
<sheetData>{}</sheetData></worksheet>"""


def workbook_of(*rows: Sequence[Any], hidden: Sequence[Sequence[Any]] = (), second: Sequence[Any] = ()) -> bytes:
    """Rows of the first sheet; those of a sheet that people don't see, and one row of a second that they do."""
    made = BytesIO()
    with Workbook(made, OPTIONS) as book:
        for name, table in (("People", rows), ("Choices", hidden), ("Notes", [second] if second else [])):
            sheet = book.add_worksheet(name)
            for number, row in enumerate(table):
                for place, value in enumerate(row):
                    sheet.write(number, place, value)
            if name == "Choices":
                sheet.hide()
    return made.getvalue()


def packed(sheet: str = "", **parts: str | bytes) -> bytes:
    """A workbook whose first sheet has these rows, in XML, with some parts in place of its own or beside them."""
    made = BytesIO()
    with ZipFile(BytesIO(workbook_of())) as whole:
        known: dict[str, str | bytes] = {name: whole.read(name) for name in whole.namelist()}
    known[FIRST_SHEET] = SHEET.format(sheet)
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for name, content in (known | parts).items():
            archive.writestr(name, content)
    return made.getvalue()


def cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'
