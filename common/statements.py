"""Parts of hand-written SQL that follow the models, so that a column which a later migration adds is not forgotten.

Texts are made once for each model; the ORM composes its own anew for each query, which costs more than asking.
Here is also which database is read: a standby for some public pages, if there is one (`mentoring.replica`).
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache
from itertools import count
from typing import Any, Generic, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

from django.conf import settings
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db import DEFAULT_DB_ALIAS, connection, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.backends.utils import CursorWrapper
from django.db.models.base import ModelState
from django.utils import timezone

M = TypeVar("M", bound=models.Model)
PARAMETER = re.compile(r"%\((\w+)\)s")
# Values that these fields would hand to the driver as they are. Asking a field takes ten times as long as taking them.
PLAIN: dict[type[Any], type] = {
    models.BooleanField: bool,
    models.CharField: str,
    models.DateField: date,
    models.DateTimeField: datetime,
    models.ForeignKey: int,
    models.IntegerField: int,
    models.PositiveIntegerField: int,
    models.PositiveSmallIntegerField: int,
    models.TextField: str,
    models.UUIDField: UUID,
}


# The parameter for what a column gets that notes when a row was written
PRESENT = "present"
READS_FROM = ContextVar("READS_FROM", default=DEFAULT_DB_ALIAS)


def reads_from() -> str:
    """The alias of the database that what runs now reads from."""
    return READS_FROM.get()


@contextmanager
def read_from(alias: str) -> Iterator[None]:
    """What is only read inside is read from there. What is written, or locked, goes to the default database as ever."""
    token = READS_FROM.set(alias)
    try:
        yield
    finally:
        READS_FROM.reset(token)


def reading_connection() -> BaseDatabaseWrapper:
    """For a statement by hand that decides nothing, as of a search or a page."""
    return connections[reads_from()]


@contextmanager
def reading_only() -> Iterator[None]:
    """A transaction in which the database refuses to write: for pages that try something out."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        yield


class ModelColumns(Generic[M]):
    """The columns of one table under an alias, and the instance that a row of them is.

    `only`: the names of those that are needed, beside the key; Django loads others one by one when they are used.
    """

    def __init__(self, model: type[M], alias: str, *, only: Collection[str] = ()) -> None:
        self.model = model
        fields = [one for one in model._meta.concrete_fields if not only or one.primary_key or one.attname in only]
        if missing := set(only).difference(field.attname for field in fields):
            raise ValueError(f"{model.__name__} has no {', '.join(sorted(missing))}.")
        self.names = [field.attname for field in fields]
        self.columns = ", ".join(f'{alias}."{field.column}"' for field in fields)
        self.converted = [field for field in fields if hasattr(field, "from_db_value")]

    def read_row(self, row: Sequence[Any]) -> tuple[M, Sequence[Any]]:
        """The instance at the row's beginning, and what comes after it."""
        values = dict(zip(self.names, row, strict=False))
        for field in self.converted:
            values[field.attname] = field.from_db_value(values[field.attname], field.cached_col, connection)
        return make_stored(self.model, values), row[len(values) :]


def make_stored(model: type[M], values: Mapping[str, Any]) -> M:
    """The instance of a row that is in the database. Columns without a value are loaded when they are used.

    As Django makes it, which sets one value after the other and takes five times as long. Raises TypeError for a model
    that does more when it is made.
    """
    instance = _make_empty(model)
    instance._state.adding, instance._state.db = False, DEFAULT_DB_ALIAS
    instance.__dict__.update(values)
    return instance


def make_new(model: type[M], related: Mapping[str, models.Model | None], **values: Any) -> M:
    """A new instance, as the model makes it of the same keywords, in a fifth of the time.

    `related`: instances, by the names of their foreign keys. `values`: by the names of other columns. What is in
    neither gets what the model says.
    """
    constants, callables = _defaults_of(model)
    instance = _make_empty(model)
    here = instance.__dict__
    here.update(constants)
    here.update((name, default()) for name, default in callables if name not in values)
    here.update(values)
    for name, other in related.items():
        here[f"{name}_id"] = None if other is None else other.pk
        instance._state.fields_cache[name] = other
    return instance


# It was written by hand, and got this id. `others`: its columns with the ids that instances got to which it is related.
def note_stored(instance: models.Model, pk: int, **others: int) -> None:
    instance.__dict__.update(others)
    instance.pk = pk
    instance._state.adding, instance._state.db = False, DEFAULT_DB_ALIAS


def _make_empty(model: type[M]) -> M:
    if model.__init__ is not models.Model.__init__:
        raise TypeError(f"{model} is made in its own way: leave it to the ORM.")
    instance = model.__new__(model)
    instance._state = ModelState()
    return instance


@cache
def _defaults_of(model: type[models.Model]) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
    fields = model._meta.concrete_fields
    made = [(field.attname, field.default) for field in fields if callable(field.default) and field.has_default()]
    return {field.attname: field.get_default() for field in fields if field.attname not in dict(made)}, made


