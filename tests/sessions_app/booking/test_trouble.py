"""Trouble of the database that passes is said as what it is: nobody is told that a time is taken which is free."""

import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction

from common.trouble import is_passing, sqlstate_of
from sessions_app.booking.clock import complete_ended
from sessions_app.booking.holds import hold_slot
from sessions_app.errors import SessionError
from sessions_app.locks import atomic_act
from sessions_app.models import Booking, BookingState, Feedback
from sessions_app.questions.brief_input import BriefInput
from tests.api.conftest import program  # noqa: F401 - a fixture
from tests.conftest import NOW
from tests.sessions_app.conftest import QUESTION, THURSDAY, book
from tests.sessions_app.helpers.pages import text_of
from tests.test_bad_input import fields_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("now")]


@contextmanager
def held_by_another(person):
    """Somebody else has the person's row and doesn't give it back in time; this connection is impatient."""
    done, has_it = threading.Event(), threading.Event()

    def keep() -> None:
        with transaction.atomic():
            type(person).objects.locked(person)
            has_it.set()
            done.wait()
        connection.close()

    keeper = threading.Thread(target=keep)
    keeper.start()
    has_it.wait()
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
        done.set()
        keeper.join()


@pytest.fixture
def locked(alice):
    with held_by_another(alice):
        yield


def test_a_lock_that_is_not_given_back_is_busy(offer, bob, locked):
    with pytest.raises(SessionError) as refused:
        book(offer, bob)

    assert (refused.value.code, refused.value.status) == ("busy", 503)
    assert Booking.objects.count() == 0


def test_the_page_keeps_choice_and_words_and_the_same_press_books(offer, bob, client_for, locked):
    data = {"offer": str(offer.uuid), "start": "2026-11-26T14:30Z", "question": "Keep this?", "key": "k"}

    page = client_for(bob).post("/mentors/alice-adair/book/", data)

    shown = page.content.decode()
    assert page.status_code == 503
    assert "taken" not in text_of(page)
    assert "Keep this?" in text_of(page)
    assert 'value="2026-11-26T14:30Z"' in shown


def test_a_program_is_told_when_to_send_it_again(offer, bob, program, locked):  # noqa: F811
    wish = {"offer": str(offer.uuid), "start": "2026-11-26T14:30:00Z", "brief": {"question": QUESTION}}

    answer = program(bob).answer("POST", "bookings/", wish)

    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "busy", "3")


def test_who_signs_in_with_a_held_time_keeps_it(alice, offer, bob, client_for):
    """The code was right, the time is theirs; that it couldn't be booked at this moment ends nothing."""
    client = client_for(bob)
    held = hold_slot(offer=offer, start=THURSDAY, brief=BriefInput(question=QUESTION), held_for="x", now=NOW)
    session = client.session
    session["hold"] = str(held.uuid)
    session.save()

    with held_by_another(alice):
        busy = client.post("/mentors/alice-adair/book/email/", {})
    again = client.post("/mentors/alice-adair/book/email/", {})

    held.refresh_from_db()
    assert busy["Location"] == "/mentors/alice-adair/book/"
    assert (again["Location"], held.state, held.mentee) == (f"/sessions/{held.uuid}/", BookingState.CONFIRMED, bob)


def test_a_session_that_cannot_be_cancelled_right_now_is_cancelled_by_the_next_press(booking, alice, client_for):
    client, address = client_for(booking.mentee), f"/sessions/{booking.uuid}/cancel/"
    with held_by_another(alice):
        page = client.post(address, {"reason": "I solved it"})

    booking.refresh_from_db()
    assert (page.status_code, booking.state) == (503, BookingState.CONFIRMED)
    assert fields_in(page.content.decode())["reason"] == "I solved it"
    assert client.post(address, {"reason": "I solved it"}).status_code == 302


def test_feedback_that_cannot_be_kept_right_now_stays_on_its_page(booking, alice, client_for):
    client, address = client_for(booking.mentee), f"/sessions/{booking.uuid}/feedback/"
    typed = {"resolution": "partly", "left_with": "A plan for Friday"}
    with time_machine.travel(booking.end + timedelta(minutes=5), tick=False):
        complete_ended(now=booking.end + timedelta(minutes=5))
        with held_by_another(alice):
            page = client.post(address, typed)
        again = client.post(address, typed)

    assert (page.status_code, fields_in(page.content.decode())["left_with"]) == (503, "A plan for Friday")
    assert (again.status_code, Feedback.objects.get().left_with) == (302, "A plan for Friday")


def test_pages_that_are_no_bookings_say_busy_too(alice, client_for):
    """Such as a mentor's own week, whose lock is the same."""
    client = client_for(alice)
    with held_by_another(alice):
        page = client.post("/mentor/availability/time-off/add/", {"first": "2026-12-20", "last": "2026-12-21"})

    assert (page.status_code, page["Retry-After"]) == (503, "3")


@pytest.mark.parametrize(
    ("statement", "passes"),
    [
        ("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '55P03'; END $$", True),
        ("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40P01'; END $$", True),
        ("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$", True),
        ("SET LOCAL statement_timeout = 1; SELECT pg_sleep(60)", True),
        ("SELECT 1 / 0", False),
        ("INSERT INTO sessions_app_occupancy (during) VALUES (NULL)", False),
    ],
)
def test_what_passes_by_itself(statement, passes):
    with pytest.raises(DatabaseError) as found, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert is_passing(found.value) is passes


@pytest.mark.parametrize(
    ("state", "constraint", "code"),
    [
        ("23P01", "nobody_is_promised_to_two_places_at_once", "taken"),
        ("23505", "one_time_per_participant", "taken"),
        ("55P03", "", "busy"),
        ("40P01", "", "busy"),
        ("40001", "", "busy"),
        ("57014", "", "busy"),
    ],
)
def test_only_a_refusal_of_the_time_itself_is_taken(state, constraint, code):
    """As the database raises it, twice, since some are tried once more."""
    with pytest.raises(SessionError) as refused:
        raising(state=state, constraint=constraint)

    assert refused.value.code == code


@pytest.mark.parametrize("constraint", ["one_booking_per_key", "one_live_engagement_per_pair"])
def test_any_other_conflict_is_a_fault_and_not_taken(constraint):
    with pytest.raises(IntegrityError):
        raising(state="23505", constraint=constraint)


@atomic_act
def raising(*, state: str, constraint: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{state}', CONSTRAINT = '{constraint or 'none'}'; END $$"
        )


def test_a_deadlock_is_tried_once_more():
    tries = []

    @atomic_act
    def second_time_lucky() -> str:
        tries.append(1)
        if len(tries) == 1:
            raising.__wrapped__(state="40P01", constraint="")
        return "done"

    assert (second_time_lucky(), len(tries)) == ("done", 2)
    assert sqlstate_of(OperationalError()) == ""
