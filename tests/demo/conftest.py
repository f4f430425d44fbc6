"""The people and schedules of the sessions' tests, and a small invented world."""

from collections.abc import Iterator
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.test import override_settings
from django.urls import get_resolver

from tests.conftest import NOW, within_one_transaction
from tests.sessions_app.conftest import *  # noqa: F403


@pytest.fixture
def development(settings):
    # What the setting opens is no part of these tests, and addresses are read once for all tests of this run.
    get_resolver().url_patterns  # noqa: B018
    settings.DEBUG = True


@pytest.fixture
def seed(db, now, development):
    return make_world


@pytest.fixture(scope="module")
def one_world(request) -> Iterator[None]:
    get_resolver().url_patterns  # noqa: B018 - as above
    with within_one_transaction(request):
        with time_machine.travel(NOW, tick=False), override_settings(DEBUG=True):
            make_world()
        yield


@pytest.fixture
def world(one_world, db, now, development) -> None:
    """The usual world, made once for a module, all of whose tests ask for it: making it takes seconds."""


def make_world(*arguments: str) -> str:
    out = StringIO()
    call_command("seed_demo", "--mentors", "12", "--days", "14", "--portraits", "0", *arguments, stdout=out)
    return out.getvalue()
