"""When something is asked after a session, and which one question it is."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from accounts.services import choose_zone
from notifications.models import InboxItem, Notification
from notifications.registry import Nothing
from sessions_app.afterwards.followups import NextStepInput, drop_next_step
from sessions_app.afterwards.notices import next_step_dues
from sessions_app.afterwards.questions import question_of
from sessions_app.booking.changes import cancel_booking, move_booking
from sessions_app.booking.clock import complete_ended
from sessions_app.booking.notices.due import followup_dues
from sessions_app.models import Booking, BookingState, FollowUpQuestion, NextStep
from tests.conftest import NOW, at
from tests.sessions_app.conftest import THURSDAY
from tests.sessions_app.helpers.followups import (
    CONTACT,
    DAY,
    DONE,
    END,
    FOURTEEN,
    NEXT_STEP,
    NO,
    OTHER,
    PARTLY,
    SOLVED,
    THREE,
    YES,
    answer,
    planned,
    write,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def over(booking):
    complete_ended(now=END)
    booking.refresh_from_db()
    return booking


def asked(booking, step, now=END + 3 * DAY) -> FollowUpQuestion | Nothing:
    return question_of(booking, step, action=NextStep.objects.filter(booking=booking).first(), now=now)


def test_followup_dues_are_the_mentees_after_three_and_fourteen_days(booking, bob):
    dues = followup_dues(booking)

    assert [(due.kind, due.recipient_id, due.due_at, due.send_before) for due in dues] == [
        ("follow_up_three_days", bob.pk, END + 3 * DAY, END + 10 * DAY),
        ("follow_up_two_weeks", bob.pk, END + 14 * DAY, END + 21 * DAY),
    ]
    assert {(due.subject_type, due.subject_id, due.version) for due in dues} == {
        ("booking", booking.pk, booking.version)
    }


def test_followup_dues_of_a_hold_are_none():
    assert followup_dues(Booking(pk=1, mentor_id=1, mentee=None)) == []


def test_follow_ups_are_planned_with_the_booking_and_move_with_it(booking, bob):
    start = at("2026-11-27 10:00")
    move_booking(booking=booking, start=start, by=bob, now=NOW)
    end = start + timedelta(minutes=25)

    assert planned("follow_up_three_days") == [("bob@example.org", end + 3 * DAY, end + 10 * DAY)]
    assert planned("follow_up_two_weeks") == [("bob@example.org", end + 14 * DAY, end + 21 * DAY)]


def test_follow_ups_of_a_cancelled_session_fall_silent(booking, bob):
    cancel_booking(booking=booking, by=bob, reason="", now=NOW)

    assert (planned("follow_up_three_days"), planned("follow_up_two_weeks")) == ([], [])


@pytest.mark.parametrize(
    ("zone", "due_at", "until"),
    [
        ("Europe/London", "2026-11-30 09:00", "2026-12-01 00:00"),
        ("Asia/Kolkata", "2026-11-30 03:30", "2026-11-30 18:30"),
        ("Pacific/Kiritimati", "2026-11-29 19:00", "2026-11-30 10:00"),
        ("America/Los_Angeles", "2026-11-30 17:00", "2026-12-01 08:00"),
        ("", "2026-11-30 09:00", "2026-12-01 00:00"),
    ],
)
def test_a_step_is_due_at_nine_of_its_persons_morning_and_on_that_day_only(over, bob, zone, due_at, until):
    bob.timezone = zone
    bob.save()

    write(over, bob)

    assert planned("action_due") == [("bob@example.org", at(due_at), at(until))]


@pytest.mark.parametrize(
    ("zone", "now", "due_at", "until"),
    [
        ("America/Los_Angeles", "2026-11-29 12:00", "2026-11-30 17:00", "2026-12-01 08:00"),
        ("Pacific/Kiritimati", "2026-11-29 12:00", "2026-11-29 19:00", "2026-11-30 10:00"),
        # At once, where that morning has begun already
        ("Pacific/Kiritimati", "2026-11-30 02:00", "2026-11-29 19:00", "2026-11-30 10:00"),
    ],
)
def test_a_step_is_due_in_the_morning_of_the_zone_where_its_person_is_now(over, bob, zone, now, due_at, until):
    write(over, bob)
    with time_machine.travel(at(now), tick=False):
        choose_zone(bob, zone)

    assert planned("action_due") == [("bob@example.org", at(due_at), at(until))]
    assert list(InboxItem.objects.filter(kind="action_due").values_list("at", flat=True)) == [at(due_at)]


def test_a_step_whose_day_is_over_where_its_person_is_now_stays_due(over, bob):
    bob.timezone = "America/Los_Angeles"
    bob.save()
    write(over, bob)
    before = planned("action_due")
    with time_machine.travel(at("2026-11-30 16:00"), tick=False):
        choose_zone(bob, "Pacific/Kiritimati")

    assert planned("action_due") == before


def test_a_step_of_which_its_person_was_reminded_is_not_said_again_elsewhere(over, bob):
    write(over, bob)
    Notification.objects.filter(kind="action_due").update(state="sent", sent_at=at("2026-11-30 03:30"))
    with time_machine.travel(at("2026-11-30 04:00"), tick=False):
        choose_zone(bob, "America/Los_Angeles")

    assert planned("action_due") == []
    assert Notification.objects.filter(kind="action_due").count() == 1


def test_a_step_on_the_day_that_clocks_go_forward_is_due_at_nine_by_the_new_clock(over, bob):
    bob.timezone = "Europe/London"
    bob.save()

    write(over, bob, NextStepInput("a", "b", date(2027, 3, 28)))

    assert planned("action_due")[0][1:] == (at("2027-03-28 08:00"), at("2027-03-28 23:00"))


def test_a_step_written_after_nine_of_its_day_has_no_reminder(over, bob):
    now = datetime(2026, 11, 30, 4, tzinfo=UTC)  # 9:30 in Kolkata

    action = write(over, bob, now=now)

    assert (next_step_dues(action), planned("action_due")) == ([], [])


def test_a_step_that_is_done_has_no_reminder(over, bob):
    action = write(over, bob)
    action.done_at = END

    assert next_step_dues(action) == []


def test_the_first_question_is_whether_it_is_solved(over):
    assert asked(over, THREE) == SOLVED


@pytest.mark.parametrize(
    ("due_on", "question"),
    [
        pytest.param(date(2026, 11, 28), DONE, id="its-day-is-over"),
        pytest.param(date(2026, 11, 29), SOLVED, id="asked-this-morning"),
        pytest.param(date(2026, 12, 5), SOLVED, id="its-day-is-ahead"),
    ],
)
def test_the_first_question_is_about_a_step_whose_day_is_over(over, bob, due_on, question):
    write(over, bob, NextStepInput("a", "b", due_on))

    assert asked(over, THREE) == question


@pytest.mark.parametrize("value", [YES, PARTLY, NO])
def test_a_step_that_was_spoken_about_is_not_asked_about_again(over, bob, value):
    write(over, bob, NextStepInput("a", "b", date(2026, 11, 28)))
    answer(over, bob, NEXT_STEP, DONE, value, now=END + 2 * DAY)

    assert asked(over, THREE) == SOLVED


@pytest.mark.parametrize(
    ("first", "second"),
    [(None, SOLVED), (YES, Nothing("solved")), (PARTLY, CONTACT), (NO, CONTACT), (OTHER, CONTACT)],
)
def test_the_second_question_follows_from_the_first_answer(over, bob, first, second):
    if first:
        answer(over, bob, THREE, SOLVED, first, now=END + 3 * DAY)

    assert asked(over, FOURTEEN, now=END + 14 * DAY) == second


def test_what_is_answered_is_not_asked_again(over, bob):
    answer(over, bob, THREE, SOLVED, NO)

    assert asked(over, THREE) == Nothing("answered")


def test_a_session_that_was_followed_by_another_is_not_asked_about(over, bob, offer):
    later = Booking.objects.get(pk=over.pk)
    later.pk, later.uuid, later.state = None, "00000000-0000-4000-8000-000000000001", BookingState.CONFIRMED
    later.during = type(over.during)(THURSDAY + 2 * DAY, THURSDAY + 2 * DAY + timedelta(minutes=25), "[)")
    later.save()

    assert asked(over, THREE) == Nothing("another session follows")
    assert asked(later, THREE) == SOLVED


def test_a_step_that_is_done_or_dropped_is_not_asked_about(over, bob):
    write(over, bob)
    assert asked(over, NEXT_STEP) == DONE

    answer(over, bob, NEXT_STEP, DONE, YES)
    assert asked(over, NEXT_STEP) == Nothing("step is done or gone")

    drop_next_step(booking=over, by=bob)
    assert asked(over, NEXT_STEP) == Nothing("step is done or gone")
