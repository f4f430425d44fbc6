"""Guards of the stylesheet: it styles nothing that no page has."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.template.base import Lexer, TokenType

ROOT = Path(settings.BASE_DIR)
STYLES = sorted((ROOT / "static").rglob("*.css"))
# htmx puts these on elements while it waits for an answer.
FROM_HTMX = {"htmx-request", "htmx-indicator"}
# Stands for the part of a name that a template or a function puts in, as in `note--{{ kind }}`.
ANY = "\0"
NAME = re.compile(rf"-?[A-Za-z_][\w-]*{ANY}?")


def selected(kind: str) -> set[str]:
    """The classes (`.`) or ids (`#`) that the selectors of the stylesheets name."""
    text = "\n".join(re.sub(r"/\*.*?\*/|url\([^)]*\)", "", path.read_text(), flags=re.DOTALL) for path in STYLES)
    selectors = re.findall(r"([^{};]+)\{", text)
    return {name for selector in selectors for name in re.findall(rf"{re.escape(kind)}(-?[A-Za-z_][\w-]*)", selector)}


class AttributeParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.named: dict[str, set[str]] = {"class": set(), "id": set()}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in self.named:
                self.named[name] |= set(NAME.findall(value or ""))


def in_templates(attribute: str) -> set[str]:
    """Names in the attribute itself, and in strings that a tag of the template hands on, as in `css="hero__dial"`."""
    named: set[str] = set()
    for path in (ROOT / "templates").rglob("*.html"):
        if path.is_relative_to(ROOT / "templates" / "mail") or path.name == "kit.html":
            continue  # mails have styles of their own
        markup, block = "", ""
        for token in Lexer(path.read_text()).tokenize():
            match token.token_type:
                case TokenType.TEXT if block.endswith("_class"):
                    named |= set(NAME.findall(token.contents))
                case TokenType.TEXT:
                    markup += token.contents
                case TokenType.VAR:
                    markup += ANY
                case TokenType.BLOCK if "trans" not in token.contents.split()[0]:
                    markup, block = markup + " ", token.contents
                    named |= {name for text in re.findall(r'"([^"]*)"', token.contents) for name in NAME.findall(text)}
        parser = AttributeParser()
        parser.feed(markup)
        named |= parser.named[attribute]
    return named


def names_in(text: str) -> list[str]:
    """Of a string in the code; none of a sentence, which begins with a capital letter or has other signs."""
    markup = " ".join(re.findall(r'class="([^"]*)"', text.replace("{}", ANY)))
    is_sentence = not re.fullmatch(rf"[\s\w{ANY}-]+", text) or not text.islower()
    return NAME.findall(markup) if markup or is_sentence else NAME.findall(text)


def in_strings_of_python() -> Iterator[str]:
    for app in (path.parent for path in ROOT.glob("*/apps.py")):
        for path in app.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield from names_in(node.value)
                elif isinstance(node, ast.JoinedStr):
                    parts = (part.value if isinstance(part, ast.Constant) else ANY for part in node.values)
                    yield from names_in("".join(parts))


def in_strings_of_scripts() -> Iterator[str]:
    for path in (ROOT / "static").rglob("*.js"):
        for text in re.findall(r"\"[^\"\n]*\"|'[^'\n]*'|`[^`]*`", path.read_text()):
            yield from NAME.findall(text.replace("${", ANY))


@pytest.mark.parametrize(("kind", "attribute"), [(".", "class"), ("#", "id")])
def test_every_name_in_the_stylesheet_is_one_that_some_page_has(kind, attribute):
    used = in_templates(attribute) | {*in_strings_of_python(), *in_strings_of_scripts()} | FROM_HTMX
    beginnings = tuple(name.removesuffix(ANY) for name in used if name.endswith(ANY) and "--" in name)
    names = selected(kind)

    assert names, attribute
    assert {name for name in names - used if not name.startswith(beginnings)} == set()


# A blank after words that only a screen reader says would be an element of its own, with a gap before it.
TRAILING_BLANK = re.compile(
    r"<(a|button)\b[^>]*class=\"btn[^>]*>(?:(?!</\1>).)*class=\"vh\">(?:(?!</span>).)*</span>\s+</\1>", re.DOTALL
)


def test_words_of_a_button_stand_in_its_middle():
    templates = [*(ROOT / "templates").rglob("*.html")]
    off_centre = {path.name for path in templates if TRAILING_BLANK.search(path.read_text())}

    assert templates
    assert off_centre == set()


def test_a_blank_after_hidden_words_of_a_button_is_found():
    button = '<button class="btn">\n  End{}<span class="vh"> (Ann)</span>{}</button>'

    assert TRAILING_BLANK.search(button.format("", "\n"))
    assert not TRAILING_BLANK.search(button.format("\n", ""))


SUMMARY = re.compile(r"<summary\b[^>]*>(.*?)</summary>", re.DOTALL)


def test_what_unfolds_shows_that_it_does():
    """The stylesheet takes the browser's mark off, so without an icon it looks like any other line."""
    templates = [*(ROOT / "templates").rglob("*.html")]
    bare = {path.name for path in templates for inside in SUMMARY.findall(path.read_text()) if "{% icon " not in inside}

    assert any(SUMMARY.search(path.read_text()) for path in templates)
    assert bare == set()
