"""Who came: facts, statements, answers, the clock's word on silence, and what staff decide."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction

from accounts.models import User
from mentors.models import Format
from notifications.inbox import entries
from notifications.models import InboxItem, Notification
from sessions_app.attendance import attendance_of
from sessions_app.models import AttendanceAct, AttendanceKind, Booking, BookingEvent, Occupancy
from sessions_app.services import (
    answer_absent,
    cancel_booking,
    complete_ended,
    contest_missed,
    decide_attendance,
    explain_missed,
    give_feedback,
    join_call,
    move_booking,
    run_late,
    say_absent,
    settle_silent,
    take_back_absent,
)
from tests.conftest import NOW, at, make_mentor, make_person

from .attending import DAY, END, MINUTE, after
from .conftest import THURSDAY, book
from .following import code_of

pytestmark = pytest.mark.django_db


def acts(booking) -> list[tuple]:
    return [
        (act.person.first_name, act.kind, act.at - THURSDAY) for act in AttendanceAct.objects.filter(booking=booking)
    ]


def told(person: User, now) -> list[str]:
    items = list(InboxItem.objects.shown_to(person, now).filter(at__gte=THURSDAY - 10 * MINUTE).order_by("-at", "-pk"))
    return [entry.line.text for entry in entries(items, reader=person, now=now)]


def state_of(booking) -> str:
    return Booking.objects.get(pk=booking.pk).state


def mails(kind: str) -> list[str]:
    return list(Notification.objects.filter(kind=kind).values_list("recipient__email", flat=True))


# Facts


def test_join_is_noted_once_a_minute_while_the_call_is_open(booking, alice, bob):
    assert code_of(lambda: join_call(booking=booking, by=bob, now=after(-10.1))) == "not_open"
    for minute in (-10, -9.5, 0, 39.9):
        join_call(booking=booking, by=bob, now=after(minute))
    join_call(booking=booking, by=alice, now=after(0))
    assert code_of(lambda: join_call(booking=booking, by=bob, now=after(40))) == "not_open"

    joined = {(name, span / MINUTE) for name, kind, span in acts(booking) if kind == "joined"}
    assert joined == {("Bob", -10.0), ("Bob", 0.0), ("Bob", 39.9), ("Alice", 0.0)}


def test_join_of_others_sessions_is_refused(booking, charlie):
    assert code_of(lambda: join_call(booking=booking, by=charlie, now=after(0))) == "not_yours"


def test_join_before_a_move_says_nothing_about_the_new_time(booking, alice, bob):
    join_call(booking=booking, by=bob, now=after(-9))
    moved = move_booking(booking=booking, start=at("2026-11-27 10:00"), by=alice, now=after(-5))

    assert attendance_of(moved).acts == ()


def test_facts_cannot_be_changed_or_taken_out(waiting):
    for attempt in (lambda: AttendanceAct.objects.update(at=NOW), lambda: AttendanceAct.objects.all().delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            attempt()


def test_database_keeps_one_statement_of_a_kind_and_one_decision(waiting, alice, maria):
    def write(person, kind, now=END):
        AttendanceAct.objects.create(booking=waiting, start=waiting.start, person=person, kind=kind, at=now)

    with pytest.raises(IntegrityError, match="attendance_is_said_after_the_start"), transaction.atomic():
        write(alice, AttendanceKind.CAME, after(-1))
    with pytest.raises(IntegrityError, match="attendance_is_said_once"), transaction.atomic():
        write(alice, AttendanceKind.ABSENT)
    write(maria, AttendanceKind.HELD)
    with pytest.raises(IntegrityError, match="attendance_is_decided_once"), transaction.atomic():
        write(maria, AttendanceKind.MENTEE_MISSED)


def test_running_late_is_told_once_and_at_once_without_a_mail(booking, alice, bob):
    run_late(booking=booking, by=bob, now=after(-3))
    run_late(booking=booking, by=bob, now=after(-1))

    assert told(alice, after(-3)) == ["Bob is running late: Thu 26 Nov, 14:30"]
    assert mails("running_late") == []
    assert code_of(lambda: run_late(booking=booking, by=bob, now=END)) == "not_now"
    assert code_of(lambda: run_late(booking=booking, by=alice, now=after(-60.1))) == "not_now"


# Statements


@pytest.mark.parametrize(
    ("minutes", "code"),
    [
        pytest.param(4.9, "too_early", id="before-five-minutes"),
        pytest.param(25 + 24 * 60, "too_late", id="a-day-after"),
    ],
)
def test_say_absent_has_its_time(booking, alice, minutes, code):
    join_call(booking=booking, by=alice, now=after(0))

    assert code_of(lambda: say_absent(booking=booking, by=alice, now=after(minutes))) == code


def test_say_absent_needs_the_waiting_side_in_the_call(booking, alice):
    assert code_of(lambda: say_absent(booking=booking, by=alice, now=after(5))) == "not_there"


def test_say_absent_needs_no_call_where_there_is_none(offer, bob, alice):
    offer.format = Format.PHONE
    offer.save()
    booking = book(offer, bob)

    say_absent(booking=booking, by=alice, now=after(5))

    assert settle_silent(now=after(15)) == 1


def test_say_absent_is_refused_to_who_said_how_it_went(booking, alice):
    join_call(booking=booking, by=alice, now=after(0))
    complete_ended(now=END)
    give_feedback(booking=booking, by=alice, now=END, answers={"resolution": "yes"})

    assert code_of(lambda: say_absent(booking=booking, by=alice, now=END)) == "was_held"


def test_say_absent_asks_the_other_side(waiting, alice, bob):
    say_absent(booking=waiting, by=alice, now=after(6))

    assert acts(waiting)[1:] == [("Alice", "absent", 5 * MINUTE)]
    assert mails("not_here") == ["bob@example.org"]
    assert told(bob, after(5)) == ["Alice waits for you in your session: Thu 26 Nov, 20:00"]
    assert state_of(waiting) == "confirmed"


def test_cancelled_session_has_no_attendance(booking, alice, bob):
    cancel_booking(booking=booking, by=bob, reason="Ill", now=NOW)

    assert code_of(lambda: join_call(booking=booking, by=alice, now=after(0))) == "not_open"
    assert code_of(lambda: run_late(booking=booking, by=alice, now=after(0))) == "not_now"
    assert code_of(lambda: say_absent(booking=booking, by=alice, now=after(5))) == "not_held"
    assert acts(booking) == []


# Silence and answers


def test_silence_is_a_missed_session_fifteen_minutes_after_the_start(waiting, alice, bob):
    assert settle_silent(now=after(15) - timedelta(seconds=1)) == 0
    assert settle_silent(now=after(15)) == 1
    assert settle_silent(now=after(15)) == 0

    assert (state_of(waiting), Occupancy.objects.count()) == ("mentee_no_show", 0)
    event = BookingEvent.objects.latest("pk")
    assert (event.by, event.from_state, event.to_state, event.at) == (None, "confirmed", "mentee_no_show", after(15))
    assert (mails("missed"), mails("did_not_join")) == (["bob@example.org"], ["alice@example.org"])
    assert told(bob, after(15)) == ["You missed your session with Alice: Thu 26 Nov, 20:00"]
    assert told(alice, after(15)) == ["Bob did not join: Thu 26 Nov, 14:30"]


def test_mentor_can_be_the_one_who_missed_it(booking, alice, bob):
    join_call(booking=booking, by=bob, now=after(0))
    say_absent(booking=booking, by=bob, now=after(12))

    assert settle_silent(now=after(21)) == 0
    assert settle_silent(now=after(22)) == 1
    assert state_of(booking) == "mentor_no_show"
    assert (mails("missed"), mails("did_not_join")) == (["alice@example.org"], ["bob@example.org"])


def test_questions_about_a_missed_session_fall_silent(missed):
    asked = ("feedback_request", "feedback_nudge", "follow_up_three_days", "follow_up_two_weeks")

    assert set(Notification.objects.filter(kind__in=asked).values_list("state", "reason")) == {("obsolete", "moved on")}
    assert InboxItem.objects.filter(kind__in=asked).count() == 0
    assert code_of(lambda: give_feedback(booking=missed, by=missed.mentee, now=END, answers={})) == "not_held"


def test_statement_after_the_call_leaves_a_day_to_answer(booking, alice):
    join_call(booking=booking, by=alice, now=after(0))
    complete_ended(now=END)
    say_absent(booking=booking, by=alice, now=after(40))

    assert settle_silent(now=after(40) + DAY - MINUTE) == 0
    assert settle_silent(now=after(40) + DAY) == 1
    assert state_of(booking) == "mentee_no_show"


def test_answer_that_one_came_leaves_nothing_noted(waiting, alice, bob):
    answer_absent(booking=waiting, by=bob, came=True, words="My clock is slow", now=after(8))
    answer_absent(booking=waiting, by=bob, came=True, now=after(9))

    assert settle_silent(now=after(60)) == 0
    assert told(alice, after(8)) == ["Bob says: I came. Thu 26 Nov, 14:30"]
    assert (state_of(waiting), complete_ended(now=END)) == ("confirmed", 1)


def test_answer_that_one_missed_it_settles_it_at_once(waiting, bob):
    answer_absent(booking=waiting, by=bob, came=False, words="I forgot", now=after(8))

    assert state_of(waiting) == "mentee_no_show"
    assert (BookingEvent.objects.latest("pk").by, mails("missed")) == (bob, ["bob@example.org"])
    assert settle_silent(now=after(15)) == 0
    assert InboxItem.objects.get(kind="missed").read_at is not None


@pytest.mark.parametrize("came", [True, False])
def test_answer_comes_too_late_once_it_is_settled(missed, bob, came):
    assert code_of(lambda: answer_absent(booking=missed, by=bob, came=came, now=after(16))) == "settled"


def test_answer_needs_a_question(waiting, alice):
    assert code_of(lambda: answer_absent(booking=waiting, by=alice, came=True, now=after(6))) == "settled"


def test_who_has_joined_is_not_missing_by_silence(waiting, bob):
    join_call(booking=waiting, by=bob, now=after(7))

    assert settle_silent(now=after(60)) == 0


def test_who_has_said_how_it_went_is_not_missing_by_silence(waiting, bob):
    complete_ended(now=END)
    give_feedback(booking=waiting, by=bob, now=END, answers={"resolution": "yes"})

    assert settle_silent(now=END + DAY) == 0


def test_statement_can_be_taken_back(waiting, alice, bob):
    take_back_absent(booking=waiting, by=alice, now=after(7))
    take_back_absent(booking=waiting, by=alice, now=after(8))

    assert settle_silent(now=after(60)) == 0
    assert attendance_of(waiting).question_to(bob) is None


def test_who_took_a_statement_back_can_be_asked_in_turn(waiting, alice, bob):
    take_back_absent(booking=waiting, by=alice, now=after(7))
    join_call(booking=waiting, by=bob, now=after(7))
    say_absent(booking=waiting, by=bob, now=after(8))

    assert settle_silent(now=after(60)) == 0
    assert not attendance_of(waiting).is_contested
    answer_absent(booking=waiting, by=alice, came=True, now=after(9))
    assert acts(waiting)[-1] == ("Alice", "came", 9 * MINUTE)


def test_what_is_settled_is_not_taken_back(missed, alice):
    assert code_of(lambda: take_back_absent(booking=missed, by=alice, now=after(16))) == "settled"


def test_contradicting_statements_punish_nobody_and_go_to_staff(waiting, alice, bob):
    join_call(booking=waiting, by=bob, now=after(5))
    say_absent(booking=waiting, by=bob, now=after(6))

    assert settle_silent(now=after(60)) == 0
    assert (state_of(waiting), complete_ended(now=END)) == ("confirmed", 1)
    assert attendance_of(waiting).is_contested
    assert told(alice, after(6)) == ["Bob asks our team to look at your session: Thu 26 Nov, 14:30"]


# Afterwards


def test_who_missed_it_says_once_what_happened(missed, alice, bob):
    explain_missed(booking=missed, by=bob, words="The train stood still", now=after(90))

    assert told(alice, after(90))[0] == "Bob says what happened: Thu 26 Nov, 14:30"
    assert code_of(lambda: explain_missed(booking=missed, by=bob, words="And", now=after(91))) == "explained"
    assert code_of(lambda: explain_missed(booking=missed, by=alice, words="And", now=after(91))) == "not_missed"


def test_missed_session_is_contested_within_seven_days(missed, alice, bob):
    assert code_of(lambda: contest_missed(booking=missed, by=bob, words="No", now=END + 7 * DAY)) == "too_late"
    assert code_of(lambda: contest_missed(booking=missed, by=alice, words="No", now=after(90))) == "not_missed"
    contest_missed(booking=missed, by=bob, words="I was in the call", now=END + 6 * DAY)

    assert attendance_of(missed).is_contested
    assert code_of(lambda: contest_missed(booking=missed, by=bob, words="No", now=END + 6 * DAY)) == "contested"


def test_who_waited_may_ask_staff_when_the_other_says_otherwise(waiting, alice, bob):
    assert code_of(lambda: contest_missed(booking=waiting, by=alice, words="No", now=after(7))) == "not_missed"
    answer_absent(booking=waiting, by=bob, came=True, now=after(8))
    contest_missed(booking=waiting, by=alice, words="Nobody was there", now=after(20))

    assert attendance_of(waiting).is_contested


@pytest.fixture
def contested(missed, bob) -> Booking:
    return contest_missed(booking=missed, by=bob, words="I was in the call", now=after(90))


@pytest.mark.parametrize(
    ("decision", "state"),
    [("held", "completed"), ("mentee_missed", "mentee_no_show"), ("mentor_missed", "mentor_no_show")],
)
def test_staff_decide_and_both_are_told(contested, alice, bob, maria, decision, state):
    decide_attendance(
        booking=contested, decision=AttendanceKind(decision), by=maria, reason="Bob had joined.", now=END + DAY
    )

    assert state_of(contested) == state
    assert sorted(mails("attendance_decided")) == ["alice@example.org", "bob@example.org"]
    assert [told(person, END + DAY)[0][:36] for person in (alice, bob)] == ["Our team looked at your session with"] * 2
    event = BookingEvent.objects.latest("pk")
    assert (event.by, event.from_state, event.to_state) == (maria, "mentee_no_show", state)
    later = {"booking": contested, "decision": AttendanceKind.HELD, "by": maria, "reason": "", "now": END + DAY}
    assert code_of(lambda: decide_attendance(**later)) == "changed"
    assert code_of(lambda: contest_missed(booking=contested, by=bob, words="No", now=END + DAY)) == "decided"


def test_after_it_counts_against_nobody_only_what_lies_ahead_is_asked(contested, maria):
    decide_attendance(booking=contested, decision=AttendanceKind.HELD, by=maria, reason="", now=END + DAY)

    ahead = Notification.objects.filter(state="pending", due_at__gt=END + DAY)
    assert sorted(ahead.values_list("kind", flat=True)) == [
        "feedback_nudge",
        "feedback_nudge",
        "follow_up_three_days",
        "follow_up_two_weeks",
    ]


def test_nobody_decides_about_a_session_of_their_own(contested, bob, charlie):
    bob.is_staff = True
    bob.save()
    act = {"booking": contested, "decision": AttendanceKind.HELD, "reason": "", "now": END + DAY}

    assert code_of(lambda: decide_attendance(by=bob, **act)) == "own_session"
    with pytest.raises(PermissionDenied):
        decide_attendance(by=charlie, **act)


def test_staff_decide_when_the_session_is_over(waiting, alice, bob, maria):
    join_call(booking=waiting, by=bob, now=after(5))
    say_absent(booking=waiting, by=bob, now=after(6))
    act = {"booking": waiting, "decision": AttendanceKind.HELD, "by": maria, "reason": ""}

    assert code_of(lambda: decide_attendance(now=after(7), **act)) == "not_over"
    complete_ended(now=END)
    decide_attendance(now=END, **act)
    assert state_of(waiting) == "completed"


def test_nothing_is_decided_that_nobody_contests(missed, maria):
    act = {"booking": missed, "decision": AttendanceKind.HELD, "by": maria, "reason": "", "now": END}

    assert code_of(lambda: decide_attendance(**act)) == "changed"


# The pause


@pytest.fixture
def misses(bob):
    """misses(days, …): so many days before now, bob missed a session as a mentee."""

    def make(*days: int) -> list[Booking]:
        made = []
        for number, day in enumerate(days):
            offer = make_mentor(make_person(f"m{number}@example.org", f"Mentor {chr(65 + number)}")).offers.get()
            start = THURSDAY - day * DAY
            booking = book(offer, bob, start, now=start - 2 * DAY)
            join_call(booking=booking, by=offer.profile.person, now=start)
            say_absent(booking=booking, by=offer.profile.person, now=start + 5 * MINUTE)
            settle_silent(now=start + 15 * MINUTE)
            made.append(booking)
        return made

    return make


AHEAD = THURSDAY + DAY


def test_third_missed_session_pauses_booking_for_fourteen_days(misses, offer, bob):
    misses(70, 28, 14)
    # The last one ended at 14:55, two weeks before.
    refused = {"offer": offer, "mentee": bob, "start": AHEAD}

    assert code_of(lambda: book(**refused, now=THURSDAY + 24 * MINUTE)) == "paused"
    assert book(**refused, now=THURSDAY + 25 * MINUTE).state == "confirmed"


def test_pause_says_until_when(misses, offer, bob):
    misses(21, 14, 7)
    with pytest.raises(Exception, match="You missed 3 sessions lately") as refused:
        book(offer, bob, AHEAD, now=THURSDAY)

    assert "until Thursday 3 December, 20:25" in refused.value.message


@pytest.mark.parametrize("days", [pytest.param((14, 7), id="two"), pytest.param((91, 14, 7), id="one long ago")])
def test_fewer_missed_sessions_pause_nothing(misses, offer, bob, days):
    misses(*days)

    assert book(offer, bob, AHEAD, now=THURSDAY).state == "confirmed"


def test_contested_session_does_not_count_until_it_is_decided(misses, offer, bob, maria):
    *_others, last = misses(21, 14, 7 - 1)
    contest_missed(booking=last, by=bob, words="I was there", now=last.end + DAY)
    assert book(offer, bob, AHEAD, now=THURSDAY).state == "confirmed"

    decide_attendance(booking=last, decision=AttendanceKind.MENTEE_MISSED, by=maria, reason="", now=THURSDAY)
    other = make_mentor(make_person("late@example.org", "Late Lou")).offers.get()
    assert code_of(lambda: book(other, bob, AHEAD, now=THURSDAY)) == "paused"


def test_sessions_that_the_mentor_missed_pause_nobody(booking, alice, bob, offer, settings):
    settings.MISSES_BEFORE_PAUSE = 1
    join_call(booking=booking, by=bob, now=after(0))
    say_absent(booking=booking, by=bob, now=after(5))
    settle_silent(now=after(15))

    with time_machine.travel(END):
        assert book(offer, bob, AHEAD, now=END).state == "confirmed"
