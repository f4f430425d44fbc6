"""Statement, answer, sweep, cancellation and decision raced for with real connections: exactly one counts."""

from collections import Counter
from datetime import timedelta

import pytest

from notifications.models import Notification
from sessions_app.attendance.acts import answer_absent, join_call, say_absent, settle_silent
from sessions_app.attendance.disputes import contest_missed, decide_attendance
from sessions_app.booking.changes import cancel_booking
from sessions_app.models import AttendanceAct, AttendanceKind, Booking, BookingEvent, BookingState, Occupancy
from tests.conftest import make_person
from tests.sessions_app.conftest import THURSDAY, book
from tests.sessions_app.helpers.races import RACERS, race

pytestmark = pytest.mark.django_db(transaction=True)
ASKED, SETTLED = THURSDAY + timedelta(minutes=5), THURSDAY + timedelta(minutes=15)


def asked(offer, mentee) -> Booking:
    """The mentor waits and has told us."""
    booking = book(offer, mentee)
    join_call(booking=booking, by=booking.mentor, now=THURSDAY)
    return say_absent(booking=booking, by=booking.mentor, now=ASKED)


def test_silence_is_settled_once_by_many_sweeps(offer, bob):
    booking = asked(offer, bob)

    race([lambda: settle_silent(now=SETTLED)] * RACERS)

    assert BookingEvent.objects.filter(booking=booking, to_state=BookingState.MENTEE_NO_SHOW).count() == 1
    assert Notification.objects.filter(kind__in=("missed", "did_not_join")).count() == 2


@pytest.mark.parametrize("came", [True, False])
def test_an_answer_and_the_sweep_never_both_count(offer, bob, came):
    for _ in range(3):
        booking = asked(offer, bob)
        answer = lambda booking=booking: answer_absent(booking=booking, by=bob, came=came, now=SETTLED)  # noqa: E731

        outcomes = race([answer, lambda: settle_silent(now=SETTLED)])

        booking.refresh_from_db()
        won = outcomes["won"] == 2
        spoke = AttendanceAct.objects.filter(booking=booking, person=bob).count()
        assert (won, spoke) in {(True, 1), (False, 0)}
        assert booking.state == (BookingState.CONFIRMED if came and won else BookingState.MENTEE_NO_SHOW)
        assert BookingEvent.objects.filter(booking=booking, to_state=BookingState.MENTEE_NO_SHOW).count() <= 1
        Occupancy.objects.all().delete()
        Booking.objects.update(state=BookingState.CANCELLED)


def test_two_who_accuse_each_other_at_once_both_wait_for_staff(offer, alice, bob):
    booking = book(offer, bob)
    for person in (alice, bob):
        join_call(booking=booking, by=person, now=THURSDAY)

    outcomes = race(
        [lambda person=person: say_absent(booking=booking, by=person, now=ASKED) for person in (alice, bob)]
    )

    assert (outcomes, settle_silent(now=SETTLED)) == ({"won": 2}, 0)
    kinds = Counter(AttendanceAct.objects.filter(booking=booking).values_list("kind", flat=True))
    assert (kinds["absent"], kinds["contested"]) == (2, 1)


def test_of_a_statement_and_a_cancellation_one_counts(offer, alice, bob):
    booking = book(offer, bob)
    join_call(booking=booking, by=alice, now=THURSDAY)
    outcomes = race(
        [
            lambda: say_absent(booking=booking, by=alice, now=ASKED),
            lambda: cancel_booking(booking=booking, by=bob, reason="Ill", now=THURSDAY - timedelta(minutes=1)),
        ]
    )

    booking.refresh_from_db()
    settle_silent(now=SETTLED)
    booking.refresh_from_db()
    # A statement that came first does not undo the cancellation, and nobody has missed what was cancelled.
    assert booking.state == BookingState.CANCELLED
    assert outcomes["won"] == 1 + AttendanceAct.objects.filter(kind="absent").count()


def test_one_of_two_who_decide_at_once_decides(offer, bob, maria):
    booking = asked(offer, bob)
    settle_silent(now=SETTLED)
    contest_missed(booking=booking, by=bob, words="I was there", now=THURSDAY + timedelta(hours=1))
    another = make_person("max@example.org", "Max Moor", is_staff=True)
    ways = [(maria, AttendanceKind.HELD), (another, AttendanceKind.MENTEE_MISSED)]

    outcomes = race(
        [
            lambda by=by, decision=decision: decide_attendance(
                booking=booking, decision=decision, by=by, reason="", now=THURSDAY + timedelta(hours=2)
            )
            for by, decision in ways
        ]
    )

    assert outcomes == {"won": 1, "changed": 1}
    assert Notification.objects.filter(kind="attendance_decided").count() == 2
