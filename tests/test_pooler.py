"""Behind PgBouncer in transaction mode, as docs/deployment.md says: Debian's own, in front of the test's database."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests.conftest import make_person
from tests.pooler import give_role_settings, run_pooler

pytestmark = [pytest.mark.pooler, pytest.mark.django_db(transaction=True)]

ROOT = Path(settings.BASE_DIR)
# As many at once as can't be served with two connections unless these are lent by transaction.
AT_ONCE = 8
PROGRAM = """
import json, sys
from concurrent.futures import ThreadPoolExecutor
import django
django.setup()
from django.db import connection
from django.test import Client
from accounts.models import User
from mentors.models import Offer
from sessions_app.errors import SessionError
from sessions_app.booking.book import book_session
from sessions_app.questions.brief_input import BriefInput
from tests.conftest import NOW, at

PATHS = ("/", "/mentors/?q=counter-offer", "/mentors/alice-adair/")

def pages(number):
    try:
        return [Client(headers={"host": "localhost"}).get(path).status_code for path in PATHS]
    finally:
        connection.close()

def book(person):
    try:
        offer, brief = Offer.objects.get(), BriefInput(question="Do I take it?")
        book_session(offer=offer, start=at("2026-11-26 14:30"), brief=brief, mentee=person, now=NOW)
        return "booked"
    except SessionError as error:
        return error.code
    finally:
        connection.close()

with ThreadPoolExecutor(%d) as pool:
    seen = list(pool.map(pages, range(16)))
    booked = list(pool.map(book, User.objects.filter(email__startswith="m")))
print(json.dumps([seen, booked]))
"""


@pytest.fixture
def pooled(tmp_path) -> Iterator[str]:
    """The address of the database through the pooler."""
    with run_pooler(connection, tmp_path, size=2) as address:
        yield address


@pytest.fixture
def as_documented() -> Iterator[None]:
    with give_role_settings(connection):
        yield


def run(address: str, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    env = {
        **os.environ,
        "DATABASE_URL": address,
        "TESTING": "1",
        "DJANGO_SETTINGS_MODULE": "mentoring.settings",
        **more,
    }
    env["DJANGO_ALLOW_ASYNC_UNSAFE"] = ""
    return subprocess.run([sys.executable, *command], cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)


CHECK = ["manage.py", "check", "--database", "default"]


def test_pages_and_bookings_work_through_the_pooler(pooled, as_documented, alice):
    for number in range(AT_ONCE):
        make_person(f"m{number}@example.org", "Some Mentee")
    for name in ("olga", "otto"):  # fewer than two who may decide cases are warned of
        make_person(f"{name}@example.org", name.title(), is_staff=True)

    checked = run(pooled, *CHECK, DATABASE_POOLER="1")
    done = run(pooled, "-c", PROGRAM % AT_ONCE, DATABASE_POOLER="1")

    assert (checked.returncode, checked.stderr) == (0, "")
    assert done.returncode == 0, done.stderr
    pages, booked = json.loads(done.stdout)
    assert pages == [[200, 200, 200]] * 16
    assert Counter(booked) == {"booked": 1, "taken": AT_ONCE - 1}


def test_without_the_roles_settings_nothing_is_released(pooled):
    refused = run(pooled, *CHECK, DATABASE_POOLER="1")

    assert refused.returncode == 1
    assert "(common.E010) PostgreSQL has lock_timeout = 0" in refused.stderr
    assert "SET lock_timeout = '3000'" in refused.stderr


def test_without_the_switch_the_pooler_refuses(pooled, as_documented):
    """Why there is one."""
    refused = run(pooled, "manage.py", "migrate", "--check", DATABASE_POOLER="0")

    assert "unsupported startup parameter" in refused.stderr
