"""What is remembered comes back as it was made, and only where nothing else was written before."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests.conftest import make_mentor, make_person
from tests.remembering import Memory, read_rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def memory() -> Memory:
    """Of its own, which nobody asked before."""
    kept = Memory()
    with connection.execute_wrapper(kept.watch):
        yield kept


def make_one() -> User:
    return make_person("one@example.org", "One")


def make_her_mentor(person: User) -> User:
    """A step that also changes what was there."""
    make_mentor(person)
    User.objects.filter(pk=person.pk).update(name="Two")
    person.refresh_from_db()
    return person


@contextmanager
def a_test(memory: Memory, *module: str) -> Iterator[None]:
    """It writes what it likes, and nothing of it is there afterwards."""
    with transaction.atomic(), memory.test_of(*module):
        yield
        transaction.set_rollback(True)


def test_rows_and_objects_come_back_without_being_made(memory):
    found = []
    for _time in range(2):
        with a_test(memory):
            one = memory.make(make_one)
            two = memory.make(make_her_mentor, one)
            found.append((one.pk, one.name, two.name, two.mentor_profile.slug, read_rows()))

    assert found[0] == found[1]
    assert found[0][1:4] == ("One", "Two", "one")


def test_it_is_made_again_where_something_else_was_written_first(memory):
    numbers = []
    for _time in range(2):
        with a_test(memory):
            make_person("other@example.org", "Other")
            numbers.append(memory.make(make_one).pk)

    assert len(set(numbers)) == 2


def test_an_object_that_a_test_changes_is_as_it_was_in_the_next(memory):
    for _time in range(2):
        with a_test(memory):
            one = memory.make(make_one)
        assert one.name == "One"
        one.name = "Changed"


def test_arguments_make_a_difference(memory):
    names = []
    for name in ("Ann", "Ben", "Ann"):
        with a_test(memory):
            names.append(memory.make(make_person, "one@example.org", name).name)

    assert names == ["Ann", "Ben", "Ann"]


def test_what_was_written_for_the_module_since_is_another_beginning(memory):
    numbers = []
    for number in range(2):
        make_person(f"module{number}@example.org", "Of the module")
        with a_test(memory, "module"):
            numbers.append(memory.make(make_one).pk)

    assert len(set(numbers)) == 2


def test_writing_back_asks_the_database_once(memory):
    with a_test(memory):
        memory.make(make_one)
    with a_test(memory), CaptureQueriesContext(connection) as asked:
        memory.make(make_one)

    assert len([query for query in asked if "SAVEPOINT" not in query["sql"]]) == 1
