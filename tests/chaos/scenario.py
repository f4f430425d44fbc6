"""What scenarios share. Each is a process of its own: `launch` starts it, it prints its report as one line of JSON."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.chaos.stand import ROOT, Stand, wait_for

TEMPLATE = "chaos_template"
PATIENCE = 400  # seconds; only for a machine on its knees
# A scenario may wait longer than one of its steps may, so that a step that never comes is named.
LONGEST = 2 * PATIENCE


def prepare(stand: Stand) -> None:
    """A migrated database, for scenarios to copy."""
    stand.make_database(TEMPLATE)
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=stand.environment(TEMPLATE), check=True, timeout=PATIENCE)


def launch(stand: Stand, module: str, *arguments: str, number: int = 0, seconds: float = LONGEST) -> dict[str, Any]:
    """Run a scenario on its own copy of the database; it shares the servers, which it may break but leaves standing."""
    database = "chaos_" + module.rpartition(".")[2] + "".join(c for c in "_".join(arguments) if c.isalnum())
    stand.make_database(database, TEMPLATE)
    names = {"CHAOS_HOME": str(stand.home), "CHAOS_DATABASE": database, "CHAOS_NUMBER": str(number)}
    env = stand.environment(database, number) | names
    with open(stand.logs / f"{database}.log", "wb") as log:
        command = [sys.executable, "-W", "ignore", "-m", module, *arguments]
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        output, _none = process.communicate(timeout=seconds)
    finally:
        process.kill()
        process.wait()
    if process.returncode:
        raise AssertionError(f"{module} ended with {process.returncode}\n{stand.tails()}")
    report: dict[str, Any] = json.loads(output.splitlines()[-1])
    return report


@contextmanager
def in_scenario() -> Iterator[tuple[Stand, dict[str, str]]]:
    """The stand of whoever launched us, and the environment of our workers; they end with us."""
    stand = Stand(Path(os.environ["CHAOS_HOME"]))
    stand.start_servers()
    env = stand.environment(os.environ["CHAOS_DATABASE"], int(os.environ["CHAOS_NUMBER"]))
    try:
        yield stand, env
    finally:
        stand.end_all()
        stand.start_servers()


def report(**facts: object) -> None:
    print(json.dumps(facts, default=str), flush=True)


def until(stand: Stand, condition: Callable[[], object], what: str, *, seconds: float = PATIENCE) -> None:
    """Wait, and meanwhile start again what has ended."""

    def reached() -> bool:
        stand.keep_alive()
        return bool(condition())

    wait_for(reached, what, seconds=seconds)
