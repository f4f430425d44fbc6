"""A drill: the test's database and files are copied and brought back, into an empty database and into one in use."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from threading import Timer

import psycopg2
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import User
from local.postgres import find_installation
from notifications.models import Notification
from notifications.outbox import RESTORED
from tests.conftest import make_person

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(settings.BASE_DIR)
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
# Not how they are written, and which number a column has: both may differ once PostgreSQL has read them again.
RULES = "SELECT conrelid::regclass::text, conname, contype, convalidated FROM pg_constraint ORDER BY 1, 2"
TRIGGERS = "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2"
SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences ORDER BY 1"

Run = Callable[..., subprocess.CompletedProcess]


def url_of(name: str) -> str:
    connection.ensure_connection()
    known = connection.connection.get_dsn_parameters() | {"password": connection.settings_dict["PASSWORD"]}
    secret = f":{known['password']}" if known["password"] else ""
    return f"postgresql://{known['user']}{secret}@/{name}?host={known['host']}&port={known['port']}"


@pytest.fixture
def places(tmp_path) -> Path:
    media = tmp_path / "data" / "media" / "photos"
    media.mkdir(parents=True)
    (media / "face.webp").write_bytes(b"\x00picture")
    return tmp_path


@pytest.fixture
def run(places) -> Run:
    """run(program, …, database=…, data=…): a script of ours, as an administrator would start it."""

    def start(program: str, *arguments: object, database: str, data: str = "data") -> subprocess.CompletedProcess:
        tools = f"{find_installation() / 'bin'}:{os.environ['PATH']}"
        more = {"DATABASE_URL": url_of(database), "DATA_DIR": str(places / data), "PATH": tools}
        command = [str(ROOT / "script" / program), *map(str, arguments)]
        if program == "manage.py":
            command = [sys.executable, str(ROOT / program), *map(str, arguments)]
        return subprocess.run(
            command, env={**os.environ, **more}, cwd=places, capture_output=True, text=True, timeout=300
        )

    return start


@pytest.fixture
def empty() -> Iterator[str]:
    """The name of a database without tables."""
    name = f"{connection.settings_dict['NAME']}_drill"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}"')
    yield name
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def asked(database: str, *statements: str) -> list[list[tuple]]:
    answers = []
    with closing(psycopg2.connect(url_of(database))) as other, other.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
            answers.append(cursor.fetchall())
    return answers


def write_notice(person: User, *, due: timedelta, key: str) -> None:
    moment = timezone.now() + due
    Notification.objects.create(
        dedupe_key=key,
        kind="code",
        recipient=person,
        subject_type="person",
        subject_id=person.pk,
        due_at=moment,
        send_before=moment + timedelta(days=1),
        next_try_at=moment,
        message_id=key,
        date=moment,
    )


def copy_of(run: Run, places: Path) -> Path:
    made = run("backup", places / "backups", database=connection.settings_dict["NAME"])
    assert (made.returncode, made.stderr) == (0, "")
    [copy] = (places / "backups").iterdir()
    connection.close()
    return copy


def test_what_comes_back_is_what_was_there_and_nothing_is_sent_twice(run, places, empty, alice, topic):
    bob = make_person("bob2@example.org", "Bob Twice")
    write_notice(bob, due=-timedelta(minutes=1), key="due")
    write_notice(bob, due=timedelta(days=1), key="ahead")
    source = connection.settings_dict["NAME"]
    copy = copy_of(run, places)

    restored = run("restore", copy, database=empty, data="new")

    assert (restored.returncode, restored.stderr) == (0, "")
    [tables] = asked(source, TABLES)
    counts = [f'SELECT count(*) FROM "{table}"' for (table,) in tables]  # noqa: S608 - its own tables
    questions = (TABLES, RULES, TRIGGERS, SEQUENCES, *counts)
    assert asked(empty, *questions) == asked(source, *questions)
    assert (places / "new" / "media" / "photos" / "face.webp").read_bytes() == b"\x00picture"
    finished = run("manage.py", "finish_restore", database=empty, data="new")
    assert finished.returncode == 0, finished.stderr
    states = "SELECT dedupe_key, state, reason FROM notifications_notification ORDER BY 1"
    assert asked(empty, states) == [[("ahead", "pending", ""), ("due", "uncertain", RESTORED)]]


def test_a_database_with_tables_is_replaced_only_on_demand_and_as_a_whole(run, places, empty, alice):
    copy = copy_of(run, places)
    assert run("restore", copy, database=empty).returncode == 0
    with closing(psycopg2.connect(url_of(empty))) as other, other, other.cursor() as cursor:
        cursor.execute("CREATE TABLE of_a_later_version ()")
        cursor.execute("UPDATE accounts_user SET name = 'Changed'")
    refused = run("restore", copy, database=empty)
    damaged = places / "damaged"
    shutil.copytree(copy, damaged)
    dump = (damaged / "database.dump").read_bytes()
    (damaged / "database.dump").write_bytes(dump[: len(dump) // 2])
    seen = run("restore", damaged, "--replace", database=empty)
    # As if it had been cut off before the sums were made
    sums = subprocess.run(["sha256sum", "database.dump", "media.tar"], cwd=damaged, capture_output=True, check=True)
    (damaged / "SHA256SUMS").write_bytes(sums.stdout)
    failed = run("restore", damaged, "--replace", database=empty)

    names = "SELECT DISTINCT name FROM accounts_user"
    assert [one.returncode for one in (refused, seen, failed)] == [1, 1, 1]
    assert asked(empty, names) == [[("Changed",)]]

    replaced = run("restore", "--replace", copy, database=empty)
    assert (replaced.returncode, replaced.stderr) == (0, "")
    assert ("Changed",) not in asked(empty, names)[0]
    assert asked(empty, "SELECT to_regclass('of_a_later_version')") == [[(None,)]]


def test_a_database_in_use_is_not_replaced(run, places, empty):
    """A process that still runs would write into what is being replaced."""
    copy = copy_of(run, places)
    with closing(psycopg2.connect(url_of(empty))):
        refused = run("restore", copy, database=empty)
    assert (refused.returncode, asked(empty, TABLES)) == (1, [[]])


def test_restore_gives_who_was_just_stopped_a_moment_to_go(run, places, empty):
    copy = copy_of(run, places)
    other = psycopg2.connect(url_of(empty))
    leaving = Timer(1, other.close)  # the third look is at least two seconds after the first
    leaving.start()
    restored = run("restore", copy, database=empty)
    leaving.join()
    assert (restored.returncode, restored.stderr) == (0, "")


def test_old_copies_go_and_nothing_else(run, places):
    folder = places / "backups"
    old, fresh, others, broken = (
        folder / name
        for name in ("2026-01-01T000000Z", "2026-01-02T000000Z", "of-last-year", ".unfinished-2026-01-01T000000Z")
    )
    for place in (old, fresh, others, broken):
        place.mkdir(parents=True)
    for place, days in ((old, 8), (fresh, 6), (others, 400), (broken, 8)):
        moment = timezone.now().timestamp() - days * 86_400
        os.utime(place, (moment, moment))

    made = run("backup", folder, "--keep", "7", database=connection.settings_dict["NAME"])

    assert made.returncode == 0
    assert [place.exists() for place in (old, fresh, others, broken)] == [False, True, True, False]
    assert oct(max(folder.iterdir(), key=lambda place: place.stat().st_mtime).stat().st_mode)[-3:] == "700"


@pytest.mark.parametrize(
    ("program", "arguments"),
    [
        ("backup", []),
        ("backup", ["b", "--keep"]),
        ("backup", ["b", "--keep", "many"]),
        ("backup", ["b", "--keep", "0"]),
        ("backup", ["b", "--forget", "1"]),
        ("restore", []),
        ("restore", ["nowhere"]),
        ("restore", ["nowhere", "--force"]),
        ("restore", ["nowhere", "elsewhere"]),
    ],
)
def test_bad_arguments_are_refused(program, arguments, run, places):
    refused = run(program, *arguments, database="nowhere")
    assert (refused.returncode, refused.stderr.startswith(f"{program}: ")) == (1, True)
    assert not (places / "b").exists()


def test_backup_of_a_database_that_is_away_leaves_nothing(run, places):
    assert run("backup", places / "backups", database="nowhere").returncode == 1
    assert list((places / "backups").iterdir()) == []
