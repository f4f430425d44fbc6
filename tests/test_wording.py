"""What people read can be rewritten without changing tests: these ask pages by structure, and say a sentence once.

A test asks for a role, an id, a code, a `data-stage`, `data-part` or `data-refusal`, for where a link or a form leads
(see `markup.py` and `form_codes.py`). Sentences stand only where the wording itself is what is tested.
"""

import ast
import re
from functools import cache
from html import unescape
from itertools import pairwise
from pathlib import Path

from drf_spectacular.generators import SchemaGenerator

from tests.test_project import APPS

ROOT = Path(__file__).parent.parent
TRANSLATED = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "npgettext", "pgettext", "pgettext_lazy"}
MARKUP = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|<[^>]*>|%\(\w+\)[sd]|%[sd]|\{[^{}]*\}", re.DOTALL)
TAG = re.compile(r"\{%.*?%\}", re.DOTALL)
QUOTED = re.compile(r'"([^"]*)"')
# Where what is said is the subject: each kind of mail, entry, line and refusal has its words in one of these files.
SUBJECT = (
    "mentors/test_digests.py",
    "sessions_app/attendance/test_digests.py",
    "sessions_app/booking/notices/test_inbox.py",
    "sessions_app/impact/test_certificates.py",
    "common/test_components.py",
    "common/test_pages.py",
    "common/test_times.py",
    "common/test_texts.py",
    "common/test_words.py",
    "search/test_messages.py",
    "test_wording.py",
)
MAILS = "test_emails.py"
# No more than this many elsewhere. Most of them are data that happens to be an example on a page as well. If you take
# one away, lower the number.
MOST = 73

# Words that make a sentence sound translated, or for which the product has another one: "someone", "email", "waiting
# list", "takeaway", "report", "upcoming", and the short forms people say ("can't", "isn't").
UNWANTED = re.compile(
    r"\b(somebody|anybody|everybody|whoever|anew|of yours|e-mails?|left with|leave with|wants? to leave|put away|"
    r"call(ed)? off|in line|cannot|(is|are|was|has|have|had|do|does|did|would|could) not|shows? here|"
    r"by (itself|themselves)|we have (sent|told|asked|noted)|"
    r"oops|invalid|please|click here|submit|no-show|appointment|sorry|pending approval)\b",
    re.IGNORECASE,
)
# In documents, which are drier and name things of the code, only these.
UNWANTED_IN_DOCUMENTS = re.compile(
    r"\b(somebody|anybody|everybody|whoever|anew|of yours|cannot|"
    r"(is|are|was|were|has|have|had|do|does|did|would|could) not)\b",
    re.IGNORECASE,
)
CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)
# "Please" may ask a mentor for a change in one mail: it is a request there, not an error.
MAY_SAY = {("templates/mail/mentors/profile_changes.html", "Please")}


def words_in(text: str) -> list[str]:
    return re.findall(r"[\w'-]+", unescape(text).replace("’", "'").lower())


def texts_of_documents() -> list[tuple[str, str]]:
    paths = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [(str(path.relative_to(ROOT)), CODE.sub("", path.read_text())) for path in paths]


def texts_of_the_api() -> list[tuple[str, str]]:
    """Each summary and description in the API's own documentation, by the place where it stands."""
    found: list[tuple[str, str]] = []

    def collect(part: object, place: str) -> None:
        for key, value in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ():
            if key in ("description", "summary") and isinstance(value, str):
                found.append((place, CODE.sub("", value)))
            collect(value, f"{place}/{key}")

    collect(SchemaGenerator().get_schema(request=None, public=True), "api")
    return found


def runs_of(text: str, length: int = 3) -> set[tuple[str, ...]]:
    """Each run of so many words, where nothing is inserted between them."""
    return {
        tuple(words[at : at + length])
        for piece in MARKUP.split(text)
        if (words := words_in(piece))
        for at in range(len(words) - length + 1)
    }


@cache
def texts_of_templates() -> list[tuple[str, str]]:
    """Each template by its name, with all that stands between its tags or is quoted in them."""
    found: list[tuple[str, str]] = []
    for template in sorted((ROOT / "templates").rglob("*.*")):
        name, text = str(template.relative_to(ROOT)), template.read_text()
        found.append((name, text))
        found += [(name, quoted) for quoted in QUOTED.findall(" ".join(TAG.findall(text)))]
    return found


