"""Notices that code was saved. Gunicorn sees to the web by itself; the others would go on with the old code."""

import os
from collections.abc import Callable
from pathlib import Path

from local.output import print_step
from local.places import ROOT
from local.processes import ProcessGroup

APART = {"var", "tests", "script", "static", "templates", "docs"}


def watch_code(group: ProcessGroup) -> Callable[[], None]:
    """To be called again and again: restarts them whenever a Python file of the product is newer than before."""
    newest = _newest_change()

    def look() -> None:
        nonlocal newest
        if (latest := _newest_change()) > newest:
            newest = latest
            others = [name for name in ("live", "worker", "beat") if name in group.commands]
            print_step(f"the code changed, so these start again: {', '.join(others)}")
            group.restart(*others)

    return look


def _newest_change() -> float:
    folders = (entry.path for entry in os.scandir(ROOT) if entry.is_dir() and _is_product(entry.name))
    times = (path.stat().st_mtime for folder in folders for path in Path(folder).rglob("*.py") if path.exists())
    return max(times, default=0.0)


def _is_product(name: str) -> bool:
    return name not in APART and not name.startswith(".")
