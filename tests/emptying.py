"""Empties the database after a test that really wrote to it: rows are deleted, and only where there are some.

Django truncates every table instead. PostgreSQL then makes all of them and their indexes anew, some 450 files, which
takes longer than many a test, and afterwards Django fills in content types and permissions again.
"""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection, transaction
from django.test import TransactionTestCase
from psycopg2.errors import DeadlockDetected

MOST_DEADLOCKS = 10
# Written by `migrate` alone; tests find them as every site does.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}


@pytest.fixture(autouse=True, scope="session")
def delete_rather_than_truncate() -> Iterator[None]:
    truncate = TransactionTestCase._fixture_teardown
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: delete_rows() or unguarded(truncate, case))
        yield


def unguarded(truncate: Callable[[TransactionTestCase], None], case: TransactionTestCase) -> None:
    """Logs refuse to be truncated, but the owner of a table may switch its triggers off. Django leaves the cache, as
    its table has no model.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%is_not_truncated'")
        logs = [table for (table,) in cursor.fetchall()]
        cursor.execute("".join(f"ALTER TABLE {log} DISABLE TRIGGER USER;" for log in logs))
        truncate(case)
        cursor.execute("".join(f"ALTER TABLE {log} ENABLE TRIGGER USER;" for log in logs))
    cache.clear()


def delete_rows() -> bool:
    """Whether it could: only a superuser may pass by foreign keys and the triggers that guard what is append-only.

    A page that was closed may still be answered: its request can hold rows that this waits for, and wait for rows that
    this holds. PostgreSQL then stops one of the two. If it was this one, it tries again.
    """
    for _again in range(MOST_DEADLOCKS):
        with suppress(DeadlockDetected):
            return try_to_delete_rows()
    return try_to_delete_rows()


def try_to_delete_rows() -> bool:
    with raising_deadlocks(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser')")
        if cursor.fetchone() != ("on",):
            return False
        cursor.execute("SET LOCAL session_replication_role TO replica")
        ask = [f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in our_tables()]  # noqa: S608
        cursor.execute(" UNION ALL ".join(ask))
        for (table,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608
    return True


@contextmanager
def raising_deadlocks() -> Iterator[None]:
    """As the driver names them: Django knows them only as one of many errors."""
    try:
        yield
    except OperationalError as error:
        raise error.__cause__ if isinstance(error.__cause__, DeadlockDetected) else error from None


@functools.cache
def our_tables() -> list[str]:
    """Also the cache's, which has no model: what one test notes there would be known to the next."""
    return sorted(set(connection.introspection.table_names()) - KEPT)