@cache
def texts_of_modules() -> list[tuple[str, str]]:
    """Each module by its name, with each text that is given to gettext."""
    return [
        (str(module.relative_to(ROOT)), str(given.value))
        for app in APPS
        for module in sorted((ROOT / app).rglob("*.py"))
        for call in ast.walk(ast.parse(module.read_text()))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in TRANSLATED
        for given in call.args
        if isinstance(given, ast.Constant)
    ]


@cache
def product_runs() -> frozenset[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for _, text in (*texts_of_templates(), *texts_of_modules()):
        found |= runs_of(text)
    return frozenset(found)


def sentences_asked_for(source: str) -> list[str]:
    """The product's own words in an assertion, or in what a browser waits for."""
    asked: list[str] = []
    for node in ast.walk(ast.parse(source)):
        called = getattr(getattr(node, "func", None), "attr", "")
        if isinstance(node, ast.Assert) or called in ("get_by_text", "to_have_text", "to_contain_text"):
            asked += [
                part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)
            ]
    return [text for text in asked if is_the_products(text)]


def is_the_products(text: str) -> bool:
    """Four words in a row, or all three of three, stand in a template or in a translated text."""
    words = words_in(text)
    if len(words) < 3 or text.count(" ") < 2:
        return False
    known = product_runs()
    runs = [tuple(words[at : at + 3]) in known for at in range(len(words) - 2)]
    return all(runs) if len(runs) == 1 else any(first and second for first, second in pairwise(runs))


def test_a_sentence_of_a_page_is_recognised():
    page = 'assert "We’ll tell you when Priya is free" in page; assert "Naming my two ferrets" in page'
    told = 'expect(page.get_by_text("There’s a problem")).to_be_visible()'

    assert [sentences_asked_for(source) for source in (page, told)] == [
        ["We’ll tell you when Priya is free"],
        ["There’s a problem"],
    ]


def test_few_tests_ask_for_sentences():
    elsewhere = [
        path
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        if path.name != MAILS and str(path.relative_to(ROOT / "tests")) not in SUBJECT
    ]
    found = {
        str(path.relative_to(ROOT)): sentences
        for path in elsewhere
        if (sentences := sentences_asked_for(path.read_text()))
    }

    assert all((ROOT / "tests" / name).is_file() for name in SUBJECT)
    assert sum(len(sentences) for sentences in found.values()) <= MOST, found


def test_what_people_read_has_no_word_that_sounds_translated():
    said = [
        (name, match.group())
        for name, text in (*texts_of_templates(), *texts_of_modules())
        for piece in MARKUP.split(text)
        for match in UNWANTED.finditer(piece)
        if (name, match.group()) not in MAY_SAY
    ]

    assert UNWANTED.search("This cannot be booked")
    assert not UNWANTED.search("We’ll tell you, and you have to answer")
    assert said == []


def test_documents_and_the_api_have_no_word_that_sounds_translated():
    api = texts_of_the_api()
    said = [
        (name, match.group())
        for name, text in (*texts_of_documents(), *api)
        for match in UNWANTED_IN_DOCUMENTS.finditer(text)
    ]

    assert len(api) > 50
    assert said == []


def translations_at_import(tree: ast.Module) -> list[int]:
    """The lines where a module translates while it is read: into the language of no reader."""
    named = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    names = {
        alias.asname or alias.name
        for node in named
        if node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in TRANSLATED and not alias.name.endswith("_lazy")
    }
    found, waiting = [], list[ast.AST](tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting += [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
        elif not isinstance(node, ast.Lambda):
            is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names
            found += [node.lineno] if is_call else []
            waiting += ast.iter_child_nodes(node)
    return found


def test_no_module_translates_before_it_knows_its_reader():
    paths = [path for app in APPS for path in sorted((ROOT / app).rglob("*.py"))]

    found = {path.relative_to(ROOT).as_posix(): translations_at_import(ast.parse(path.read_text())) for path in paths}

    assert {path: lines for path, lines in found.items() if lines} == {}


def test_a_percent_sign_follows_its_number_at_once():
    """As English writes it, and as most pages do."""
    templates = sorted((ROOT / "templates").rglob("*.*"))
    apart = [path.name for path in templates if re.search(r"(\d|\}\}) %(?!\})", path.read_text())]

    assert templates
    assert apart == []
