"""Who comes second for a time: refused at once and without the lock, in the words they would have heard under it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg2
import pytest
from django.db import connection
from psycopg2 import extensions

from sessions_app.booking.holds import hold_slot
from sessions_app.booking.race_gate import GATE
from sessions_app.errors import SessionError
from sessions_app.models import Booking, BookingState, Occupancy
from sessions_app.questions.brief_input import BriefInput
from tests.conftest import NOW, make_mentor, make_person
from tests.sessions_app.conftest import QUESTION, THURSDAY, book

pytestmark = pytest.mark.django_db(transaction=True)
LOCK = "SELECT FROM accounts_user WHERE id = ANY(%s) FOR NO KEY UPDATE"
MINUTE = timedelta(minutes=1)


@contextmanager
def another() -> Iterator[extensions.cursor]:
    """A transaction of somebody else's; rolled back in the end."""
    settings = connection.get_connection_params()
    named = {name: settings[name] for name in ("host", "port", "user", "password", "dbname") if settings.get(name)}
    other = psycopg2.connect(**named)
    try:
        with other.cursor() as cursor:
            yield cursor
    finally:
        other.rollback()
        other.close()


@contextmanager
def behind(*people, locked: bool = False) -> Iterator[None]:
    """Somebody else came second for these people too, and is on the way; `locked`: they have the lock by now."""
    ids = [person.pk for person in people]
    with another() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, key) FROM unnest(%s) AS key", [GATE, ids])
        if locked:
            cursor.execute(LOCK, [ids])
        yield


def refusal(*asked, **fields) -> tuple:
    with pytest.raises(SessionError) as refused:
        book(*asked, **fields)
    assert refused.value.__cause__ is None  # said by us, not for want of the lock
    return refused.value.code, refused.value.message, refused.value.earliest


@pytest.fixture
def charlies(offer, charlie) -> Booking:
    return book(offer, charlie)


@pytest.mark.parametrize("prepare", [True, False])
def test_second_is_refused_without_the_lock_as_under_it(alice, offer, bob, charlies, settings, prepare):
    settings.PREPARE_STATEMENTS = prepare
    under_lock = refusal(offer, bob)

    with behind(alice, bob, locked=True):
        assert refusal(offer, bob) == under_lock

    assert under_lock[0] == "taken"
    assert under_lock[2] > THURSDAY
    assert Booking.objects.count() == 1


def test_second_for_their_own_time_is_refused_without_the_lock_as_under_it(alice, offer, bob):
    book(offer, bob)
    dora = make_person("dora@example.org", "Dora Dane")
    other = make_mentor(dora, length=45).offers.get()
    start = THURSDAY - 30 * MINUTE
    under_lock = refusal(other, bob, start)

    with behind(dora, bob, locked=True):
        assert refusal(other, bob, start) == under_lock

    assert under_lock[0] == "own_overlap"


def test_whoever_is_first_waits_for_the_lock(alice, offer, bob, charlies):
    """They are told all that stands against it: what is there may be about to end."""
    waits = threading.Event()
    with another() as cursor:
        cursor.execute(LOCK, [[alice.pk]])

        def attempt() -> None:
            try:
                book(offer, bob)
            except SessionError:
                waits.set()
            finally:
                connection.close()

        racer = threading.Thread(target=attempt)
        racer.start()
        assert not waits.wait(0.3)
        cursor.connection.rollback()
        assert waits.wait(60)
        racer.join()


def test_second_waits_for_the_first_and_gets_the_time_that_it_left(alice, offer, bob):
    with another() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [GATE, alice.pk])
        leave = threading.Timer(0.3, cursor.connection.rollback)
        leave.start()
        booked = book(offer, bob)
        leave.join()

    assert booked.state == BookingState.CONFIRMED


def test_second_for_another_time_books_it(alice, offer, bob, charlies):
    with behind(alice, bob):
        booked = book(offer, bob, THURSDAY + 60 * MINUTE)

    assert Occupancy.objects.filter(booking=booked).count() == 2


def test_second_who_sent_the_same_form_twice_gets_the_same_booking(alice, offer, bob):
    booked = book(offer, bob, key="form")

    with behind(alice, bob):
        assert book(offer, bob, key="form") == booked


def test_second_who_is_together_with_this_mentor_already_hears_that(alice, offer, bob):
    book(offer, bob)

    with behind(alice, bob):
        assert refusal(offer, bob)[0] == "already_together"


def test_an_overdue_hold_is_not_in_the_way_of_who_comes_second(alice, offer, bob):
    held = hold_slot(offer=offer, start=THURSDAY, brief=BriefInput(question=QUESTION), held_for="address", now=NOW)

    with behind(alice, bob):
        booked = book(offer, bob, now=held.expires_at)

    assert booked.state == BookingState.CONFIRMED
