"""Statements made from a model do as the ORM does, with whatever columns the model has."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.test.utils import isolate_apps
from django.utils.translation import gettext_lazy

from common.statements import (
    Insert,
    InsertMany,
    ModelColumns,
    Prepared,
    RowsOf,
    analyze_tables,
    execute_together,
    make_new,
    write_array,
)
from notifications.models import Preference
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def thing():
    """A model with a field of each sort that a migration may add, and its table."""
    with isolate_apps("common"):

        class Thing(models.Model):
            name = models.CharField(max_length=20, unique=True)
            owner_number = models.IntegerField(null=True)
            number = models.IntegerField(default=7)
            mark = models.UUIDField(default=uuid.uuid4)
            tags = ArrayField(models.CharField(max_length=5), default=list)
            facts = models.JSONField(default=dict)
            said = models.TextField(blank=True)
            at = models.DateTimeField(default=lambda: NOW)
            made_at = models.DateTimeField(auto_now_add=True)
            changed_at = models.DateTimeField(auto_now=True)

            class Meta:
                app_label = "common"

            def __str__(self) -> str:
                return self.name

    with connection.schema_editor() as editor:
        editor.create_model(Thing)
    return Thing


@pytest.fixture
def note():
    """A model whose new rows are told by constants alone."""
    with isolate_apps("common"):

        class Note(models.Model):
            name = models.CharField(max_length=20, unique=True)
            number = models.IntegerField(default=7)
            state = models.CharField(max_length=9, default="pending")
            is_new = models.BooleanField(default=True)
            said = models.TextField(blank=True)
            made_at = models.DateTimeField(auto_now_add=True)

            class Meta:
                app_label = "common"

            def __str__(self) -> str:
                return self.name

    with connection.schema_editor() as editor:
        editor.create_model(Note)
    return Note


def rows(thing) -> list[dict]:
    return list(thing.objects.order_by("pk").values())


@pytest.mark.parametrize(
    "same",
    [
        {"tags": ["a", "b"], "facts": {"deep": [1, None]}, "said": "50 % “off”", "number": 3, "owner_number": None},
        {"number": "3", "owner_number": True, "said": gettext_lazy("Yes"), "mark": str(uuid.UUID(int=1))},
    ],
    ids=["plain", "of other types"],
)
def test_insert_writes_what_save_writes(thing, now, same):
    insert = Insert(thing)
    same = {"mark": uuid.uuid4(), **same}
    with connection.cursor() as cursor:
        cursor.execute(insert.text("one"), insert.values("one", thing(name="ours", **same)))
    thing(name="theirs", **same).save()

    ours, theirs = rows(thing)
    assert {**ours, "id": 0, "name": ""} == {**theirs, "id": 0, "name": ""}


def test_insert_has_in_its_text_what_is_not_told(note, now):
    insert = Insert(note, told="name made_at")
    with connection.cursor() as cursor:
        cursor.execute(insert.text("one"), insert.values("one", note(name="ours")))
    note(name="theirs").save()

    ours, theirs = rows(note)
    assert {**ours, "id": 0, "name": ""} == {**theirs, "id": 0, "name": ""}


@pytest.mark.parametrize("more", [{"number": 8}, {"is_new": False}, {"said": "no"}])
def test_insert_refuses_an_instance_that_has_more_to_tell(note, more):
    with pytest.raises(ValueError, match="more to tell"):
        Insert(note, told="name made_at").values("one", note(name="ours", **more))


def test_given_columns_are_sql(thing):
    insert = Insert(thing, owner_number="(SELECT 2 + 3)")
    with connection.cursor() as cursor:
        cursor.execute(insert.text("one"), insert.values("one", thing(name="one", owner_number=1)))

    assert thing.objects.get().owner_number == 5


def test_insert_many_gives_the_other_columns_their_defaults(thing, now):
    mark = uuid.uuid4()
    insert = InsertMany("name owner_number mark at", RowsOf(thing, tags="'{}'", facts="'{}'"))
    insert.write([("a", 1, mark, NOW), ("b", None, mark, NOW)])
    thing.objects.bulk_create([thing(name="c", owner_number=1, mark=mark)])

    first, second, by_orm = rows(thing)
    assert {**first, "id": 0, "name": ""} == {**by_orm, "id": 0, "name": ""}
    assert (second["name"], second["owner_number"]) == ("b", None)


@pytest.mark.parametrize("prepare", [True, False])
def test_prepared_statement_answers_as_often_as_it_is_asked(settings, prepare, django_assert_num_queries):
    settings.PREPARE_STATEMENTS = prepare
    first = Prepared("SELECT %(one)s::int")
    statement = Prepared("SELECT %(a)s::int + %(b)s::int * %(a)s::int, %(text)s::text")
    answers, prepared = [], []

    def note(execute, sql, *more):
        if sql.startswith("PREPARE "):
            prepared.append(sql)
        return execute(sql, *more)

    with connection.execute_wrapper(note), django_assert_num_queries(7), connection.cursor() as cursor:
        for number in range(7):
            asked = {"a": number, "b": 10, "text": "a % of “it’s”", "not asked": None}
            execute_together(cursor, (first, {"one": 1}), (statement, asked))
            answers.append(cursor.fetchone())

    assert answers == [(number * 11, "a % of “it’s”") for number in range(7)]
    assert len(prepared) == (2 if prepare else 0)


def test_array_is_read_as_it_was_written():
    texts = ["", "NULL", "null", None, "a,b", "{}", 'say "so"', "back\\slash\\", "two\nlines", " “edges” ", "50 %"]
    marks, moments = [uuid.uuid4(), None], [NOW, NOW + timedelta(microseconds=1)]
    with connection.cursor() as cursor:
        written = [write_array(texts), write_array([1, None, -2]), write_array(marks), write_array(moments)]
        cursor.execute("SELECT %s::text[], %s::int[], %s::uuid[], %s::timestamptz[], %s::text[]", [*written, "{}"])

        assert cursor.fetchone() == (texts, [1, None, -2], marks, moments, [])


def test_insert_many_leaves_out_what_is_there_and_may_have_nothing_to_write(note):
    insert = InsertMany("name", RowsOf(note))
    insert.write([("a",)])
    insert.write([("a",), ("b",)])
    insert.write([])

    assert [row["name"] for row in rows(note)] == ["a", "b"]


@pytest.mark.parametrize("column", ["mark", "at", "tags", "facts"])
def test_insert_many_must_be_told_what_no_constant_says(thing, column):
    told = {"name", "mark", "at", "tags", "facts"} - {column}
    with pytest.raises(TypeError, match=column):
        InsertMany(" ".join(sorted(told)), RowsOf(thing))


def test_a_prepared_statement_is_planned_once():
    statement = Prepared("SELECT %(a)s::int")
    with connection.cursor() as cursor:
        for number in range(3):
            statement.execute(cursor, {"a": number})
        plans = "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE name = %s"
        cursor.execute(plans, [statement.name])

        assert cursor.fetchone() == (3, 0)


def test_rows_of_several_tables_are_made_of_one_list(note, thing, django_assert_num_queries):
    given = {"mark": "gen_random_uuid()", "at": "%(now)s", "tags": "'{}'", "facts": "'{}'"}
    both = InsertMany("name number", RowsOf(note), RowsOf(thing, where="entry.number > 1", said="entry.name", **given))
    both.write([("a", 1)], now=NOW)
    with django_assert_num_queries(1):
        both.write([("a", 2), ("b", 3), ("c", 1)], now=NOW)
    with django_assert_num_queries(0):
        both.write([], now=NOW)

    assert [(row["name"], row["number"]) for row in rows(note)] == [("a", 1), ("b", 3), ("c", 1)]
    assert [(row["name"], row["number"], row["said"], row["at"]) for row in rows(thing)] == [
        ("a", 2, "a", NOW),
        ("b", 3, "b", NOW),
    ]


def test_reading_is_the_instance_that_the_orm_gives(thing):
    thing(name="one", facts={"deep": [1]}, tags=["x"], at=NOW - timedelta(days=1)).save()
    reading = ModelColumns(thing, "t")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {reading.columns}, 'more' FROM common_thing AS t")  # noqa: S608 - names of the model
        read, rest = reading.read_row(cursor.fetchone())

    by_orm = thing.objects.get()
    assert (read, rest) == (by_orm, ("more",))
    names = [field.attname for field in thing._meta.fields]
    assert [getattr(read, name) for name in names] == [getattr(by_orm, name) for name in names]


def test_a_new_instance_is_as_the_model_makes_it(thing, alice):
    made = make_new(thing, {}, name="one", number=3)
    by_model = thing(name="one", number=3)
    names = [field.attname for field in thing._meta.fields]

    assert [getattr(made, name) for name in names if name != "mark"] == [
        getattr(by_model, name) for name in names if name != "mark"
    ]
    assert made.mark != by_model.mark
    assert made.tags is not make_new(thing, {}).tags
    assert made._state.adding
    made.save()
    assert thing.objects.get() == made


def test_a_new_instance_knows_those_that_it_is_related_to(alice, django_assert_num_queries):
    with django_assert_num_queries(0):
        preference = make_new(Preference, {"person": alice})
        nobody = make_new(Preference, {"person": None})

        assert (preference.person, preference.person_id) == (alice, alice.pk)
        assert nobody.person_id is None


def test_a_model_that_does_more_when_it_is_made_is_left_to_the_orm():
    with isolate_apps("common"):

        class Counted(models.Model):
            class Meta:
                app_label = "common"

            def __init__(self, *args, **fields) -> None:
                super().__init__(*args, **fields)
                self.count = 0

            def __str__(self) -> str:
                return str(self.count)

    with pytest.raises(TypeError, match="its own way"):
        make_new(Counted, {})


def test_counting_our_tables_keeps_no_lock_that_other_databases_wait_for():
    """Two suites on one server once waited for each other here, until one of them gave up."""
    ours = set(connection.introspection.django_table_names(only_existing=True))
    analyze_tables()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relation::regclass::text FROM pg_locks"
            " WHERE pid = pg_backend_pid() AND mode = 'ShareUpdateExclusiveLock'"
        )
        locked = {name for (name,) in cursor.fetchall()}

    assert locked == ours
