"""Tables to take along as CSV, for programs that would run a cell that looks like a formula."""

import csv
from collections.abc import Iterable
from io import StringIO

from django.http import HttpResponse

# What makes a spreadsheet calculate, also in the full width of East Asian keyboards, or break out of its cell.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(value: object) -> str | int | float:
    """Numbers as they are; of words, what begins like a formula gets an apostrophe before it."""
    if isinstance(value, int | float):
        return value
    text = str(value)
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text


def csv_response(rows: Iterable[Iterable[object]], *, name: str) -> HttpResponse:
    """`name` without the ending, ours and plain."""
    text = StringIO()
    csv.writer(text).writerows([safe_cell(cell) for cell in row] for row in rows)
    # The mark at its beginning tells spreadsheets that the rest is UTF-8.
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
