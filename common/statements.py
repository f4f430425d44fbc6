"""Parts of hand-written SQL that follow the models, so that a column which a later migration adds is not forgotten.

Texts are made once for each model; the ORM composes its own anew for each query, which costs more than asking.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import connection, models
from django.db.backends.utils import CursorWrapper

M = TypeVar("M", bound=models.Model)


class Reading(Generic[M]):
    """All columns of one table under an alias, and the instance that a row of them is."""

    def __init__(self, model: type[M], alias: str) -> None:
        self.model = model
        fields = model._meta.concrete_fields
        self.names = [field.attname for field in fields]
        self.columns = ", ".join(f'{alias}."{field.column}"' for field in fields)
        self.converted = [(place, field) for place, field in enumerate(fields) if hasattr(field, "from_db_value")]

    def take(self, row: Sequence[Any]) -> tuple[M, Sequence[Any]]:
        """The instance at the row's beginning, and what comes after it."""
        values = list(row[: len(self.names)])
        for place, field in self.converted:
            values[place] = field.from_db_value(values[place], field.cached_col, connection)
        return self.model.from_db(connection.alias, self.names, values), row[len(values) :]


class Prepared:
    """A statement that each connection plans once: a plan with many parts takes longer to make than to follow.

    `text` names its parameters as `%(name)s`.
    """

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text
        self.names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", text)))
        self.ready: WeakKeyDictionary[Any, bool] = WeakKeyDictionary()

    def execute(self, cursor: CursorWrapper, values: Mapping[str, Any], *, first: str = "") -> None:
        """`first`: a whole statement, with its semicolon, that goes before this one on the same trip."""
        if not settings.PREPARE_STATEMENTS:
            cursor.execute(first + self.text, values)
            return
        if cursor.connection not in self.ready:
            numbered = re.sub(r"%\((\w+)\)s", lambda found: f"${self.names.index(found[1]) + 1}", self.text)
            cursor.execute(f"PREPARE {self.name} AS {numbered}")
            self.ready[cursor.connection] = True
        places = ", ".join(f"%({name})s" for name in self.names)
        cursor.execute(f"{first}EXECUTE {self.name} ({places})", values)


class Insert:
    """The INSERT that `save()` sends for a new instance. `given`: columns whose value is SQL, not the instance's."""

    def __init__(self, model: type[models.Model], **given: str) -> None:
        fields = [field for field in model._meta.concrete_fields if not field.primary_key]
        self.fields = [field for field in fields if field.column not in given]
        columns = [str(field.column) for field in self.fields]
        names = ", ".join(f'"{column}"' for column in (*columns, *given))
        self.row = "(" + ", ".join([*("%s" for _ in columns), *given.values()]) + ")"
        self.into = f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES '  # noqa: S608 - names from the model
        self.text = self.into + self.row

    def values(self, instance: models.Model) -> list[Any]:
        """What stands for the `%s`, in their order."""
        return [field.get_db_prep_save(field.pre_save(instance, True), connection) for field in self.fields]


class InsertMany:
    """Many rows by one INSERT whose text doesn't grow with them. Those that stand in the way of a constraint stay out.

    `columns`: what is told for each row; the others get what the model says a new row has.
    """

    def __init__(self, model: type[models.Model], columns: str) -> None:
        self.model, told = model, columns.split()
        fields = {str(field.column): field for field in model._meta.concrete_fields if not field.primary_key}
        self.anew = [field for name, field in fields.items() if name not in told and _is_made_anew(field)]
        each = [*(fields[name] for name in told), *self.anew]
        self.same = [field for field in fields.values() if field not in each]
        names = ", ".join(f'"{field.column}"' for field in (*each, *self.same))
        arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in each)
        self.text = (
            f'INSERT INTO "{model._meta.db_table}" ({names}) '  # noqa: S608 - names from the model
            f"SELECT {', '.join(['row.*', *('%s' for _ in self.same)])} FROM unnest({arrays}) AS row "
            "ON CONFLICT DO NOTHING"
        )

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        if not rows:
            return
        new = self.model()
        same = [field.get_db_prep_save(field.pre_save(new, True), connection) for field in self.same]
        anew = [[field.get_default() for _row in rows] for field in self.anew]
        with connection.cursor() as cursor:
            cursor.execute(self.text, [*same, *map(list, zip(*rows, strict=True)), *anew])


def _is_made_anew(field: "models.Field[Any, Any]") -> bool:
    """Whether each new row has a value of its own: an empty list is the same for all, a random number is not."""
    return field.has_default() and callable(field.default) and field.default not in (list, dict)
