"""The commands script/manage and script/test, inside the environment."""

import os
import secrets
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from local.account import ServerError
from local.output import print_step, print_warning
from local.places import (
    PYTHON,
    RELEASE_BEFORE,
    ROOT,
    VENV,
    data_dir,
    find_browser,
    find_pooler,
    find_prometheus,
    find_proxy,
    find_scanner,
    has_commit,
)
from local.processes import Command, run_command
from local.servers import Servers
from local.variables import TEST_SLOTS, base_variables, server_addresses

TYPED = (
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
    "script/local",
    "bench",
)
TEMPLATES = [str(path.relative_to(ROOT)) for path in sorted((ROOT / "templates").rglob("*.html"))]
QUICK_CHECKS: dict[str, Command] = {
    "lint": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "imports": ["lint-imports", "--no-cache"],
    "templates": ["djlint", "--lint", "--quiet", "templates"],
    "indentation": ["djhtml", "--check", "--tabwidth", "2", "templates"],
    "template tags": ["djade", "--target-version", "5.2", "--check", *TEMPLATES],
}
# Half a minute and more. The tests begin meanwhile: those that begin are the ones that mostly wait.
SLOW_CHECKS: dict[str, Command] = {
    "types": ["mypy", *(place for place in TYPED if (ROOT / place).exists())],
    "migrations": ["manage.py", "makemigrations", "--check", "--dry-run"],
    "deployment": ["manage.py", "check", "--deploy", "--fail-level", "WARNING"],
}


def run_manage(arguments: list[str]) -> int:
    """manage.py with the servers up."""
    return _with_servers(lambda env: run_command([PYTHON, "manage.py", *arguments], env))


def run_tests(arguments: list[str]) -> int:
    """pytest with the arguments; without any, all checks before it and all tests."""
    if arguments:
        return _with_servers(lambda env: _build_assets(env) or run_command([PYTHON, "-m", "pytest", *arguments], env))
    return _with_servers(_check_and_test)


def _build_assets(env: dict[str, str]) -> int:
    """Pages in a browser ask for fonts and icons, which are made by these commands and not kept in git."""
    commands = ([PYTHON, "manage.py", command] for command in ("build_fonts", "build_icons"))
    return next((failed for command in commands if (failed := run_command(command, env, quiet=True))), 0)


def _with_servers(act: Callable[[dict[str, str]], int]) -> int:
    try:
        with Servers(data_dir()) as urls:
            return act(base_variables() | server_addresses(urls))
    except ServerError as error:
        print_warning(str(error))
        return 1


class Checked(NamedTuple):
    name: str
    passed: bool
    seconds: float
    output: str


def _check_and_test(env: dict[str, str]) -> int:
    failed = [name for name, command in QUICK_CHECKS.items() if not _report(_check(name, command, env))]
    with ThreadPoolExecutor(1) as beside:
        slow = [beside.submit(_check, name, command, env) for name, command in SLOW_CHECKS.items()]
        print_step(f"tests, and meanwhile: {', '.join(SLOW_CHECKS)}")
        outcome = _build_assets(env) or run_command(
            [PYTHON, "-m", "pytest", *_side_by_side(), *_without_what_is_missing()], env
        )
        failed += [check.result().name for check in slow if not _report(check.result())]
    if failed:
        print_warning(f"failed: {', '.join(failed)} (see above)")
    return outcome or bool(failed)


def _check(name: str, command: Command, env: dict[str, str]) -> Checked:
    """Without a word of its own: it may run beside the tests."""
    began = time.monotonic()
    program, *arguments = command
    start = [PYTHON, program] if program == "manage.py" else [VENV / "bin" / program]
    env = _for_production(env) if name == "deployment" else env
    done = subprocess.run([*start, *arguments], cwd=ROOT, env=env, capture_output=True, text=True, errors="replace")
    return Checked(name, done.returncode == 0, time.monotonic() - began, done.stdout + done.stderr)


def _report(check: Checked) -> bool:
    if not check.passed:
        print(check.output, flush=True)
    outcome = "well" if check.passed else "failed"
    (print_step if check.passed else print_warning)(f"{check.name}: {outcome} ({check.seconds:.1f} s)")
    return check.passed


def _for_production(env: dict[str, str]) -> dict[str, str]:
    production = {"DEBUG": "0", "SITE_URL": "https://mentoring.example.org", "SECRET_KEY": secrets.token_urlsafe(60)}
    production |= {"TURN_URLS": "turn:turn.example.org:3478", "TURN_SECRET": secrets.token_urlsafe(40)}
    production["STAFF_SECOND_FACTOR"] = "required"
    return {**env, **production, "NUM_PROXIES": "1", "EMAIL_URL": "smtp+tls://user:password@mail.example.org:587"}


def _side_by_side() -> list[str]:
    """A process for each core; a file's tests stay together, since some share servers, and the order is conftest's."""
    others = 2  # slots: one for the process that leads, one left for another run
    processes = min(os.cpu_count() or 1, TEST_SLOTS - others)
    return ["-n", str(processes), "--dist", "loadfile", "--no-loadscope-reorder"]


def _without_what_is_missing() -> list[str]:
    """Some tests need a program; where all must run (CI=true) they are left in, and fail without it.

    Without the history that they need, as in an archive or a shallow clone that can't be deepened, nobody can run
    those that are marked so.
    """
    missing = []
    if not has_commit(RELEASE_BEFORE):
        print_warning(
            "The code of the release before isn't in this checkout: the tests marked history are NOT run "
            "(a git clone with its history has it)."
        )
        missing.append("not history")
    if os.environ.get("CI", "").lower() != "true":
        missing += _missing_programs()
    return ["-m", " and ".join(missing)] if missing else []


def _missing_programs() -> list[str]:
    missing = []
    if not find_browser():
        print_warning(
            "No Chromium on this machine: the tests marked browser are NOT run (apt install chromium-headless-shell)."
        )
        missing.append("not browser")
    if not find_pooler():
        print_warning("No PgBouncer on this machine: the tests marked pooler are NOT run (apt install pgbouncer).")
        missing.append("not pooler")
    if not find_proxy():
        print_warning("No Caddy on this machine: the tests marked proxy are NOT run (apt install caddy).")
        missing.append("not proxy")
    if not find_scanner():
        print_warning("No clamd on this machine: the tests marked scanner are NOT run (apt install clamav-daemon).")
        missing.append("not scanner")
    if not find_prometheus():
        print_warning(
            "No Prometheus on this machine: its tests, marked prometheus, are NOT run (apt install prometheus)."
        )
        missing.append("not prometheus")
    return missing
