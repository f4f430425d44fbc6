"""What docstrings and comments name in backticks is there: a rename that forgets them leads its reader astray."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
ASIDE = {".venv", "var", "tests", "migrations"}
NAMED = re.compile(r"`([A-Za-z_][\w.]*)`")
# Names of other programs, and examples of what people type.
NOT_OURS = {"createsuperuser", "mod_auth_token", "mentor1", "mentor2026", "2026f"}


def product_files() -> list[Path]:
    return [path for path in sorted(ROOT.rglob("*.py")) if not ASIDE & set(path.relative_to(ROOT).parts)]


def words_of_code(tree: ast.AST) -> Iterator[str]:
    """Every name in the code, and every word of its texts: states, columns, functions of SQL."""
    notes = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        for attribute in ("name", "id", "attr", "arg", "asname"):
            if isinstance(found := getattr(node, attribute, None), str):
                yield from found.split(".")
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in notes:
            yield from re.findall(r"\w+", node.value)


def notes_of(source: str, tree: ast.AST) -> Iterator[str]:
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    yield from (ast.get_docstring(node) or "" for node in ast.walk(tree) if isinstance(node, documented))
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    yield from (token.string for token in tokens if token.type == tokenize.COMMENT)


@cache
def known_words() -> set[str]:
    words = {part for path in product_files() for part in path.relative_to(ROOT).with_suffix("").parts}
    words |= {part for path in ROOT.glob("templates/**/*.html") for part in (path.stem, "html")}
    for path in product_files():
        words.update(words_of_code(ast.parse(path.read_text())))
    return words


def unknown_names(note: str) -> list[str]:
    names = (name for name in NAMED.findall(note) if name not in NOT_OURS)
    return [name for name in names if not set(filter(None, name.split("."))) <= known_words()]


@pytest.mark.parametrize("note", ["See `no_such_name_anywhere`.", "See `common.no_such_module`."])
def test_a_name_that_is_not_there_is_found(note):
    assert unknown_names(note)


def test_docstrings_and_comments_name_what_is_there():
    wrong = {}
    for path in product_files():
        source = path.read_text()
        if names := [name for note in notes_of(source, ast.parse(source)) for name in unknown_names(note)]:
            wrong[str(path.relative_to(ROOT))] = names
    assert not wrong
