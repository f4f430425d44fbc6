"""Tables as workbooks (.xlsx). Texts stay texts: no cell is a formula, a link or a number because of how it begins."""

from collections.abc import Iterable
from importlib.util import find_spec
from io import BytesIO
from typing import TYPE_CHECKING

from django.http import HttpResponse

from common.later import LaterModule

if TYPE_CHECKING:
    import xlsxwriter
else:
    xlsxwriter = LaterModule("xlsxwriter")

# requirements-sheets.txt: without it, pages offer CSV only.
CAN_WRITE = find_spec("xlsxwriter") is not None
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What the library would make of a text by itself; `write_string` doesn't, but the next writer may use something else.
AS_THEY_ARE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write_workbook(rows: Iterable[Iterable[object]]) -> bytes:
    """One sheet, whose first row are the headings."""
    content = BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, **AS_THEY_ARE}) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, int | float):
                    sheet.write_number(place, column, cell)
                else:
                    sheet.write_string(place, column, str(cell))
        sheet.freeze_panes(1, 0)
    return content.getvalue()


def xlsx_response(rows: Iterable[Iterable[object]], *, name: str) -> HttpResponse:
    """A download called `name` with the ending .xlsx."""
    response = HttpResponse(write_workbook(rows), content_type=CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response
