"""An empty database with all tables, migrated once, that the database of each process and each run is copied from.

Its name holds a digest of all migrations, so that a changed one makes another template. Copying one takes a moment, and
running more than a hundred migrations most of what the shortest run takes. Django still runs `migrate` on the copy, so
what a migration left out, or was forgotten, would be done there.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

LOCK = 7_246_113  # of PostgreSQL, so that two processes don't make the same template at once


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, django_db_blocker) -> None:
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = make_template()


def make_template() -> str:
    start = "mentoring_template_"
    name = start + digest_of_migrations()
    with connection._nodb_cursor() as cursor:
        # The site's own limits are for pages; another process may be making the template for a minute.
        cursor.execute("SET lock_timeout = 0; SET statement_timeout = 0")
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [start])
        found = {row[0] for row in cursor.fetchall()}
        if name in found:
            return name
        for old in found:
            cursor.execute(f'DROP DATABASE "{old}"')
        unfinished = f"{start}unfinished"
        cursor.execute(f'CREATE DATABASE "{unfinished}"')
        with connected_to(unfinished):
            call_command("migrate", verbosity=0, interactive=False)
        cursor.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{name}"')
    return name


@contextmanager
def connected_to(name: str) -> Iterator[None]:
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def digest_of_migrations() -> str:
    """Of their files in all apps, ours and others', and of the Django that runs them."""
    digest = hashlib.sha256(django.__version__.encode())
    for app in sorted(apps.get_app_configs(), key=lambda app: app.label):
        for path in sorted(Path(app.path, "migrations").glob("*.py")):
            digest.update(f"{app.label}/{path.name}".encode() + path.read_bytes())
    return digest.hexdigest()[:16]
