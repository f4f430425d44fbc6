"""Guards of the house: which way imports go, what is closed by default, what must not be forgotten."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.conf import global_settings, settings
from django.core.management import call_command
from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.privacy.registry import registered_tables, text_columns
from mentoring.celery import app

ROOT = Path(settings.BASE_DIR)
APPS = (
    "common",
    "live",
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
    "operations",
    "demo",
    "mentoring",
)
# Pages that a visitor may open; all others ask for a sign-in.
PUBLIC_PREFIXES = ("account_",)


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for folder in APPS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, ast.parse(path.read_text())


def imports(path: Path, tree: ast.Module) -> Iterator[tuple[str, bool]]:
    """Dotted names of what a module imports, and whether it does so inside a function."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    inner = {id(node) for function in functions for node in ast.walk(function)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) in inner) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = [*package[: len(package) - node.level + 1]] if node.level else []
            name = ".".join([*base, *(node.module.split(".") if node.module else [])])
            yield name, id(node) in inner
            yield from ((f"{name}.{alias.name}", id(node) in inner) for alias in node.names)


def test_every_app_of_ours_has_its_place_in_the_contracts_of_imports():
    """`lint-imports` checks the contracts themselves. Each is exhaustive, so a new module needs a place in one."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    ours = {name for name in settings.INSTALLED_APPS if (ROOT / name).is_dir()} | {"mentoring"}
    between, *inside = [one for one in contracts["contracts"] if one["type"] == "layers"]

    assert set(contracts["root_packages"]) == set(between["layers"]) == set(APPS) == ours
    assert {one["containers"][0].partition(".")[0] for one in inside} == ours - {"demo", "mentoring"}
    assert all(one["exhaustive"] for one in inside)


def test_imports_inside_functions_are_left_to_app_configs():
    inner = {str(path.relative_to(ROOT)) for path, tree in modules() for _, inside in imports(path, tree) if inside}

    assert {path for path in inner if not path.endswith("apps.py")} == set()


def members(node: ast.expr, named: dict[str, frozenset[str]]) -> frozenset[str]:
    """What a display like `(State.A, *OTHERS)` holds; empty if it holds anything but members of enumerations."""
    found: set[str] = set()
    for part in node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else ():
        match part:
            case ast.Attribute(value=ast.Name(id=kind), attr=member) if kind[0].isupper() and member.isupper():
                found.add(f"{kind}.{member}")
            case ast.Starred(value=ast.Name(id=name)) if name in named:
                found |= named[name]
            case _:
                return frozenset()
    return frozenset(found)


def test_a_set_of_states_has_one_name_and_is_written_in_one_place():
    """Two names for one set drift apart when a state is added; `sessions_app.models.states` has those of bookings."""
    named: dict[str, frozenset[str]] = {}
    places: dict[frozenset[str], list[str]] = {}
    for path, tree in sorted(modules(), key=lambda found: "models" not in found[0].parts):
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and members(node.value, named):
                named[node.targets[0].id] = members(node.value, named)
            if isinstance(node, ast.expr) and len(found := members(node, named)) > 1:
                places.setdefault(found, []).append(f"{path.relative_to(ROOT)}:{node.lineno}")

    assert {" ".join(sorted(states)): where for states, where in places.items() if len(where) > 1} == {}


@pytest.mark.parametrize(
    ("rule", "written"),
    [
        ("a hold or request that is overdue counts as free", r"expires_at\s*<="),
        ("who is apart from whom", r"trust_separation"),
        ("a question in writing that is open", r"\bdue_at\s*>"),
        ("whether anyone waits in line", r"sessions_app_waitlistentry[\s\S]*\bended_at"),
        ("a session that its mentor gives", r"booking\.state\s*<>"),
        ("what may be known of feedback", r"settled_at\s*<=|other\.author_id"),
    ],
)
def test_a_rule_in_sql_is_written_beside_its_model(rule, written):
    """Statements take it from there, so that it can't be changed in one of them only."""
    places = {
        str(path.relative_to(ROOT))
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search(written, node.value)
    }

    assert places, rule
    assert {place for place in places if not place.startswith(("sessions_app/models/", "trust/models"))} == set(), rule


def test_nobody_listens_to_signals():
    offenders = []
    for path, tree in modules():
        names = {name for name, _ in imports(path, tree)}
        if any(name.startswith(("django.db.models.signals", "django.dispatch")) for name in names):
            offenders.append(f"{path.relative_to(ROOT)} uses signals")

    assert offenders == []


def test_templates_have_lines_that_a_review_can_read():
    """Formatters keep indentation and tags; that a line is short they don't ask."""
    lengths = {
        f"{path.relative_to(ROOT)}:{number}": len(line)
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
    }

    assert {place: length for place, length in lengths.items() if length > 160} == {}
    assert sum(length > 120 for length in lengths.values()) / len(lengths) < 0.01


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        where = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if not where.startswith("admin/"):
                yield from routes(pattern, where)
        else:
            yield where, pattern


def is_public(pattern: URLPattern) -> bool:
    """Calls of the API do their own asking: a redirect to a page is no answer for a program."""
    call = getattr(pattern.callback, "cls", None)
    return call.public if call else not getattr(pattern.callback, "login_required", True)


