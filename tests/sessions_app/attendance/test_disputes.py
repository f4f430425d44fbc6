"""A missed session afterwards: what happened, what is not right, and what staff decide."""

import pytest
from django.core.exceptions import PermissionDenied

from notifications.models import Notification
from sessions_app.attendance.acts import answer_absent, join_call, say_absent, settle_silent
from sessions_app.attendance.disputes import contest_missed, decide_attendance, explain_missed
from sessions_app.attendance.facts import attendance_of
from sessions_app.booking.clock import complete_ended
from sessions_app.models import AttendanceKind, Booking, BookingEvent
from tests.conftest import make_staff
from tests.sessions_app.helpers.attendance import DAY, END, after, mails, state_of, told
from tests.sessions_app.helpers.followups import code_of

pytestmark = pytest.mark.django_db


def test_who_missed_it_says_once_what_happened(missed, alice, bob):
    explain_missed(booking=missed, by=bob, words="The train stood still", now=after(90))

    assert told(alice, after(90))[0] == ("explained", "Bob", "Thu 26 Nov, 14:30")
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


def test_the_other_is_told_by_mail_and_says_once_how_it_was_for_them(contested, alice, bob):
    assert mails("contested") == ["alice@example.org"]
    assert code_of(lambda: explain_missed(booking=contested, by=bob, words="Me too", now=after(91))) == "explained"
    explain_missed(booking=contested, by=alice, words="I waited for ten minutes", now=END + 9 * DAY)

    last = attendance_of(contested).acts[-1]
    assert (last.kind, last.person, last.words) == ("explained", alice, "I waited for ten minutes")
    assert attendance_of(contested).is_contested
    again = {"booking": contested, "by": alice, "words": "And", "now": END + 9 * DAY}
    assert code_of(lambda: explain_missed(**again)) == "explained"


def test_after_the_decision_nobody_adds_their_side(contested, alice, maria):
    decide_attendance(booking=contested, decision=AttendanceKind.HELD, by=maria, reason="", now=END + DAY)

    assert code_of(lambda: explain_missed(booking=contested, by=alice, words="And", now=END + DAY)) == "not_missed"


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
    decided = "attendance_decided"
    assert [told(person, END + DAY)[0][:2] for person in (alice, bob)] == [(decided, "Bob"), (decided, "Alice")]
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


def test_clock_leaves_alone_what_staff_decided(waiting, bob, maria):
    """Bob says nothing until the clock records that he missed it; then he disputes that, and staff agree with him."""
    settle_silent(now=after(15))
    contest_missed(booking=waiting, by=bob, words="I was in the call", now=after(90))
    decide_attendance(booking=waiting, decision=AttendanceKind.HELD, by=maria, reason="", now=END + DAY)

    assert settle_silent(now=END + 2 * DAY) == 0
    assert state_of(waiting) == "completed"


def test_nobody_decides_about_a_session_of_their_own(contested, bob, charlie):
    make_staff(bob)
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
