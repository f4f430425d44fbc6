"""Lists as workbooks: read like CSV, and refused in words where they can't be."""

from datetime import date, datetime, time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from programmes.errors import ProgrammeError
from programmes.models import Roster, RosterState, Verdict
from programmes.rosters import workbooks
from programmes.rosters.acts import ListInput, upload_roster
from programmes.rosters.reading import read_list
from programmes.rosters.workbooks import can_read_workbooks
from tests.any_speed import SHARED_FIXTURES
from tests.conftest import NOW
from tests.form_codes import codes_of
from tests.markup import elements_of, markup_of
from tests.programmes.listing import apply, verdicts_of
from tests.programmes.test_list_pages import send
from tests.programmes.test_lists import invited, refusal_of
from tests.programmes.test_pages import page_of
from tests.programmes.workbooks import FIRST_SHEET, SHEET, cell, packed, workbook_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


def upload(programme, manager, content: bytes) -> Roster:
    made = upload_roster(programme=programme, given=ListInput(content, False, True), by=manager, now=NOW)
    made.refresh_from_db()
    return made


def test_workbook_is_read_like_csv(programme, alice):
    content = workbook_of(
        ["E-Mail", "Name", "Rolle", "Abteilung"],
        ["zoe@example.org", "Zoë 李", "mentor", 4711],
        [],
        ["b@example.org", "=1+1", "", ""],
        ["b@", "Ben", "both", ""],
    )

    roster = upload(programme, alice, content)

    assert verdicts_of(roster) == [Verdict.NEW, Verdict.BAD_NAME, Verdict.BAD_ADDRESS]
    assert list(roster.rows.order_by("number").values_list("number", "unit")) == [(2, "4711"), (4, ""), (5, "")]


def test_list_of_a_workbook_is_applied(programme, alice):
    roster = upload(programme, alice, workbook_of(["a@example.org"], ["b@example.org"]))

    assert (apply(roster, alice), invited(programme)) == (2, ["a@example.org", "b@example.org"])


def test_cells_become_what_a_person_would_type():
    [(_number, cells)] = read_list(
        workbook_of(
            [1, 2.5, True, date(2026, 11, 24), datetime(2026, 11, 24, 13, 46), time(9, 30), 491701234567, "0049"]
        )
    ).rows

    assert cells == ["1", "2.5", "TRUE", "2026-11-24", "2026-11-24 13:46:00", "09:30:00", "491701234567", "0049"]


def test_formula_is_its_result_and_nothing_without_one():
    rows = (
        f'<row r="1">{cell("A1", "a@example.org")}<c r="B1" t="str"><f>A1</f><v>Ann</v></c><c r="C1"><f>1</f></c></row>'
    )

    assert read_list(packed(sheet=rows)).rows == [(1, ["a@example.org", "Ann"])]


def test_hidden_sheet_is_left_and_several_full_ones_are_refused():
    rows = [["email"], ["a@example.org"]]

    assert len(read_list(workbook_of(*rows, hidden=[["x"]])).rows) == 2
    assert refusal_of(workbook_of(*rows, second=["notes"])) == "list_sheets"
    assert read_list(workbook_of(second=["notes"], hidden=rows)).rows == [(1, ["notes"])]


FAR = f'<row r="1">{cell("A1", "x")}</row><row r="1048576">{cell("XFD1048576", "x")}</row>'
WIDE = f'<row r="1">{"".join(cell(f"A{letter}1", "x") for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")}</row>'
LONG = "".join(f'<row r="{n}">{cell(f"A{n}", "a@example.org")}</row>' for n in range(1, 10_003))
ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    + SHEET.format(f'<row r="1">{cell("A1", "&b;")}</row>').partition("?>")[2]
)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (packed(), "list_empty"),
        (packed(sheet=FAR), "list_not_workbook"),
        (packed(sheet=WIDE), "list_too_wide"),
        (packed(sheet=LONG), "list_too_long"),
        (packed(sheet=f'<row r="150000">{cell("A150000", "x")}</row>'), "list_too_long"),
        (packed(**{"xl/bomb.xml": b" " * (101 * 1024 * 1024)}), "list_unpacked"),
        (packed(**{f"xl/{n}.xml": b"" for n in range(1001)}), "list_unpacked"),
        (packed(**{"content.xml": "<x/>"}), "list_not_workbook"),
        (packed(**{"xl/workbook.xml": "<workbook"}), "list_not_workbook"),
        (packed(sheet="<row"), "list_not_workbook"),
        (packed()[:-40], "list_not_workbook"),
        (b"PK\x03\x04" + b"\x00" * 200, "list_not_workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "list_old_workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "list_locked"),
    ],
    ids=[
        "empty",
        "far corner",
        "wide",
        "long",
        "far down",
        "bomb",
        "parts",
        "another format",
        "no xml",
        "row",
        "cut off",
        "zip",
        "xls",
        "password",
    ],
)
def test_workbook_that_is_no_list_is_refused(content, code):
    assert refusal_of(content) == code


def read_or_refused(content: bytes) -> tuple[list[str], str]:
    """The texts in it, or the field beside which it is refused."""
    try:
        return [text for _number, cells in read_list(content).rows for text in cells], ""
    except ProgrammeError as refused:
        return [], refused.field


def test_entities_make_nothing_larger():
    texts, field = read_or_refused(packed(**{FIRST_SHEET: ENTITIES}))

    assert (field, max(map(len, texts), default=0) < 100) in (("file", True), ("", True))


@settings(max_examples=25, suppress_health_check=SHARED_FIXTURES)
@given(tail=st.binary(max_size=200), place=st.integers(0, 1500), length=st.integers(0, 60))
@example(b"", 0, 0)
def test_any_damage_is_read_or_refused(tail, place, length):
    whole = workbook_of(["email"], ["a@example.org"])
    damaged = whole[:place] + tail + whole[place + length :]

    texts, field = read_or_refused(damaged)

    assert bool(texts) != (field == "file")


def test_page_says_what_it_takes_and_takes_it(client_for, alice, programme):
    client = client_for(alice)
    [field] = [
        one
        for one in elements_of(markup_of(client.get(page_of("programme_list", programme))), "input")
        if one.attributes.get("type") == "file"
    ]

    answer = send(client, programme, workbook_of(["email"], ["a@example.org"]), name="people.xlsx")

    assert field.attributes["accept"] == ".xlsx,.csv,.txt"
    assert answer["Location"] == page_of("programme_list_check", programme)
    assert Roster.objects.get().state == RosterState.CHECKED


def test_without_the_library_lists_are_csv_alone(client_for, alice, programme, monkeypatch):
    monkeypatch.setattr(workbooks, "find_spec", lambda name: None)
    can_read_workbooks.cache_clear()
    try:
        answer = send(client_for(alice), programme, workbook_of(["a@example.org"]), name="people.xlsx")
    finally:
        can_read_workbooks.cache_clear()

    form = answer.context["form"]
    assert codes_of(form) == {"file": ["list_not_text"]}
    assert form.fields["file"].widget.attrs["accept"] == ".csv,.txt"
