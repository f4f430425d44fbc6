"""The people and schedules of the sessions' tests, and a small invented world."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import get_resolver

from tests.sessions_app.conftest import *  # noqa: F403


@pytest.fixture
def development(settings):
    # What the setting opens is no part of these tests, and addresses are read once for all tests of this run.
    get_resolver().url_patterns  # noqa: B018
    settings.DEBUG = True


@pytest.fixture
def seed(db, now, development):
    def run(*arguments: str) -> str:
        out = StringIO()
        call_command("seed_demo", "--mentors", "12", "--days", "14", "--portraits", "0", *arguments, stdout=out)
        return out.getvalue()

    return run