def test_every_page_asks_for_a_sign_in_unless_it_is_on_the_list():
    public = {pattern.name or where for where, pattern in routes(get_resolver()) if is_public(pattern)}

    assert {name for name in public if not name.startswith(PUBLIC_PREFIXES)} == PUBLIC_PAGES


# A new public page is added here by hand, on purpose.
PUBLIC_PAGES = {
    "accessibility",
    "look_logo",
    "look_style",
    "policy_report",
    "programme_box",
    "programme_decline",
    "programme_join",
    "security_text",
    "api_docs",
    "api_event",
    "api_events",
    "api_mentor",
    "api_mentors",
    "api_not_there",
    "api_schema",
    "api_slots",
    "api_topics",
    "appearance",
    "appeal",
    "ask",
    "ask_email",
    "become_a_mentor",
    "book",
    "book_email",
    "calendar_feed",
    "certificate_check",
    "contact",
    "event",
    "event_board",
    "event_calendar",
    "event_card",
    "event_register",
    "event_worker",
    "events",
    "figure_mail",
    "healthz",
    "healthz_live",
    "guide",
    "healthz_ready",
    "help",
    "home",
    "how_it_works",
    "keep_account",
    "mentor_card",
    "mentor_detail",
    "mentor_list",
    "mentor_photo",
    "mfa_authenticate",
    "metrics",
    "passkey_sign_in",
    "privacy",
    "provider_answer",
    "provider_metadata",
    "provider_return",
    "provider_sign_in",
    "robots",
    "root_icon",
    "save_mentor",
    "second_step_lost",
    "site_card",
    "sitemap",
    "sitemap_section",
    "terms",
    "time_zone",
    "trust",
    "unsubscribe",
    "wait",
    "wait_email",
    "web_manifest",
}


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_table_and_text_column_says_what_is_done_with_it_for_the_person_it_is_of():
    """In the app's `privacy`: whose it is, whether it is in their copy, how it is removed (decision 46).

    A new personal column also gets a string in `tests/accounts/privacy/canary.py`.
    """
    there = {model: set(text_columns(model)) for model in apps.get_models(include_auto_created=True)}

    assert {table.model: set(table.columns) for table in registered_tables()} == there


def test_production_settings_pass_djangos_deployment_check():
    inherited = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    production = {
        **inherited,  # but for what the fixture of the browser sets
        "TESTING": "",
        "DEBUG": "",
        "SECRET_KEY": "k3" * 40 + "".join(map(chr, range(65, 90))),
        "SITE_URL": "https://mentoring.example.org",
        "EMAIL_URL": "smtp://localhost:25",
        "TURN_URLS": "turn:turn.example.org:3478",
        "TURN_SECRET": "t" * 32,
    }
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(command, cwd=ROOT, env=production, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


# Settings that libraries read begin like this; Django itself has no default for the last one.
OF_LIBRARIES = (
    *(
        "ACCOUNT_",
        "CELERY_",
        "CONTENT_SECURITY_",
        "MFA_",
        "PERMISSIONS_",
        "REST_",
        "SPECTACULAR_",
        "UNFOLD",
        "WHITENOISE_",
    ),
    "ROOT_URLCONF",
)


def test_every_setting_of_ours_is_read_somewhere():
    texts = [(ROOT / "mentoring" / name).read_text() for name in ("settings.py", "limits.py")]
    tree = ast.parse("\n".join(texts))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    own = {name for name in names if name.isupper() and not hasattr(global_settings, name)}
    read = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    for _path, module in modules():
        read += [node.attr for node in ast.walk(module) if isinstance(node, ast.Attribute)]
        read += [node.value for node in ast.walk(module) if isinstance(node, ast.Constant) and node.value in own]

    assert [name for name in sorted(own - set(read)) if not name.startswith(OF_LIBRARIES)] == []


def test_settings_refuse_to_start_without_a_secret_key():
    bare = {name: value for name, value in os.environ.items() if name not in {"SECRET_KEY", "TESTING"}}
    command = [sys.executable, "-c", "import mentoring.settings"]
    done = subprocess.run(command, cwd=ROOT, env=bare, capture_output=True, text=True, check=False)

    assert done.returncode != 0
    assert "SECRET_KEY" in done.stderr


@pytest.mark.parametrize("start", [["-c", "import mentoring.wsgi"], ["manage.py", "migrate", "--plan"]])
@pytest.mark.django_db
def test_neither_server_nor_release_starts_with_half_a_jitsi(start):
    # Some checks of constraints ask for the version of PostgreSQL, so there has to be a database.
    place = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    half = {**os.environ, "DATABASE_URL": place, "JITSI_DOMAIN": "meet.example.org", "JITSI_APP_ID": "quarterhour"}
    done = subprocess.run([sys.executable, *start], cwd=ROOT, env=half, capture_output=True, text=True, check=False)

    assert done.returncode != 0
    assert "(sessions_app.E001) JITSI_APP_SECRET not set." in done.stderr


def test_beat_names_tasks_that_there_are():
    app.loader.import_default_modules()

    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} - set(app.tasks) == set()


