"""What tests read instead of raw markup must hide only what a browser doesn't show either."""

import pytest

from tests.markup import (
    alerts_in,
    answers_in,
    choices_in,
    elements_of,
    flatten,
    forms_in,
    links_in,
    part_in,
    parts_in,
    problems_in,
    refusals_in,
    stage_in,
    times_in,
    words_of,
)


@pytest.mark.parametrize(
    ("laid_out", "one_line"),
    [
        ("<div>\n  <p>\n    Hello\n    you\n  </p>\n</div>\n", "<div><p>Hello you</p></div>"),
        ("<p>by\n  <b>Alice</b>\n  today</p>", "<p>by <b>Alice</b> today</p>"),
        ("<p>by<b>Alice</b>, today</p>", "<p>by<b>Alice</b>, today</p>"),
        (
            "<a href='/'>\n  <span>one</span><span>two</span>\n</a>",
            "<a href='/'> <span>one</span><span>two</span> </a>",
        ),
        ("<p>\n  <time>14:30</time>\n</p>", "<p><time>14:30</time></p>"),
        ("<input\n  id='q'\n  name='q'\n>", "<input id='q' name='q'>"),
        ("<div\n  class='one\n  two'\n>x</div>", "<div class='one two'>x</div>"),
        (
            "<p>\n<textarea\n  id='q'\n>\n  My  own\n words </textarea>\n</p>",
            "<p><textarea id='q'>\n  My  own\n words </textarea></p>",
        ),
        ("<pre> <b>a</b>  b\n</pre>", "<pre> <b>a</b>  b\n</pre>"),
    ],
)
def test_flatten_hides_only_blanks_that_nobody_sees(laid_out, one_line):
    assert flatten(laid_out) == one_line
    assert flatten(one_line) == one_line


def test_words_on_two_lines_are_two_words_and_tags_within_a_line_part_none():
    assert words_of("<p>One</p><p>t<b>w</b>o\n <i>three</i></p>") == "One two three"


def test_elements_are_found_by_tag_and_attributes_with_their_text():
    html = '<p class="a">x <input name="q"><b>y</b></p><p class="b">z</p><label aria-label="w">v</label>'

    assert [one.text for one in elements_of(html, "p")] == ["x y", "z"]
    assert [one.text for one in elements_of(html, "p", class_="b")] == ["z"]
    assert [one.text for one in elements_of(html, "label", aria_label="w")] == ["v"]
    assert elements_of(html, "p", class_="c") == []


def test_what_a_page_lets_do_is_found_without_its_words():
    html = """
    <a href="/">Home</a><a id="x">Here</a>
    <form method="get" action="/search/"><input name="q" value="x"></form>
    <form method="post" action="/a/"><input type="radio" name="say" value="yes"><button name="say">No</button></form>
    <form method="post"></form>
    <div class="error-summary" role="alert"><h2>Problem</h2><ul><li><a href="#id_q">Write it</a></li></ul></div>
    <div role="status">Saved</div><div hidden><div role="alert">Later</div></div>
    """

    assert links_in(html) == {"/", "#id_q"}
    assert forms_in(html) == ["/a/", ""]
    assert choices_in(html, "say") == ["", "yes"]
    assert alerts_in(html) == ["ProblemWrite it"]
    assert problems_in(html) == ["id_q"]


def test_states_of_a_page_are_found_without_its_words():
    html = """
    <section class="now" data-stage="open"><h1>Now</h1></section>
    <div class="note note--ok" role="alert"><p>Saved</p></div>
    <template><div class="note note--danger" role="alert"><p>Later</p></div></template>
    <div class="note note--warn" role="alert"><p data-refusal="taken">Gone</p></div>
    <p data-part="late">At <time datetime="2026-11-26T14:30Z">14:30</time> <a href="/a/">go</a></p>
    <p data-part="ended"><a href="/b/">back</a></p>
    """

    assert stage_in(html) == "open"
    assert answers_in(html) == ["ok", "warn"]
    assert refusals_in(html) == ["taken"]
    assert (parts_in(html), part_in(html, "late")) == (["late", "ended"], "At 14:30 go")
    assert (times_in(html, data_part="late"), times_in(html, data_part="ended")) == (["2026-11-26T14:30Z"], [])
    assert (links_in(html), links_in(html, data_part="late")) == ({"/a/", "/b/"}, {"/a/"})
