"""What many tests begin with is made by the services once in a process; from then on its rows are written back.

Making an evening takes two hundred statements, writing its rows back one. How the database came to be as it is, is
known as long as nothing but this has written to it in a test; else what is asked for is made as ever. What has
changed is found by comparing all tables, so services may write what they like, where they like.
"""

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple, TypeVar

import pytest
import time_machine
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

T = TypeVar("T")
Key = tuple[Any, ...]  # the steps by which rows came, from an empty database on
Rows = dict[str, list[tuple[str | None, ...]]]
# Statements that begin so leave all rows as they are.
READ = ("SELECT", "SAVEPOINT", "RELEASE", "SET", "SHOW", "PREPARE", "DEALLOCATE")


class Kept(NamedTuple):
    """All rows after a step, the statements that bring them about after the step before it, and what it returned."""

    rows: Rows
    statements: str
    result: bytes


class Memory:
    def __init__(self) -> None:
        self.steps: Key | None = None  # by which the database came to be as it is, where that is known
        self.kept: dict[Key, Kept] = {}
        self.is_in_test = False
        self.writes_for_modules = 0

    @contextmanager
    def test_of(self, *module: str) -> Iterator[None]:
        """A test begins with an empty database, or with what was written for this module until now."""
        self.steps = (*module, self.writes_for_modules) if module else ()
        self.is_in_test = True
        yield
        self.is_in_test, self.steps = False, None

    def watch(self, execute: Callable, sql: str | bytes, params: Any, many: bool, context: dict) -> Any:
        text = sql.decode() if isinstance(sql, bytes) else sql  # psycopg2's `execute_values` sends bytes
        if not text.lstrip().startswith(READ):
            self.steps = None
            # After a test its own writes are rolled back, but not those for the module.
            self.writes_for_modules += not self.is_in_test and not text.startswith("ROLLBACK")
        return execute(sql, params, many, context)

    def make(self, make: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """What `make` returns with these arguments, and the rows it writes."""
        before = self.steps
        if before is None or not is_superuser():
            return make(*args, **kwargs)
        at = timezone.now() if time_machine.escape_hatch.is_travelling() else None
        step = (make.__module__, make.__qualname__, at, *map(name_of, args), *sorted(map(name_of, kwargs.items())))
        steps = (*before, step)
        if steps in self.kept:
            self.write_back(steps)
        else:
            # Of copies: what is changed in them would not be changed when rows are written back.
            args, kwargs = pickle.loads(pickle.dumps((args, kwargs)))  # noqa: S301 - our own
            self.remember(before, steps, lambda: make(*args, **kwargs))
        self.steps = steps
        return pickle.loads(self.kept[steps].result)  # noqa: S301 - our own

    def remember(self, before: Key, steps: Key, make: Callable[[], Any]) -> None:
        old = self.kept[before].rows if before in self.kept else read_rows()
        result = pickle.dumps(make())
        new = read_rows()
        self.kept[steps] = Kept(new, statements_between(old, new), result)

    def write_back(self, steps: Key) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(self.kept[steps].statements)


def name_of(value: Any) -> Any:
    if isinstance(value, Model):
        return (value._meta.label, value.pk)
    return tuple(map(name_of, value)) if isinstance(value, tuple | list) else repr(value)


def read_rows() -> Rows:
    found = {}
    with connection.cursor() as cursor:
        for table, columns in columns_of_tables().items():
            cursor.execute(f"SELECT {', '.join(f'{column}::text' for column in columns)} FROM {table}")  # noqa: S608
            if rows := cursor.fetchall():
                found[table] = rows
    return found


def statements_between(old: Rows, new: Rows) -> str:
    """Rows that came and went, past the triggers that guard them and the foreign keys, whichever comes first."""
    texts = ["SET LOCAL session_replication_role TO replica"]
    with connection.cursor() as cursor:
        for table in sorted(old.keys() | new.keys()):
            before, after = old.get(table, []), new.get(table, [])
            if before == after:
                continue
            known = set(before)
            came = [row for row in after if row not in known]
            if len(came) + len(before) != len(after):  # some were changed, or are gone
                texts.append(f"DELETE FROM {table}")  # noqa: S608
                came = after
            if came:
                values = ", ".join(["%s"] * len(came))
                into = f"INSERT INTO {table} ({', '.join(columns_of_tables()[table])}) OVERRIDING SYSTEM VALUE"
                texts.append(cursor.mogrify(f"{into} VALUES {values}", came).decode())
    return ";\n".join([*texts, "SET LOCAL session_replication_role TO origin"])


@cache
def columns_of_tables() -> dict[str, list[str]]:
    """Of all tables, those of columns that can be written."""
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(relname), quote_ident(attname) "
            "FROM pg_attribute JOIN pg_class ON attrelid = pg_class.oid "
            "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped "
            "AND attgenerated = '' ORDER BY relname, attnum"
        )
        for table, column in cursor.fetchall():
            found.setdefault(table, []).append(column)
    return found


@cache
def is_superuser() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser')")
        return cursor.fetchone() == ("on",)


@pytest.fixture(scope="session")
def memory() -> Iterator[Memory]:
    kept = Memory()
    connection.execute_wrappers.append(kept.watch)
    yield kept
    connection.execute_wrappers.remove(kept.watch)


@pytest.fixture
def remembered(request, memory: Memory, one_cast: object) -> Iterator[Callable[..., Any]]:
    """remembered(make, …) returns what `make(…)` would. Used by itself, so that it comes before all that writes."""
    with memory.test_of(*([request.node.nodeid.partition("::")[0]] if one_cast else [])):
        yield memory.make
