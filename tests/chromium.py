"""Debian's Chromium, started once for a whole run: a process can hold one Playwright only."""

import os
from collections.abc import Iterator

import pytest
from django.db import connections
from playwright.sync_api import Browser, sync_playwright

from local.places import find_browser

# Without these it looks for its maker's servers at every start.
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    # Playwright's loop runs in this thread, so Django believes that every query of a test is made inside it, and keeps
    # connections of its own for the inside. They are the same: what watches or closes one misses no statement.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    outside = {alias: connections[alias] for alias in connections}
    with sync_playwright() as playwright:
        for alias, connection in outside.items():
            connections[alias] = connection
        started = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        yield started
        started.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
