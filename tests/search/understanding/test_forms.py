"""Forms of words, written as people read them."""

import pytest

from search.understanding.forms import compile_forms


@pytest.mark.parametrize(
    ("form", "text", "fits"),
    [
        pytest.param("(kill|hurt) myself", "to hurt  \n myself", True, id="any-space-between"),
        pytest.param("(kill|hurt) myself", "hurtmyself", False, id="some-space-between"),
        pytest.param("hurt", "hurtful", False, id="whole-words"),
        pytest.param("cover ?letter", "coverletter", True, id="a-space-that-may-be-missing"),
        pytest.param("cover ?letter", "cover letter", True, id="or-be-there"),
        pytest.param("(?<!how )should i", "how should i", False, id="not-behind-a-word"),
        pytest.param("(?<!how )should i", "so should i", True, id="behind-another"),
        pytest.param("interview(?! (guide|notes))", "interview notes", False, id="not-before-a-word"),
        pytest.param(r"\(", "a(b", True, id="a-bracket-as-typed"),
    ],
)
def test_a_form_finds_its_words(form, text, fits):
    assert bool(compile_forms([form]).search(text)) == fits


def test_groups_are_not_kept():
    assert compile_forms(["(a|b) (c|d)", "(e)"]).groups == 0