def read_range(text: str) -> DateTimeTZRange:
    """`["2026-11-26 14:30:00+00","2026-11-26 14:55:00+00")` with both ends known, as all of ours have."""
    lower, upper = (datetime.fromisoformat(end.strip('"')) for end in text[1:-1].split(","))
    return DateTimeTZRange(lower, upper, text[0] + text[-1])


# How a value that JSON doesn't know is read again. All others are what they were.
READ: dict[type[Any], Callable[[str], Any]] = {
    models.DateTimeField: datetime.fromisoformat,
    models.DateField: date.fromisoformat,
    models.UUIDField: UUID,
    DateTimeRangeField: read_range,
}
AS_THEY_ARE = (
    models.AutoField,
    models.BooleanField,
    models.CharField,
    models.FileField,
    models.ForeignKey,
    models.IntegerField,
    models.JSONField,
    models.TextField,
)


class RowsBeside(Generic[M]):
    """The rows of a table that belong to another row: `sql` is the column of a statement that brings them, as JSON.

    `condition` and `order` speak of the table as `beside`.
    """

    def __init__(self, model: type[M], condition: str, *, order: str = "id", most: int | None = None) -> None:
        self.model = model
        fields = model._meta.concrete_fields
        self.columns = [str(field.column) for field in fields]
        self.names = [field.attname for field in fields]
        self.readers = [(place, _reader_of(field)) for place, field in enumerate(fields) if _reader_of(field)]
        limit = f" LIMIT {most}" if most else ""
        found = f"SELECT * FROM {model._meta.db_table} AS beside WHERE {condition} ORDER BY beside.{order}{limit}"
        self.sql = f"(SELECT json_agg(beside) FROM ({found}) AS beside)"

    def read(self, found: Sequence[Mapping[str, Any]] | None) -> list[M]:
        return [self._read_one(row) for row in found or ()]

    def _read_one(self, row: Mapping[str, Any]) -> M:
        values = [row[column] for column in self.columns]
        for place, read in self.readers:
            if values[place] is not None:
                values[place] = read(values[place])
        return make_stored(self.model, dict(zip(self.names, values, strict=True)))


# None for what needs none. A field of a kind that nobody has thought of is refused, not read wrongly.
def _reader_of(field: "models.Field[Any, Any]") -> Any:
    if read := READ.get(type(field)):
        return read
    if isinstance(field, ArrayField) and _reader_of(field.base_field) is None:
        return None
    if not isinstance(field, AS_THEY_ARE):
        raise TypeError(f"{field} can’t be read from JSON yet: add its type to READ.")
    return None


def analyze_tables() -> None:
    """Have PostgreSQL count our own tables again, for its planner.

    A bare ANALYZE also locks tables that all databases of the server share, until the transaction ends: a second one,
    in any database, waits for it and gives up after `lock_timeout`.
    """
    names = ", ".join(sorted(connection.introspection.django_table_names(only_existing=True)))
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {names}")


class Prepared:
    """A statement that each connection parses and plans once, which may take longer than following the plan.

    `text` names its parameters as `%(name)s`.
    """

    numbers = count()

    def __init__(self, text: str) -> None:
        self.name, self.text = f"prepared_{next(self.numbers)}", text
        self.names = list(dict.fromkeys(PARAMETER.findall(text)))
        places = ", ".join(f"%({name})s" for name in self.names)
        self.call = f"EXECUTE {self.name} ({places})" if places else f"EXECUTE {self.name}"
        self.ready: WeakKeyDictionary[Any, bool] = WeakKeyDictionary()

    def execute(self, cursor: CursorWrapper, values: Mapping[str, Any]) -> None:
        execute_together(cursor, (self, values))

    def ready_text(self, cursor: CursorWrapper) -> str:
        """What to send: the name under which this connection knows it, or all of it."""
        if not settings.PREPARE_STATEMENTS:
            return self.text
        if cursor.connection not in self.ready:
            numbered = PARAMETER.sub(lambda found: f"${self.names.index(found[1]) + 1}", self.text)
            cursor.execute(f"PREPARE {self.name} AS {numbered}")
            self.ready[cursor.connection] = True
        return self.call


def execute_together(cursor: CursorWrapper, *steps: tuple[Prepared, Mapping[str, Any]]) -> None:
    """One after the other on one trip; each sees what was committed before it began. The last one's rows are read."""
    fill_in = cursor.mogrify
    texts = [fill_in(statement.ready_text(cursor), values).decode() for statement, values in steps]
    cursor.execute(";\n".join(texts))


