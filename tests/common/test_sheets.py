import csv
from io import BytesIO
from zipfile import ZipFile

import pytest
from python_calamine import load_workbook

from common.sheets.csv_files import csv_response, safe_cell
from common.sheets.workbooks import xlsx_response


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


TEXTS = ["=1+1", "+49 30 123", "-1", "@SUM(A1)", "https://x.test/", "mailto:a@x.test", "0012", "1e5", "Ünïcode", "{=1}"]


def test_a_workbook_reads_back_with_every_text_as_it_was():
    response = xlsx_response([["a", "b"], *([text, number] for number, text in enumerate(TEXTS))], name="words")
    sheet = load_workbook(BytesIO(response.content)).get_sheet_by_index(0)

    assert sheet.to_python() == [["a", "b"], *([text, float(number)] for number, text in enumerate(TEXTS))]
    assert [part for part in (b"<f>", b"hyperlink") if part in sheet_xml(response.content)] == []
    assert response["Content-Disposition"] == 'attachment; filename="words.xlsx"'


def sheet_xml(content: bytes) -> bytes:
    with ZipFile(BytesIO(content)) as parts:
        return b"".join(parts.read(name) for name in parts.namelist() if "worksheets" in name)
