"""Tables as CSV, made safe for programs that would run a cell that looks like a formula."""

import csv
from collections.abc import Iterable
from io import StringIO

from django.http import HttpResponse

# Characters at which a spreadsheet begins a formula, also in the full width of East Asian keyboards, or leaves the
# cell.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(value: object) -> str | int | float:
    """Numbers as they are. A text that begins like a formula gets an apostrophe before it."""
    if isinstance(value, int | float):
        return value
    text = str(value)
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text


def csv_response(rows: Iterable[Iterable[object]], *, name: str) -> HttpResponse:
    """A download called `name` with the ending .csv."""
    text = StringIO()
    csv.writer(text).writerows([safe_cell(cell) for cell in row] for row in rows)
    # The byte-order mark tells spreadsheets that the rest is UTF-8.
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
