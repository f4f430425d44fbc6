"""Bulk rows by SQL. What a statement doesn't name gets the default of its model, as do columns that come later."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection, models
from django.db.models import NOT_PROVIDED


def insert_rows(model: type[models.Model], source: str, /, *, now: datetime, **given: str) -> int:
    """INSERT … SELECT: `source` follows FROM, `given` are SQL expressions by field. Returns how many rows."""
    fields = [field for field in model._meta.concrete_fields if field.attname in given or _needs_value(field)]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor:
        values = ", ".join(given.get(field.attname) or _usual_value(field, now, cursor) for field in fields)
        cursor.execute(f'INSERT INTO "{model._meta.db_table}" ({columns}) SELECT {values} FROM {source}')
        count: int = cursor.rowcount
    return count


def _needs_value(field: Any) -> bool:
    return not (field.primary_key or field.null or field.db_default is not NOT_PROVIDED)


def _usual_value(field: Any, now: datetime, cursor: Any) -> str:
    if isinstance(field, models.UUIDField):
        return "gen_random_uuid()"
    is_moment = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    value = now if is_moment else field.get_default()
    text: str = cursor.mogrify("%s", [field.get_db_prep_save(value, connection)]).decode()
    return text


def insert_pairs(model: type[models.Model], columns: str, source: str) -> None:
    """Rows of the table behind a ManyToManyField; `source` is the whole SELECT."""
    with connection.cursor() as cursor:
        cursor.execute(f'INSERT INTO "{model._meta.db_table}" ({columns}) {source}')


@contextmanager
def without_foreign_key_checks() -> Iterator[None]:
    """Rows that are made of numbers refer to each other rightly; looking up each takes longer than writing it.

    Triggers are off too, so what they write must be given. Only in a transaction. Without a superuser's rights, which
    we have on our own server, nothing is switched off.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        may = cursor.fetchone()[0]
        if may:
            cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        if may:
            cursor.execute("SET LOCAL session_replication_role = origin")


def next_id(model: type[models.Model]) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [model._meta.db_table])
        number: int = cursor.fetchone()[0]
    return number


def continue_ids(*kinds: type[models.Model]) -> None:
    """What is written later gets later ids."""
    with connection.cursor() as cursor:
        for model in kinds:
            table = model._meta.db_table
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence(%s, 'id'), greatest(max(id), 1)) FROM \"{table}\"", [table]
            )


INDEXES = """
SELECT index.relname, pg_get_indexdef(index.oid) FROM pg_index
JOIN pg_class AS index ON index.oid = indexrelid JOIN pg_class AS of_table ON of_table.oid = indrelid
WHERE of_table.relname = ANY(%s) AND NOT indisunique
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""


@contextmanager
def without_indexes(*kinds: type[models.Model]) -> Iterator[None]:
    """Making an index once of all rows takes a third of the time of adding to it row by row. Only in a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(INDEXES, [[model._meta.db_table for model in kinds]])
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        for _name, definition in indexes:
            cursor.execute(definition)
