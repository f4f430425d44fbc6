import csv

import pytest

from common.sheets import csv_response, safe_cell


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1"])
def test_what_begins_like_a_formula_is_words(text):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("value", ["Pay = money", "", "Ünïcode", -3, 2.5])
def test_everything_else_stays(value):
    assert safe_cell(value) == value


def test_sheet_reads_back():
    response = csv_response([["a", 'b "c", d'], [1, "=x\ny"]], name="words")

    assert list(csv.reader(response.content.decode("utf-8-sig").splitlines(keepends=True))) == [
        ["a", 'b "c", d'],
        ["1", "'=x\ny"],
    ]
    assert response["Content-Disposition"] == 'attachment; filename="words.csv"'
