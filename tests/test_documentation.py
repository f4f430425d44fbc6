"""What the documents say of the code is true of the code: links, decisions, packages, modules, names, addresses."""

import ast
import importlib.util
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands
from django.urls import Resolver404, resolve

from accounts.api import ApiView
from live.asgi import app as live_server
from mentoring.api_urls import urlpatterns as api_urls

from .test_project import APPS

ROOT = Path(settings.BASE_DIR)
DOCUMENTS = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")])
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
# Where names may come from: all that we write ourselves, the documents apart.
OURS = (*APPS, "bench", "script", "static", "templates", "tests")
SOURCES = {".py", ".html", ".js", ".css", ".txt"}
# The mail catcher, which tests don't have.
IN_DEVELOPMENT = "/dev/mail/"
# Of other programs: Jitsi and prosody, PgBouncer.
NAMES_OF_OTHERS = {
    "RECONNECT",
    "anonymousdomain",
    "asap_key_server",
    "context.user.affiliation",
    "context.user.moderator",
    "context.user.name",
    "enable_domain_verification",
    "ignore_startup_parameters",
    "jicofo.authentication.enabled",
    "JWT_ENABLE_DOMAIN_VERIFICATION",
    "kid",
    "token_affiliation",
}


def prose(path: Path) -> str:
    """A document without the programs and configurations that it quotes."""
    return re.sub(r"^```.*?^```", "", path.read_text(), flags=re.DOTALL | re.MULTILINE)


def spans(path: Path) -> Iterator[str]:
    """What stands between backticks."""
    yield from re.findall(r"`([^`\n]+)`", prose(path))


def each_span(pattern: str, documents: list[Path] = DOCUMENTS) -> list[tuple[str, re.Match[str]]]:
    """The spans that are of one form as a whole, each with the name of its document."""
    return [
        (str(path.relative_to(ROOT)), match)
        for path in documents
        for span in spans(path)
        if (match := re.fullmatch(pattern, span))
    ]