def test_hints_reach_the_broker():
    with app.connection_for_write() as connection:
        connection.ensure_connection(max_retries=1)

        assert connection.transport.driver_type == "redis"


def tasks() -> Iterator[tuple[str, ast.FunctionDef, ast.Module]]:
    """Those that a worker is woken for, with the module that each stands in."""
    for path, tree in modules():
        if path.name == "tasks.py":
            for node in tree.body:
                if isinstance(node, ast.FunctionDef) and any(
                    ast.unparse(d) == "shared_task" for d in node.decorator_list
                ):
                    yield f"{path.parent.name}.tasks.{node.name}", node, tree


def test_no_task_believes_the_clock_of_its_machine():
    """PostgreSQL says what time it is, and `common.clock` whether the machine agrees."""
    offenders = [
        name
        for name, _task, tree in tasks()
        for imported in ast.walk(tree)
        if isinstance(imported, ast.ImportFrom) and imported.module in {"django.utils", "datetime"}
        for alias in imported.names
        if alias.name in {"timezone", "date"}
    ]

    assert offenders == []
    assert len({name for name, _task, _tree in tasks()}) > 20


def test_statistics_are_asked_for_table_by_table():
    """A bare ANALYZE locks tables that all databases of a server share; `analyze_tables` doesn't."""
    folders = (*APPS, "bench", "tests")
    written = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch("ANALYZE;?", node.value)
    ]

    assert written == []


def test_benches_start():
    """They are imported before they have settings and a database."""
    files = [path for path in sorted((ROOT / "bench").rglob("*.py")) if "python -m bench" in path.read_text()]
    modules = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in files]
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    command = f"import importlib; [importlib.import_module(name) for name in {modules}]"

    started = subprocess.run([sys.executable, "-c", command], cwd=ROOT, env=environment, capture_output=True, text=True)

    assert started.stderr == ""
    assert len(modules) > 10


def test_each_task_is_one_act():
    """Where two stand in one task, the second doesn't happen when the first fails."""
    several = {}
    for name, task, tree in tasks():
        own = {
            alias.asname or alias.name
            for imported in tree.body
            if isinstance(imported, ast.ImportFrom) and imported.level
            for alias in imported.names
        }
        called = [ast.unparse(node.func) for node in ast.walk(task) if isinstance(node, ast.Call)]
        acts = [call for call in called if call.split(".")[0] in own]
        if len(acts) > 1:
            several[name] = acts

    assert several == {}


# Where both kinds of offers are shown, or looked for by their name: whoever lists times asks for `bookable()`.
BOTH_KINDS = {
    "sessions_app/api/bookings.py",
    "sessions_app/api/slots.py",
    "sessions_app/mentor_rows.py",
    "sessions_app/views/written.py",
    "search/saved.py",
    "search/written_search.py",
    "staff/profiles.py",
}


def test_times_are_listed_of_bookable_offers_alone():
    """`active()` has those that are written answers too, and times that are listed for them can't be had."""
    found = set()
    for path, tree in modules():
        if path.relative_to(ROOT).parts[0] in {"sessions_app", "search", "staff"}:
            for node in ast.walk(tree):
                named = isinstance(node, ast.Attribute) and node.attr in {"active", "timed"}
                if named and "ffer" in ast.unparse(node.value):
                    found.add(str(path.relative_to(ROOT)))

    assert found == BOTH_KINDS


def test_browsers_are_waited_for_in_a_way_that_waits():
    """`wait_for_function` takes every promise for a yes, so it doesn't wait for an async function. It also evaluates a
    text that isn't a function again each time, which our pages' content policy forbids. `wait_until` does neither.
    """
    tests = [path for path in sorted((ROOT / "tests").rglob("*.py")) if path != Path(__file__)]
    waits = [path.name for path in tests if "wait_until(" in path.read_text()]
    others = [path.name for path in tests if ".wait_for_function(" in path.read_text()]

    assert (len(waits) > 4, others) == (True, [])


def test_clocks_of_browsers_are_replaced_before_a_page_is_open():
    """A page that is open when its clock is replaced reads 1970 until the new one is set, and keeps what it read."""
    replaced = [path.name for path in sorted((ROOT / "tests").rglob("*.py")) if ".clock.install(" in path.read_text()]

    assert replaced == ["conftest.py", Path(__file__).name]


PRESSES = {"click", "press"}


def test_pages_that_a_press_leads_to_are_awaited_before_another_is_opened():
    """What is pressed may lead on after the press has returned, and then interrupts the page that is opened next."""
    found = []
    for path in sorted((ROOT / "tests").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            lines = getattr(node, "body", [])
            steps = map(last_call, lines) if isinstance(lines, list) else []
            found += [path.name for step, next_step in pairwise(steps) if step in PRESSES and next_step == "goto"]

    assert found == []


def last_call(line: ast.AST) -> str:
    """The name of the method that this line calls, or nothing."""
    call = line.value if isinstance(line, ast.Expr | ast.Assign) else None
    return call.func.attr if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) else ""
