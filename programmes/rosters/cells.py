"""Reads the cells of a workbook, run as a program of its own by `workbooks`, which says why.

The workbook comes by the standard input; what is in it goes as JSON to the standard output.
"""

import json
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

MEMORY, SECONDS = 1024 * 1024 * 1024, 10


def main(most_rows: int, furthest_row: int, most_cells: int, longest: int) -> None:
    """Prints the rows of the one sheet that people see and that holds anything, or the names of several such sheets.

    Rows and cells beyond what is allowed are cut off behind the first that is too many, so that its place can be told.
    """
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    workbook = CalamineWorkbook.from_filelike(BytesIO(sys.stdin.buffer.read()))
    shown = [
        one.name
        for one in workbook.sheets_metadata
        if one.visible == SheetVisibleEnum.Visible and one.typ == SheetTypeEnum.WorkSheet
    ]
    sheets = {name: workbook.get_sheet_by_name(name) for name in shown}
    full = [name for name, sheet in sheets.items() if sheet.height]
    found: dict[str, Any] = {"sheets": full, "rows": []}
    if len(full) == 1:
        rows = sheets[full[0]].to_python(skip_empty_area=False, nrows=furthest_row + 1)
        found["rows"] = list(_cut_rows(rows, most_rows, most_cells, longest))
    json.dump(found, sys.stdout)


def _cut_rows(rows: list[list[Any]], most_rows: int, most_cells: int, longest: int) -> Iterator[list[str]]:
    filled = 0
    for row in rows:
        cells = [write_cell(value)[:longest] for value in row]
        while cells and not cells[-1].strip():
            cells.pop()
        filled += bool(cells)
        yield cells[: most_cells + 1]
        if filled > most_rows:
            return


def write_cell(value: Any) -> str:
    """As a person would type it: whole numbers without a point, days and clock times as ISO 8601 has them."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return str(value.date() if value.time() == time() else value)
    return value.isoformat() if isinstance(value, date | time) else str(value)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
