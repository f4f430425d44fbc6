"""What looks at the pages finds what is wrong with them, also where only one of many alike is wrong."""

import pytest

from tests.browser.looking import LOOKS, problems

pytestmark = pytest.mark.browser

CARDS = "".join(f'<li class="card"><b class="name">Number {number}</b> says hello</li>' for number in range(30))
PAGE = """<!doctype html><html lang="en"><head><title>Cards</title><style>
  :root { color-scheme: light dark; color: light-dark(#111, #eee); background: light-dark(#fff, #111) }
  %s
</style></head><body><main><h1>Cards</h1><ul>%s</ul>%s</main></body></html>"""


@pytest.fixture
def found_in(browser_page):
    """What is found on a page of thirty cards with this style and this after them: the rules by look."""

    def find(style: str = "", more: str = "") -> dict[str, set[str]]:
        page = browser_page()
        page.set_content(PAGE % (style, CARDS, more))
        by_look: dict[str, set[str]] = {}
        for problem in problems(page, "cards"):
            look, rule = problem.split(": ")[:2]
            by_look.setdefault(look.removeprefix("cards "), set()).add(rule)
        return by_look

    return find


def everywhere(rule: str) -> dict[str, set[str]]:
    return {f"{width} {theme}": {rule} for width, theme, _rules in LOOKS}


def test_nothing_is_found_where_all_is_well(found_in):
    assert found_in() == {}


@pytest.mark.parametrize("number", [1, 17, 30])
def test_a_faint_text_is_found_among_many_of_its_class(number, found_in):
    style = f".card:nth-child({number}) .name {{ color: light-dark(#bbb, #444) }}"

    assert found_in(style) == everywhere("color-contrast")


@pytest.mark.parametrize("number", [1, 17, 30])
def test_a_text_on_a_background_of_its_own_is_found(number, found_in):
    """The text has the colour of all; what stands behind it, two elements above, has not."""
    style = f".card:nth-child({number}) {{ background: light-dark(#444, #bbb) }}"

    assert found_in(style) == everywhere("color-contrast")


def test_what_is_faint_in_one_theme_is_found_there(found_in):
    style = ".name { color: light-dark(#111, #333) }"

    assert found_in(style) == {"1280 dark": {"color-contrast"}, "390 dark": {"color-contrast"}}


def test_what_is_faint_in_a_narrow_window_is_found_there(found_in):
    style = "@media (width < 600px) { .card:nth-child(9) { color: light-dark(#bbb, #444) } }"

    assert found_in(style) == {"390 light": {"color-contrast"}, "390 dark": {"color-contrast"}}


def test_what_is_typed_into_a_field_is_looked_at(found_in):
    style = "input { color: light-dark(#bbb, #444); background: light-dark(#fff, #111) }"

    assert found_in(style, '<label>Name <input value="Bob"></label>') == everywhere("color-contrast")


def test_a_link_that_only_its_colour_tells_apart_is_found(found_in):
    style = "a { color: light-dark(#1a1a1a, #f5f5f5); text-decoration: none }"

    found = found_in(style, '<p>Read what <a href="/">we say of it</a> in the help.</p>')

    assert found == everywhere("link-in-text-block")


def test_a_rule_about_anything_else_is_asked_once_in_each_width(found_in):
    found = found_in(more='<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">')

    assert found == {"1280 light": {"image-alt"}, "390 dark": {"image-alt"}}


def test_a_page_wider_than_its_window_is_found(found_in):
    found = found_in(more='<div style="width: 800px">wide</div>')

    assert {look for look, rules in found.items() if any("pixels wide" in rule for rule in rules)} == {
        "390 light",
        "390 dark",
    }


def test_tabs_out_of_sight_are_found(found_in):
    tabs = "".join(f'<a href="/{number}">Tab number {number}</a> ' for number in range(9))
    style = ".tabs { display: flex; overflow-x: auto; white-space: nowrap; gap: 2em } .tabs a { flex: none }"

    found = found_in(style, f'<nav class="tabs" aria-label="Parts" tabindex="0">{tabs}</nav>')

    assert {look for look, rules in found.items() if any("scrolled to" in rule for rule in rules)} == {
        "390 light",
        "390 dark",
    }


def test_a_panel_upon_a_heading_or_another_panel_is_found(found_in):
    style = ".panel { padding: 1em; border: 1px solid } .up { margin-block-start: -2em }"

    side_by_side = '<div class="panel"><h2>One</h2></div><div class="panel">Two</div>'
    assert found_in(style, side_by_side) == {}
    for more in ('<h2>Links</h2><div class="panel up">One</div>', side_by_side + '<div class="panel up">Three</div>'):
        assert found_in(style, more) == everywhere("a panel lies upon another or on a heading")


def test_a_word_of_a_table_that_is_cut_in_two_is_found(found_in):
    table = "<table><tbody><tr><th>Katharina Zimmer</th><td>Selling</td></tr></tbody></table>"

    assert found_in("th { width: 12em }", table) == {}
    narrow = "table { table-layout: fixed; width: 8em } th { width: 3em; overflow-wrap: anywhere }"
    assert found_in(narrow, table) == everywhere("a word of a table is cut in two")


def test_a_hint_that_describes_no_control_and_an_id_on_two_elements_are_found(found_in):
    hint = '<p id="a_helptext">As on your badge</p><label>Name <input aria-describedby="%s"></label>'

    assert found_in(more=hint % "a_helptext") == {}
    assert found_in(more=hint % "") == everywhere("no control is described by its hint or error")
    assert found_in(more='<p id="b">One</p><p id="b">Two</p>') == everywhere("several elements have one id")
