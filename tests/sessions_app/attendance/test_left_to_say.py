"""What programs are told can still be said about who came: as long as one of the acts does something, and no longer."""

from datetime import timedelta

import pytest
from django.db import transaction

from sessions_app.afterwards.feedback import give_feedback
from sessions_app.api.attendance import SAYINGS, WITH_WORDS
from sessions_app.attendance.acts import settle_silent
from sessions_app.attendance.disputes import decide_attendance, is_anything_left_to_say
from sessions_app.attendance.facts import attendance_as_read
from sessions_app.booking.changes import cancel_booking
from sessions_app.booking.clock import complete_ended
from sessions_app.errors import SessionError
from sessions_app.models import AttendanceAct, AttendanceKind, Booking
from tests.conftest import NOW, make_staff
from tests.sessions_app.helpers.attendance import after

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
# Minutes after the start
MOMENTS = (-90, -30, -5, 3, 7, 20, 30, 60, 120, 24 * 60, 26 * 60, 6 * 24 * 60, 8 * 24 * 60, 60 * 24 * 60)
# Each is a course of acts: who, what, and when
STORIES = {
    "nothing": [],
    "both came": [("alice", "joined", -2), ("bob", "joined", 1)],
    "late": [("bob", "late", -20)],
    "waits": [("alice", "joined", 0), ("alice", "absent", 6)],
    "arrived": [("alice", "joined", 0), ("alice", "absent", 6), ("alice", "arrived", 8)],
    "missed": [("alice", "joined", 0), ("alice", "absent", 6), ("bob", "missed", 8)],
    "explained": [("alice", "joined", 0), ("alice", "absent", 6), ("bob", "missed", 8), ("bob", "explained", 9)],
    "contested": [("alice", "joined", 0), ("alice", "absent", 6), ("bob", "missed", 8), ("bob", "contested", 9)],
    "came": [("alice", "joined", 0), ("alice", "absent", 6), ("bob", "came", 8)],
    "both wait": [
        ("alice", "joined", 0),
        ("bob", "joined", 0),
        ("alice", "absent", 6),
        ("bob", "absent", 7),
    ],
}


def say(booking: Booking, person, outcome: str, now) -> None:
    words = {"words": "So"} if outcome in WITH_WORDS else {}
    SAYINGS[outcome](booking=booking, by=person, now=now, **words)


def does_something(booking: Booking, person, outcome: str, now) -> bool:
    with transaction.atomic():
        before = AttendanceAct.objects.count()
        try:
            say(booking, person, outcome, now)
        except SessionError:
            return False
        finally:
            has_said = AttendanceAct.objects.count() > before
            transaction.set_rollback(True)
        return has_said


def is_linked(booking: Booking, person, now) -> bool:
    found = Booking.objects.with_people().prefetch_related("attendance", "feedback").get(pk=booking.pk)
    return is_anything_left_to_say(attendance_as_read(found), by=person, now=now)


@pytest.mark.parametrize("story", STORIES)
def test_something_is_left_to_say_as_long_as_an_act_does_something(booking, alice, bob, story):
    people, left = {"alice": alice, "bob": bob}, list(STORIES[story])
    for minutes in MOMENTS:
        now = after(minutes)
        while left and left[0][2] <= minutes:
            who, outcome, moment = left.pop(0)
            say(booking, people[who], outcome, after(moment))
        settle_silent(now=now)
        complete_ended(now=now)
        for person in (alice, bob):
            can = [outcome for outcome in SAYINGS if does_something(booking, person, outcome, now)]
            assert (minutes, person, is_linked(booking, person, now)) == (minutes, person, bool(can)), can


def test_nothing_is_left_after_a_decision_but_to_explain(booking, alice, bob, maria):
    for who, outcome, minutes in STORIES["contested"]:
        say(booking, {"alice": alice, "bob": bob}[who], outcome, after(minutes))
    decide_attendance(booking=booking, decision=AttendanceKind.HELD, by=make_staff(maria), reason="So", now=after(120))

    assert [is_linked(booking, person, after(130)) for person in (alice, bob)] == [False, False]


def test_nothing_is_left_of_a_cancelled_session(booking, alice, bob):
    cancel_booking(booking=booking, by=bob, reason="Ill", now=NOW)

    assert [is_linked(booking, person, after(6)) for person in (alice, bob)] == [False, False]


def test_who_has_said_how_it_went_cant_say_that_nobody_came(booking, alice, bob):
    say(booking, alice, "joined", after(0))
    complete_ended(now=after(60))
    give_feedback(booking=booking, by=alice, now=after(60), answers={"resolution": "yes", "right_person": True})

    assert (is_linked(booking, alice, after(60)), does_something(booking, alice, "absent", after(60))) == (False, False)
