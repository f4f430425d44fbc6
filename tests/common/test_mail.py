import re
from html import unescape

import pytest
from django.template import engines
from django.test import override_settings

from common.mail import rendering
from common.mail.rendering import absolute_url, render_mail

LETTER = """{% extends layout %}{% load i18n mail %}
{% block subject %}Hello
  {{ name }}{% endblock %}
{% block preheader %}One more fact{% endblock %}
{% block head %}
{% lead %}You are <b>here</b>{% endlead %}{% title first second %}{% note %}{{ viewer_zone }}{% endnote %}
{% endblock %}
{% block body %}
{% quote "Question" words %}
{% paragraph %}
  Two
  lines for {{ name }}
{% endparagraph %}
{% button "https://example.org/?a=1&b=2" "Go" %}
{% link "https://example.org/x/" "move it" as move_it %}
{% aside %}You may {{ move_it }}.{% endaside %}
{% endblock %}
{% block reason %}Because.{% endblock %}"""


@pytest.fixture
def letter(monkeypatch):
    """render(name="Zoë", …): the letter above with this context, as subject, text and HTML."""
    template = engines["django"].from_string(LETTER)
    monkeypatch.setattr(
        rendering, "_render_layout", lambda name, layout, facts: template.render({**facts, "layout": layout})
    )

    def render(**context) -> tuple[str, str, str]:
        facts = {"name": "Zoë", "words": "Why?", "first": "Thursday", "second": "14:30", **context}
        return render_mail("any", facts, zone="Europe/London", language="en", hour12=False)

    return render


def words_of(html: str) -> list[str]:
    """The words of the HTML part's tables; the preheader above them is the subject's second line."""
    body = html[html.index("<table") :]
    return unescape(re.sub(r"<[^>]+>", " ", body)).split()


def bare(words: list[str]) -> list[str]:
    """Without the marks that text needs and HTML shows by its looks."""
    return [word for word in (word.strip("“”():.") for word in words) if word]


def test_text_part_is_plain_and_whole(letter):
    _subject, text, _html = letter(name="<Zoë> & co")

    assert text == (
        "You are <b>here</b>\n\nThursday\n14:30\n\nEurope/London\n\nQuestion:\n“Why?”\n\nTwo lines for <Zoë> & co\n\n"
        "Go:\nhttps://example.org/?a=1&b=2\n\nYou may move it (https://example.org/x/).\n\n--\nBecause.\n"
        f"Choose which emails you get: {absolute_url('notification_settings')}\n"
        f"Quarterhour {rendering.settings.SITE_URL}\n"
    )


def test_text_and_html_say_the_same(letter):
    _subject, text, html = letter()

    plain = re.sub(r"https?://[^\s)]+", " ", text.replace("<b>here</b>", "here").replace("--", ""))
    assert sorted(bare(plain.split())) == sorted(bare(words_of(html)))


def test_subject_is_one_line(letter):
    subject, _text, _html = letter(name="A\r\nBcc: x@example.org")

    assert subject == "Hello A Bcc: x@example.org"


def test_html_escapes_what_people_wrote(letter):
    _subject, text, html = letter(name="<script>alert(1)</script>", words="<img src=x>\nsecond & line", first="<i>")

    assert ("<script>" in html, "<img" in html, "<i>" in html) == (False, False, False)
    assert "&lt;img src=x&gt;<br>second &amp; line" in html
    assert "“<img src=x>\nsecond & line”" in text


def test_html_carries_its_styles_and_asks_for_nothing_from_outside(letter):
    _subject, _text, html = letter()

    assert re.findall(r"<(?:img|link|script|iframe)\b", html) == []
    assert re.findall(r"url\(|@import|@font-face", html) == []
    assert '<h1 class="title" style="' in html
    assert html.index('<meta charset="utf-8">') < 200
    assert re.findall(r"@media ?\(([\w-]+):", html) == ["max-width", "prefers-color-scheme"]
    assert len(html.encode()) < 30_000


def test_preheader_stands_before_everything_that_shows(letter):
    _subject, text, html = letter()

    assert re.search(r'<body[^>]*>\s*<div class="preheader" style="display:none[^"]*">One more fact</div>', html)
    assert "One more fact" not in text


def test_absolute_names_the_site(client):
    with override_settings(SITE_URL="https://example.org"):
        assert absolute_url("mentor_detail", "priya") == "https://example.org/mentors/priya/"
