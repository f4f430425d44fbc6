"""Behind PgBouncer in transaction mode, as docs/deployment.md says: Debian's own, in front of the test's database."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from local.account import Account
from local.places import find_pooler
from tests.conftest import make_person

pytestmark = [pytest.mark.pooler, pytest.mark.django_db(transaction=True)]

ROOT = Path(settings.BASE_DIR)
CONFIGURATION = """
[databases]
* = {real}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 2
"""
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
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # As the servers' account: root may not run it, and the database's socket is nobody else's.
    account = Account().entry
    who = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    connection.ensure_connection()
    known = connection.connection.get_dsn_parameters() | {"password": connection.settings_dict["PASSWORD"]}
    real = " ".join(f"{name}={known[name]}" for name in ("host", "port", "user", "password") if known.get(name))
    file = tmp_path / "pgbouncer.ini"
    file.write_text(CONFIGURATION.format(real=real, port=port))
    # The account may be kept out of the folder, so it gets the open file.
    with file.open() as opened, (tmp_path / "log").open("w") as log:
        command = [find_pooler(), f"/dev/fd/{opened.fileno()}"]
        process = subprocess.Popen(command, pass_fds=[opened.fileno()], stderr=log, stdout=log, **who)
        try:
            wait_for(port, process)
            yield f"postgresql://{known['user']}@127.0.0.1:{port}/{known['dbname']}"
        finally:
            process.terminate()
            process.wait(30)


def wait_for(port: int, process: subprocess.Popen) -> None:
    for _attempt in range(600):
        if process.poll() is not None:
            break
        with closing(socket.socket()) as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"PgBouncer did not start: {process.returncode}")


@pytest.fixture
def as_documented() -> Iterator[None]:
    """What the guide tells to give the role, word for word, but for this database only."""
    guide = (ROOT / "docs" / "deployment.md").read_text()
    lines = re.findall(r"^ALTER ROLE mentoring SET (.+);$", guide, re.MULTILINE)
    role = f'ALTER ROLE "{connection.settings_dict["USER"]}" IN DATABASE "{connection.settings_dict["NAME"]}"'
    with connection.cursor() as cursor:
        for line in lines:
            cursor.execute(f"{role} SET {line}")
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"{role} RESET ALL")


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
