"""What is declared of tables and columns makes sense. That all are declared, `tests/test_project.py` makes sure of."""

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection

from accounts.models import User
from accounts.privacy.registry import (
    Goes,
    Step,
    Table,
    registered_steps,
    registered_tables,
    text_columns,
)

DECLARED = {table.model: table for table in registered_tables()}
# Kinds of PostgreSQL that hold no words
WORDLESS = {
    "bigint",
    "boolean",
    "date",
    "double precision",
    "integer",
    "smallint",
    "time without time zone",
    "timestamp with time zone",
    "tstzrange",
    "uuid",
}
# The cache, which Django makes without a model: counts of tries, whose keys are hashes.
WITHOUT_MODEL = {"django_cache", "django_migrations"}
# The old reports of messages: their words went when they moved to `trust`.
WITHOUT_MODEL |= {"sessions_app_report", "sessions_app_threadopening"}


@pytest.mark.django_db
def test_every_column_that_postgresql_could_keep_words_in_counts_as_a_text_column():
    """What Django calls a column may be new; what PostgreSQL calls it is not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND data_type <> ALL(%s)",
            [sorted(WORDLESS)],
        )
        there = {(table, column) for table, column in cursor.fetchall() if table not in WITHOUT_MODEL}
    declared = {
        (model._meta.db_table, model._meta.get_field(name).column)
        for model, table in DECLARED.items()
        for name in table.columns
    }

    assert there == declared


@pytest.mark.parametrize("table", registered_tables(), ids=lambda table: table.label)
def test_declaration_says_whose_rows_they_are_or_why_they_are_in_no_copy(table: Table):
    names = {field.name for field in table.model._meta.concrete_fields}

    assert table.part or table.why
    assert bool(table.part) == bool(table.heading)
    assert table.has_people or not (table.part or table.is_deleted)
    assert set(table.hidden) <= names - set(table.columns)
    assert table.stamp == "" or table.stamp in names


@pytest.mark.parametrize("table", registered_tables(), ids=lambda table: table.label)
def test_column_that_stays_or_is_in_no_copy_says_why(table: Table):
    for column in table.columns.values():
        assert column.why or (column.in_copy and column.goes != Goes.STAYS)
        assert column.is_personal or column.goes == Goes.STAYS
        assert column.goes != Goes.EMPTIED or table.has_people


def test_names_of_parts_and_steps_are_there_once():
    parts = [table.part for table in registered_tables() if table.part]
    steps = [step.name for step in registered_steps() if isinstance(step, Step)]

    assert len(parts) == len(set(parts))
    assert len(steps) == len(set(steps))
    assert max(len(name) for name in steps) <= 80


@pytest.mark.django_db
@pytest.mark.parametrize("table", [one for one in registered_tables() if one.has_people], ids=lambda table: table.label)
def test_rows_of_a_person_are_found(table: Table, alice: User):
    assert isinstance(table.rows_of(alice).count(), int)


def test_arrays_of_texts_count_as_texts():
    assert "synonyms" in text_columns(apps.get_model("mentors.Topic"))
    assert isinstance(apps.get_model("mentors.Topic")._meta.get_field("synonyms"), ArrayField)
