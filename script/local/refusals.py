"""Writes docs/refusals.md: every refusal by its code, with the texts that the source gives it."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "refusals.md"
APPS = (
    "common",
    "accounts",
    "notifications",
    "trust",
    "about",
    "mentors",
    "programmes",
    "sessions_app",
    "calendars",
    "search",
    "events",
    "staff",
)
TRANSLATED = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
# Classes whose first argument is a code and whose second one is a text, and functions that make one of a text
ERRORS = {"RefusalError", "ApiError"}
MAKERS = {"stale_error": "stale", "too_often": "too_often"}
# Dictionaries from codes to texts
TABLES = {"WORDS", "CODE_WORDS"}
NOWHERE = ast.Module([], [])
INTRODUCTION = """\
# Refusals

Everything that the product refuses, by its code, with what it says. Programs get the code, people read the text, and a
page carries the code as `data-refusal`. Words in brackets such as `%(mentor)s` are filled in. `script/refusals` writes
this page from the source, and a test fails when the two differ.

A refusal says what is the case, why, and what the person can do now, in at most two sentences. Read this page as a
whole after you have changed one: the same case must sound the same everywhere.
"""


@dataclass(frozen=True, order=True)
class Refusal:
    package: str
    code: str
    text: str


@cache
def trees() -> dict[Path, ast.Module]:
    paths = [path for app in APPS for path in sorted((ROOT / app).rglob("*.py")) if "migrations" not in path.parts]
    return {path: ast.parse(path.read_text()) for path in paths}


@cache
def constants() -> dict[str, list[ast.expr]]:
    """What each name stands for at the top of a module; modules may use the same name."""
    found: dict[str, list[ast.expr]] = defaultdict(list)
    for tree in trees().values():
        for node in tree.body:
            for target in node.targets if isinstance(node, ast.Assign) else ():
                if isinstance(node, ast.Assign) and isinstance(target, ast.Name):
                    found[target.id].append(node.value)
    return found


@cache
def error_names() -> set[str]:
    """The classes of refusals, and all that are made of them."""
    bases = {
        node.name: {str(getattr(base, "id", "")) for base in node.bases}
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = set(ERRORS)
    while more := {name for name, above in bases.items() if above & found} - found:
        found |= more
    return found


def name_of(call: ast.Call) -> str:
    return str(getattr(call.func, "id", getattr(call.func, "attr", "")))


@cache
def functions() -> dict[str, ast.FunctionDef]:
    return {
        node.name: node for tree in trees().values() for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)
    }


def texts_in(value: ast.AST, scope: ast.AST, inside: frozenset[str] = frozenset()) -> Iterator[str]:
    """Each translated text in an expression, also where a name or a function stands for one.

    `inside` names those that are being looked into already: one may stand for itself, as a function that calls itself.
    """
    for node in ast.walk(value):
        if isinstance(node, ast.Call) and name_of(node) in TRANSLATED:
            said = [part.value for part in node.args if isinstance(part, ast.Constant) and isinstance(part.value, str)]
            yield from said[-1:]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in functions():
            if (name := node.func.id) not in inside:
                yield from texts_in(functions()[name], NOWHERE, inside | {name})
        elif isinstance(node, ast.Name) and node.id not in inside:
            further = inside | {node.id}
            yield from (text for given in assigned(node, scope) for text in texts_in(given, NOWHERE, further))


def assigned(name: ast.Name, scope: ast.AST) -> list[ast.expr]:
    """What a name may stand for: what was assigned to it since the last `raise` or `return` before it."""
    ends = [
        node.lineno
        for node in ast.walk(scope)
        if isinstance(node, ast.Raise | ast.Return) and (node.end_lineno or 0) < name.lineno
    ]
    values = [
        node.value
        for node in ast.walk(scope)
        if isinstance(node, ast.Assign)
        and max(ends, default=0) < node.lineno < name.lineno
        and any(getattr(target, "id", None) == name.id for target in node.targets)
    ]
    if not values and name.id.isupper() and name.id in constants() and name.id not in TABLES:
        values = constants()[name.id]
    return values


def code_of(value: ast.expr) -> str:
    values = constants().get(value.id, []) if isinstance(value, ast.Name) else [value]
    texts = [one.value for one in values if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return next((text for text in texts if text.isidentifier()), "")


def find_refusals() -> list[Refusal]:
    found: set[Refusal] = set()
    for path, tree in trees().items():
        package = "/".join(path.relative_to(ROOT).parent.parts)
        scopes = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        for scope in scopes:
            found |= {Refusal(package, code, text) for code, text in refusals_in(scope)}
        for node in tree.body:
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in TABLES:
                found |= {Refusal(package, code, text) for code, text in table_rows(node.value)}
    return sorted(found)


def refusals_in(scope: ast.AST) -> Iterator[tuple[str, str]]:
    for call in ast.walk(scope):
        if not isinstance(call, ast.Call):
            continue
        name, given = name_of(call), call.args
        if name in error_names() and len(given) >= 2 and (code := code_of(given[0])):
            yield from ((code, text) for text in texts_in(given[1], scope))
        elif name in MAKERS and given:
            yield from ((MAKERS[name], text) for text in texts_in(given[0], scope))
        elif name == "ValidationError" and given:
            codes = [code_of(keyword.value) for keyword in call.keywords if keyword.arg == "code"]
            yield from ((code, text) for code in codes if code for text in texts_in(given[0], scope))


def table_rows(table: ast.expr) -> Iterator[tuple[str, str]]:
    if isinstance(table, ast.Dict):
        for key, value in zip(table.keys, table.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield from ((key.value, text) for text in texts_in(value, NOWHERE))


def compose_page() -> str:
    lines = [INTRODUCTION]
    refusals = find_refusals()
    for package in sorted({refusal.package for refusal in refusals}):
        lines.append(f"\n## {package}\n\n| code | what it says |\n|---|---|\n")
        lines += [
            f"| `{refusal.code}` | {refusal.text.replace('|', '/').replace('<', '&lt;')} |\n"
            for refusal in refusals
            if refusal.package == package
        ]
    return "".join(lines)
