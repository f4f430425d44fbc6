"""What a migration must not do while the version before it still runs: the rules of docs/deployment.md, under Updates.

Operations are looked at one by one, each with the state before it. A table that the migration makes itself may be made
in any way, for nobody uses it yet.
"""

import re
from collections.abc import Iterator

from django.db import connection, models
from django.db.migrations import Migration, operations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import NOT_PROVIDED

# The version before inserts rows without it, and would be refused.
NO_DEFAULT = "a column is NOT NULL without a db_default"
# It still asks for it. What is no longer used leaves the state first, and the database in a later release.
GONE = "what the version before uses is dropped, renamed, or of another type"
# Everybody waits until all rows have been read. `django.contrib.postgres.operations` has ways without that.
LOCK = "a table is locked while all its rows are read"
# A migration may say why that is no matter: `excused = {LOCK: "forty rows at most"}`. Nothing else can be excused.
EXCUSABLE = {LOCK}

SQL = {
    NO_DEFAULT: r"ADD\s+COLUMN(?![^,;]*\bDEFAULT\b)[^,;]*\bNOT\s+NULL|\bDROP\s+DEFAULT\b|"
    # A default that the same statements set before counts.
    r"\A(?![\s\S]*\bSET\s+DEFAULT\b)[\s\S]*\bSET\s+NOT\s+NULL\b",
    GONE: r"\bRENAME\b|\bALTER\s+COLUMN\s+\S+\s+(SET\s+DATA\s+)?TYPE\b",
    LOCK: r"\bCREATE\s+(UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)|\bLOCK\s+TABLE\b|\bSET\s+NOT\s+NULL\b|"
    r"\bADD\s+(CONSTRAINT\s+\S+\s+)?(CHECK|FOREIGN\s+KEY|UNIQUE|EXCLUDE|PRIMARY\s+KEY)\b(?![^;]*\bNOT\s+VALID\b)",
}
DROP = r"\bDROP\s+(COLUMN|TABLE)\b"
VARCHAR = re.compile(r"varchar\((\d+)\)")


def faults(migration: Migration, before: ProjectState) -> set[str]:
    """Reason with it. `before`: the state that it is applied to, which is left as it was."""
    state, made = before.clone(), set()
    found, leaves, drops = set(), False, False
    for operation in migration.operations:
        for inner in inner_operations(operation):
            if not is_about(inner, made):
                found |= set(faults_of(inner, migration.app_label, state))
            drops = drops or any(re.search(DROP, text, re.IGNORECASE) for text in texts_of(inner))
        if isinstance(operation, operations.SeparateDatabaseAndState):
            goes = (operations.RemoveField, operations.DeleteModel)
            leaves = leaves or any(isinstance(inner, goes) for inner in operation.state_operations)
        if isinstance(operation, operations.CreateModel):
            made.add(operation.name_lower)
        operation.state_forwards(migration.app_label, state)
    if leaves and drops:
        found.add(GONE)
    reasons = getattr(migration, "excused", {})
    return found - {rule for rule in EXCUSABLE if reasons.get(rule, "").strip()}


def inner_operations(operation: Operation) -> list[Operation]:
    """What is done to the database."""
    return operation.database_operations if isinstance(operation, operations.SeparateDatabaseAndState) else [operation]


def is_about(operation: Operation, made: set[str]) -> bool:
    return getattr(operation, "model_name_lower", None) in made


def faults_of(operation: Operation, app: str, state: ProjectState) -> Iterator[str]:
    gone = operations.RenameModel, operations.DeleteModel, operations.RemoveField, operations.RenameField
    if isinstance(operation, (*gone, operations.AlterModelTable)):
        yield GONE
    elif isinstance(operation, operations.AddField):
        yield from faults_of_new(operation.field)
    elif isinstance(operation, operations.AlterField):
        yield from faults_of_change(
            state.models[app, operation.model_name_lower].fields[operation.name], operation.field
        )
    elif type(operation) in (operations.AddIndex, operations.AddConstraint, operations.AlterUniqueTogether):
        # Those of their kind that lock for a moment only have types of their own.
        yield LOCK
    for text in texts_of(operation):
        yield from (rule for rule, pattern in SQL.items() if re.search(pattern, text, re.IGNORECASE))


def faults_of_new(field: models.Field) -> Iterator[str]:
    if field.many_to_many:
        return
    if not field.null and field.db_default is NOT_PROVIDED and not field.generated:
        yield NO_DEFAULT
    if field.unique or field.db_index:
        yield LOCK


def faults_of_change(old: models.Field, new: models.Field) -> Iterator[str]:
    if old.null and not new.null:
        yield LOCK
    if not new.null and new.db_default is NOT_PROVIDED and (old.null or old.db_default is not NOT_PROVIDED):
        yield NO_DEFAULT
    if not fits(old, new):
        yield GONE
    if (new.unique and not old.unique) or (new.db_index and not old.db_index):
        yield LOCK


def fits(old: models.Field, new: models.Field) -> bool:
    """Whether the column stays as it is, or only takes longer text."""
    if old.is_relation or new.is_relation:
        return old.is_relation == new.is_relation and old.remote_field.model == new.remote_field.model
    before, after = old.db_type(connection), new.db_type(connection)
    shorter, longer = VARCHAR.fullmatch(before or ""), VARCHAR.fullmatch(after or "")
    return before == after or bool(shorter and longer and int(shorter[1]) <= int(longer[1]))


def texts_of(operation: Operation) -> list[str]:
    if not isinstance(operation, operations.RunSQL):
        return []
    parts = [operation.sql] if isinstance(operation.sql, str) else operation.sql
    return [part if isinstance(part, str) else part[0] for part in parts]
