"""Who came: facts, statements, answers, the clock's word on silence, and what staff decide."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from mentors.models import Format
from notifications.models import InboxItem, Notification
from sessions_app.afterwards.feedback import give_feedback
from sessions_app.attendance.acts import answer_absent, join_call, run_late, say_absent, settle_silent, take_back_absent
from sessions_app.attendance.facts import attendance_of
from sessions_app.booking.changes import cancel_booking, move_booking
from sessions_app.booking.clock import complete_ended
from sessions_app.models import AttendanceAct, AttendanceKind, BookingEvent, Occupancy
from tests.conftest import NOW, at
from tests.sessions_app.conftest import book
from tests.sessions_app.helpers.attendance import DAY, END, MINUTE, acts, after, mails, state_of, told
from tests.sessions_app.helpers.followups import code_of

pytestmark = pytest.mark.django_db


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

    assert told(alice, after(-3)) == [("running_late", "Bob", "Thu 26 Nov, 14:30")]
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


@pytest.mark.parametrize(("format_", "needs_call"), [(Format.PHONE, True), (Format.CHAT, False)])
def test_say_absent_needs_no_call_where_there_is_none(offer, bob, alice, format_, needs_call):
    offer.format = format_
    offer.save()
    booking = book(offer, bob)
    if needs_call:
        assert code_of(lambda: say_absent(booking=booking, by=alice, now=after(5))) == "not_there"
        join_call(booking=booking, by=alice, now=after(4))

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
    assert told(bob, after(5)) == [("not_here", "Alice", "Thu 26 Nov, 20:00")]
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
    assert told(bob, after(15)) == [("missed", "Alice", "Thu 26 Nov, 20:00")]
    assert told(alice, after(15)) == [("did_not_join", "Bob", "Thu 26 Nov, 14:30")]


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


def test_who_has_a_day_to_answer_holds_up_nobody(booking, offer, alice, charlie, monkeypatch):
    """However many of them there are: a round looks at what it can settle."""
    monkeypatch.setattr("sessions_app.stuck_rows.AT_ONCE", 1)
    later = book(offer, charlie, after(60))
    for one, joined, said in ((booking, 0, 40), (later, 60, 66)):
        join_call(booking=one, by=alice, now=after(joined))
        say_absent(booking=one, by=alice, now=after(said))

    assert settle_silent(now=after(76)) == 1
    assert (state_of(booking), state_of(later)) == ("confirmed", "mentee_no_show")


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
    assert told(alice, after(8)) == [("says_came", "Bob", "Thu 26 Nov, 14:30")]
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
    assert told(alice, after(6)) == [("contested", "Bob", "Thu 26 Nov, 14:30")]
