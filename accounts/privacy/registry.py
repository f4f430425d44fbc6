"""Every table and every text column: whose it is, whether it is in a person's copy, and how it is emptied.

Each app declares its tables in a `privacy.py` and enters them here when it starts. A test fails on a table or a text
column that nobody has declared, so a new one can't be forgotten in copies or removals.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from accounts.models import User

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

TEXTS = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.FileField,
    models.BinaryField,
    models.GenericIPAddressField,
    ArrayField,
    SearchVectorField,
)


class Goes(StrEnum):
    """What becomes of a column when its person is removed. A row that is deleted takes all of its columns along."""

    EMPTIED = "emptied"
    BY_STEP = "by a step of its own"
    STAYS = "stays"


@dataclass(frozen=True, slots=True)
class Column:
    """`by` leads from the row to who wrote it, where that isn't the person whose row it is: `"ended_by"`.

    `why` says why it isn't in the copy, or why it stays.
    """

    is_personal: bool
    in_copy: bool
    goes: Goes
    why: str = ""
    by: str = ""


def mine(by: str = "") -> Column:
    """The person's own words, or words about them that they may read."""
    return Column(True, True, Goes.EMPTIED, by=by)


def removed_by_step(why: str = "", *, in_copy: bool = True) -> Column:
    """Personal too; something more than emptying the column has to be done, which a `Step` does."""
    return Column(True, in_copy, Goes.BY_STEP, why)


def hidden(why: str, by: str = "") -> Column:
    """About the person, emptied with the rest, and no use to them in a copy, or not theirs to see."""
    return Column(True, False, Goes.EMPTIED, why, by)


def fact(why: str = "one of a few values of ours") -> Column:
    """Says what happened in our own words: in the copy of the person whose row it is, and kept."""
    return Column(False, True, Goes.STAYS, why)


def not_personal(why: str) -> Column:
    return Column(False, False, Goes.STAYS, why)


@dataclass(frozen=True, slots=True)
class Table:
    """One table. `people` leads from a row to those whose row it is, as `"engagement__mentee"`; none: it is nobody's.

    `addresses`: columns with an email address that need be nobody's account; the row is also of the person who has it.
    `part`: the name of its part of the copy; rows of a table without one aren't in any copy, and `why` says why.
    `heading`: what the page of the copy calls this part.
    `is_deleted`: its rows are deleted when their person is removed. Else they stay, without their words.
    `is_log`: it is append-only, and its words are emptied by a transaction that says so.
    `stamp`: the column that says when the words were emptied, where a constraint asks for words.
    `hidden`: other columns that are not in the copy. `company`: the display name of the other person of a row.
    `said`: words of ours that a row stands for.
    `kept_for_now`: narrows the rows to those whose words have to stay a while, as evidence does.
    `in_copy`: narrows them to those that may be in a copy at this moment.
    """

    model: type[models.Model]
    columns: Mapping[str, Column] = field(default_factory=dict)
    people: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    part: str = ""
    heading: "str | StrPromise" = ""
    why: str = ""
    is_deleted: bool = False
    is_log: bool = False
    stamp: str = ""
    hidden: tuple[str, ...] = ()
    company: Callable[[Any, User], str] | None = None
    said: Callable[[Any], str] | None = None
    kept_for_now: Callable[["models.QuerySet[Any]"], "models.QuerySet[Any]"] | None = None
    in_copy: Callable[["models.QuerySet[Any]", datetime], "models.QuerySet[Any]"] | None = None

    @property
    def label(self) -> str:
        return self.model._meta.label

    @property
    def is_changed(self) -> bool:
        return self.is_deleted or any(column.goes == Goes.EMPTIED for column in self.columns.values())

    @property
    def has_people(self) -> bool:
        return bool(self.people or self.addresses)

    def rows_of(self, person: User) -> "models.QuerySet[Any]":
        mine = models.Q(pk__in=[])
        for lookup in self.people:
            mine |= models.Q(**{lookup: person.pk})
        for column in self.addresses:
            mine |= models.Q(**{column: person.email})
        return self.model._base_manager.filter(mine)


@dataclass(frozen=True, slots=True)
class Step:
    """Something that a removal does beside emptying columns and deleting rows. It can be done twice without harm.

    Returns whether it is done; a step that isn't is tried again later.
    """

    name: str
    run: Callable[[User, datetime], bool]


_tables: dict[str, Table] = {}
_steps: list[Step | Table] = []


def register_tables(*entries: Table | Step) -> None:
    """Enter an app's tables and steps, in the order in which a removal goes through them.

    What upper apps enter comes first: their rows point at those of the lower ones.
    """
    for entry in entries:
        if isinstance(entry, Table):
            _tables[entry.label] = entry
    _steps[:0] = entries


def registered_tables() -> list[Table]:
    return list(_tables.values())


def registered_steps() -> list[Step | Table]:
    return [step for step in _steps if isinstance(step, Step) or step.is_changed]


def text_columns(model: type[models.Model]) -> Iterator[str]:
    return (one.name for one in model._meta.concrete_fields if isinstance(one, TEXTS))


def parts_of_copy() -> Sequence[Table]:
    return [table for table in _tables.values() if table.part]