class Insert:
    """The INSERT that `save()` sends for a new instance.

    `told`: the columns that differ from row to row. All others are in the text, as the model says a new row has them,
    since each value costs both sides work; `values` raises ValueError for an instance that has something else there.
    Without it, every column is told.
    `given`: columns whose value is SQL, not the instance's.
    A name tells the parameters of one row from those of other rows in the same statement.
    """

    def __init__(self, model: type[models.Model], *, told: str | None = None, **given: str) -> None:
        fields = [field for field in model._meta.concrete_fields if not field.primary_key]
        own = {str(field.column): field for field in fields if field.column not in given}
        names = own if told is None else told.split()
        self.usual = {field.attname: field.get_default() for name, field in own.items() if name not in names}
        constants = {name: _constant_sql(field) for name, field in own.items() if name not in names}
        self.fields = {name: own[name] for name in names}
        self.plain = {column: PLAIN.get(type(field)) for column, field in self.fields.items()}
        self.moments = [field.attname for field in self.fields.values() if _is_now(field)]
        self.given = given | constants
        columns = ", ".join(f'"{column}"' for column in (*self.fields, *self.given))
        self.into = f'INSERT INTO "{model._meta.db_table}" ({columns})'

    def row(self, name: str) -> str:
        own = (f"%({name}_{column})s" for column in self.fields)
        return f"({', '.join([*own, *self.given.values()])})"

    def text(self, name: str) -> str:
        return f"{self.into} VALUES {self.row(name)}"

    def values(self, name: str, instance: models.Model) -> dict[str, Any]:
        here = instance.__dict__
        if self.usual and any(here[attname] != usual for attname, usual in self.usual.items()):
            raise ValueError(f"{instance!r} has more to tell than {[*self.fields]}.")
        for attname in self.moments:
            here[attname] = timezone.now()
        values = {}
        for column, field in self.fields.items():
            value = here[field.attname]
            if value is not None and type(value) is not self.plain[column]:
                value = field.get_db_prep_save(field.pre_save(instance, True), connections[DEFAULT_DB_ALIAS])
            values[f"{name}_{column}"] = value
        return values


class RowsOf:
    """The rows of one table that an `InsertMany` makes of its list.

    `given`: columns whose value is SQL, in which `entry` is the entry of the list. `where`: for which there is a row.
    The other columns have what is told under their name, or what the model says that a new row has.
    """

    def __init__(self, model: type[models.Model], *, where: str = "true", **given: str) -> None:
        self.model, self.where, self.given = model, where, given
        self.fields = {str(field.column): field for field in model._meta.concrete_fields if not field.primary_key}

    def text(self, told: Sequence[str]) -> str:
        names = ", ".join(f'"{name}"' for name in self.fields)
        values = ", ".join(self.given.get(name) or self._value_sql(name, told) for name in self.fields)
        into = f'INSERT INTO "{self.model._meta.db_table}" ({names})'
        return f"{into} SELECT {values} FROM entry WHERE {self.where} ON CONFLICT DO NOTHING"

    def _value_sql(self, name: str, told: Sequence[str]) -> str:
        if name in told:
            return f"entry.{name}"
        field = self.fields[name]
        return f"%({PRESENT})s" if _is_now(field) else _constant_sql(field)


class InsertMany:
    """Rows of one table or several, made of one list by a statement whose text doesn't grow with it. Those that stand
    in the way of a constraint stay out.

    `told`: the names of what is told for each entry of the list. `asked`: the parameters of SQL that is given.
    """

    def __init__(self, told: str, *tables: RowsOf) -> None:
        self.told = told.split()
        fields = {name: field for table in tables for name, field in table.fields.items()}
        arrays = ", ".join(f"%({name})s::{fields[name].db_type(connection)}[]" for name in self.told)
        inserts = [table.text(self.told) for table in tables]
        before = [f"rows_{number} AS ({text})" for number, text in enumerate(inserts[:-1])]
        parts = [f"entry AS (SELECT * FROM unnest({arrays}) AS entry ({', '.join(self.told)}))", *before]
        self.statement = Prepared(f"WITH {', '.join(parts)} {inserts[-1]}")

    def write(self, entries: Sequence[Sequence[Any]], **asked: Any) -> None:
        if entries:
            values = dict(zip(self.told, map(write_array, zip(*entries, strict=True)), strict=True))
            with connection.cursor() as cursor:
                self.statement.execute(cursor, values | {PRESENT: timezone.now()} | asked)


def write_array(values: Iterable[Any]) -> str:
    """Texts, numbers, moments and UUIDs as PostgreSQL writes an array: one constant, which the driver quotes and the
    database reads faster than an expression with one for each.
    """
    texts = [None if value is None else str(value) for value in values]
    together = "".join(filter(None, texts))
    if "\\" in together or '"' in together:
        texts = [text and text.replace("\\", "\\\\").replace('"', '\\"') for text in texts]
    return "{" + ",".join(["NULL" if text is None else f'"{text}"' for text in texts]) + "}"


# As part of a text whose parameters are named, and only what needs no quoting.
def _constant_sql(field: "models.Field[Any, Any]") -> str:
    match field.get_default():
        case None:
            return "NULL"
        case bool(value):
            return str(value).lower()
        case int(value):
            return str(value)
        case str(value) if value == "" or value.isidentifier():
            return f"'{value!s}'"
    raise TypeError(f"{field} has no constant for all new rows: tell it.")


def _is_now(field: "models.Field[Any, Any]") -> bool:
    return isinstance(field, models.DateTimeField) and (field.auto_now or field.auto_now_add)
