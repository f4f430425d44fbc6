"""docs/refusals.md lists every refusal as the source has it; `script/refusals` writes it."""

import ast
import re

import pytest

from local import refusals
from local.refusals import NOWHERE, PAGE, compose_page, find_refusals, texts_in

BREAK = re.compile(r"[.!?] (?=[A-Z%])")


def test_the_list_of_refusals_is_up_to_date():
    assert PAGE.read_text() == compose_page()


def test_the_list_finds_codes_however_they_are_written():
    found = {refusal.code for refusal in find_refusals()}

    # A text as it is, by a constant, through a helper, from a table, beside a field
    assert {"own_profile", "moved_on", "too_often", "day_cap", "lookalike"} <= found


LOOPS = """
def once(n):
    return _("Once.") if n else once(n)
def there():
    return back() or _("There.")
def back():
    return there() or _("Back.")
"""


@pytest.mark.parametrize(("call", "texts"), [("once(1)", {"Once."}), ("there()", {"There.", "Back."})])
def test_functions_that_call_themselves_or_each_other_come_to_an_end(call, texts, monkeypatch):
    found = {node.name: node for node in ast.parse(LOOPS).body if isinstance(node, ast.FunctionDef)}
    monkeypatch.setattr(refusals, "functions", lambda: found)

    assert set(texts_in(ast.parse(call), NOWHERE)) == texts


def test_a_refusal_has_two_sentences_at_most():
    # Two texts for one refusal, where the second is only said in some cases, are two rows.
    assert [refusal.text for refusal in find_refusals() if len(BREAK.findall(refusal.text)) > 1] == []