def anchors(path: Path) -> set[str]:
    """How GitHub names the headings of a document."""
    headings = re.findall(r"^#+ (.+)$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_link_between_documents_leads_somewhere():
    astray = []
    for path in DOCUMENTS:
        for target in re.findall(r"\]\(([^)\s]+)\)", prose(path)):
            if target.startswith(("http://", "https://", "mailto:")):
                continue
            file, _, anchor = target.partition("#")
            there = (path.parent / file).resolve() if file else path
            if not there.exists() or (anchor and anchor not in anchors(there)):
                astray.append(f"{path.relative_to(ROOT)}: {target}")

    assert astray == []


def run_server_script(*arguments: str) -> subprocess.CompletedProcess[str]:
    """With a port that can't be had: it must not even look."""
    command = [sys.executable, str(ROOT / "script" / "server"), *arguments]
    return subprocess.run(command, env=os.environ | {"PORT": "none"}, capture_output=True, text=True, timeout=60)


def test_server_script_tells_of_the_variables_that_the_readme_has_and_starts_nothing():
    table = (ROOT / "README.md").read_text().partition("| variable |")[2].partition("\n\n")[0]
    told = run_server_script("--help")

    assert told.returncode == 0
    assert set(re.findall(r"`([A-Z_]+)`", table)) - set(re.findall(r"[A-Z_]+", told.stdout)) == set()
    assert run_server_script("--other").returncode == 2


@cache
def our_text() -> str:
    files = (path for folder in OURS for path in sorted((ROOT / folder).rglob("*")))
    # This file names what isn't ours.
    written = (path for path in files if path.suffix in SOURCES and path != Path(__file__).resolve())
    return "\n".join([*(path.read_text() for path in written), (ROOT / "pyproject.toml").read_text()])


@cache
def words_of_ours() -> set[str]:
    return set(re.findall(r"\w+", our_text()))


def defined_in(module: Path) -> set[str]:
    """Every name that a module, or a class in it, gives to something."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.id if isinstance(node, ast.Name) else node.attr)
    return names


def test_code_and_documents_name_decisions_that_there_are():
    numbers = {int(path.name[:4]) for path in DECISIONS}
    texts = [our_text(), *map(prose, DOCUMENTS)]
    named = {int(number) for text in texts for number in re.findall(r"\bdecision (\d+)\b", text)}

    assert len(numbers) == len(DECISIONS)
    assert len(named) > 5
    assert named - numbers == set()


def test_code_names_documents_that_there_are():
    named = set(re.findall(r"docs/[\w/-]+\.md\b", our_text()))

    assert "docs/deployment.md" in named
    assert {name for name in named if not (ROOT / name).is_file()} == set()


def test_the_index_of_decisions_is_complete_and_says_their_titles():
    rows = re.findall(
        r"^\| (\d+) \| \[(.+)\]\((\S+)\) \| .+ \|$", (ROOT / "docs/decisions/README.md").read_text(), re.MULTILINE
    )
    titles = {path.name: path.read_text().splitlines()[0] for path in DECISIONS}

    assert [file for _, _, file in rows] == sorted(titles)
    assert {file: f"# {number}. {title}" for number, title, file in rows} == titles
    assert all(file.startswith(f"{int(number):04}-") for number, _, file in rows)


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_each_decision_has_its_parts(path):
    said = path.read_text()

    assert [part for part in ("**Context.**", "**Decision", "**Consequences.**") if part not in said] == []


@cache
def names_in_several_folders() -> set[str]:
    counts = Counter(path.name for app in APPS for path in (ROOT / app).rglob("*.py"))
    return {name for name, count in counts.items() if count > 1}


def test_every_path_in_a_document_exists():
    """From the root of the project, so that it can be opened as it is written; a name behind a colon is in the file.

    A bare name is one that several folders have, such as `apps.py`.
    """
    paths = each_span(r"((?:[\w.-]+/)*[\w.-]+\.(?:py|html|js|css|md|toml|in|yml)|(?:[\w.-]+/)+)(?:: ([\w.]+))?")
    checked = [(document, found) for document, found in paths if found[1].split("/")[0] not in {"", ".", "DATA_DIR"}]
    wrong = [
        f"{document}: {found[0]}"
        for document, found in checked
        if not (ROOT / found[1]).exists() and found[1] not in names_in_several_folders()
    ]
    empty = [
        f"{document}: {found[0]}"
        for document, found in checked
        if found[2] and (ROOT / found[1]).is_file() and not set(found[2].split(".")) <= defined_in(ROOT / found[1])
    ]

    assert len(checked) > 50
    assert (wrong, empty) == ([], [])


def test_every_dotted_name_of_ours_in_a_document_exists():
    wrong = []
    names = each_span(rf"((?:{'|'.join((*APPS, 'bench'))})(?:\.\w+)+)(?:\(\))?")
    for document, found in names:
        folder, inside = ROOT, found[1].split(".")
        while inside and (folder / inside[0]).is_dir():
            folder /= inside.pop(0)
        module = folder / "__init__.py"
        if inside and (folder / f"{inside[0]}.py").is_file():
            module = folder / f"{inside.pop(0)}.py"
        if not set(inside) <= defined_in(module):
            wrong.append(f"{document}: {found[0]}")

    assert len(names) > 5
    assert wrong == []


def test_every_name_in_a_document_is_in_the_code():
    """A renamed class, function, setting or code of a refusal must not live on in a document."""
    names = each_span(r"([A-Za-z_][\w.]*)(?:\(\))?")
    wrong = [
        f"{document}: {found[0]}"
        for document, found in names
        if found[1] not in NAMES_OF_OTHERS and not set(re.findall(r"\w+", found[1])) <= words_of_ours()
    ]

    assert len(names) > 100
    assert wrong == []


PLACES_ON_A_MACHINE = ("/etc/", "/srv/", "/usr/")


def test_every_address_in_a_document_is_one_of_ours():
    addresses = each_span(r"(/[\w/.-]+)")
    of_live_server = {route.path for route in live_server.routes}
    wrong = []
    for document, found in addresses:
        if found[1] in of_live_server or found[1].startswith(PLACES_ON_A_MACHINE):
            continue
        try:
            resolve(found[1])
        except Resolver404:
            wrong.append(f"{document}: {found[1]}")

    assert len(addresses) > 10
    assert {one for one in wrong if IN_DEVELOPMENT not in one} == set()


def test_the_guide_to_the_api_lists_every_call_and_no_other():
    listed = {
        (method, re.sub(r"\{\w+\}", "{}", path))
        for _, match in each_span(r"([A-Z]+) ([\w/{}-]+)(?:\?\S*)?", [ROOT / "docs" / "api.md"])
        for method, path in [match.groups()]
    }
    calls = {
        (method.upper(), re.sub(r"<\w+:\w+>", "{}", str(pattern.pattern)))
        for pattern in api_urls
        if issubclass(getattr(pattern.callback, "cls", object), ApiView)
        for method in ("get", "post", "put", "patch", "delete")
        if hasattr(pattern.callback.cls, method)
    }

    assert len(calls) > 15
    assert listed == calls


def packages() -> set[str]:
    """Ours, apart from those that Django asks for and that have no thoughts of their own."""
    folders = {path.parent.relative_to(ROOT) for app in APPS for path in (ROOT / app).rglob("__init__.py")}
    return {f"{folder}/" for folder in folders if not {"migrations", "management"} & set(folder.parts)}


def test_the_table_of_packages_is_complete_and_links_to_every_decision():
    text = (ROOT / "docs" / "architecture.md").read_text()
    [table] = re.findall(r"^\| package \|.*\n\|[-|]+\n((?:\|.*\n)+)", text, re.MULTILINE)
    rows = [row.split("|")[1:-1] for row in table.splitlines()]
    named = [name for row in rows for name in re.findall(r"`([^`]+)`", row[0])]
    decisions = {link for row in rows for link in re.findall(r"\[(\d+)\]\(decisions/(\S+?)\)", row[2])}

    assert sorted(named) == sorted(packages())
    assert {(int(number), file) for number, file in decisions} == {
        (int(path.name[:4]), path.name) for path in DECISIONS
    }


def test_every_command_in_a_document_can_be_given():
    named = {
        command for _, match in each_span(r".*?(?:manage\.py|script/manage) ([a-z_]+).*") for command in [match[1]]
    }
    modules = {match[1] for _, match in each_span(r".*python -m (\S+).*")}
    scripts = {match[1] for _, match in each_span(r"(?:\w+=\S+ )*(script/\w+).*")}

    assert {"migrate", "seed_demo", "rebuild_search"} <= named
    assert named - set(get_commands()) == set()
    assert {module for module in modules if importlib.util.find_spec(module) is None} == set()
    assert "bench.search" in modules
    assert {script for script in scripts if not (ROOT / script).is_file()} == set()
    assert "script/test" in scripts


def entered_lists() -> set[str]:
    """The modules whose lists an app enters something in when it starts, however it imports them."""
    found = set()
    for path in [*ROOT.glob("*/apps.py"), *ROOT.glob("*/registration.py")]:
        tree = ast.parse(path.read_text())
        homes = {
            name.asname or name.name: node.module if not node.level else f"{path.parent.name}.{node.module}"
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for name in node.names
        }
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            match call.func:
                case ast.Attribute(value=ast.Name(id=name), attr="append" | "extend"):
                    found.add(homes[name])
                case ast.Name(id=name) if name.startswith("register_") and name in homes:
                    found.add(homes[name])
    return {f"{home.replace('.', '/')}.py" for home in found if not home.endswith(".registration")}


def test_the_table_of_lists_names_every_list_that_an_app_enters_something_in():
    text = (ROOT / "docs" / "architecture.md").read_text()
    [table] = re.findall(r"^\| list \|.*\n\|[-|]+\n((?:\|.*\n)+)", text, re.MULTILINE)
    named = [name for row in table.splitlines() for name in re.findall(r"`([^`]+\.py)`", row.split("|")[1])]

    assert sorted(named) == sorted(entered_lists())
