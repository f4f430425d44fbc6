"""docs/refusals.md lists every refusal as the source has it; `script/refusals` writes it."""

import re

from local.refusals import PAGE, compose_page, find_refusals

BREAK = re.compile(r"[.!?] (?=[A-Z%])")


def test_the_list_of_refusals_is_up_to_date():
    assert PAGE.read_text() == compose_page()


def test_the_list_finds_codes_however_they_are_written():
    found = {refusal.code for refusal in find_refusals()}

    # A text as it is, by a constant, through a helper, from a table, beside a field
    assert {"own_profile", "moved_on", "too_often", "day_cap", "lookalike"} <= found


def test_a_refusal_has_two_sentences_at_most():
    # Two texts for one refusal, where the second is only said in some cases, are two rows.
    assert [refusal.text for refusal in find_refusals() if len(BREAK.findall(refusal.text)) > 1] == []
