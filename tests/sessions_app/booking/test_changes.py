from datetime import timedelta

import pytest

from mentors.models import MentorProfile, Offer
from notifications.models import Notification
from sessions_app.booking.changes import (
    cancel_booking,
    edit_brief,
    move_booking,
    why_not_cancel,
    why_not_edit,
    why_not_move,
    why_over,
)
from sessions_app.errors import SessionError
from sessions_app.models import Booking, BookingState, Brief, Occupancy
from sessions_app.models.states import CALLED_OFF, OVER
from sessions_app.questions.brief_input import BriefInput
from tests.conftest import NOW, at
from tests.sessions_app.conftest import THURSDAY, book

pytestmark = pytest.mark.django_db
FRIDAY = at("2026-11-27 10:00")


def code_of(act, **kwargs) -> str:
    with pytest.raises(SessionError) as refused:
        act(**kwargs)
    return refused.value.code


def test_move_booking_keeps_the_row_and_moves_both_peoples_time(booking, bob):
    moved = move_booking(booking=booking, start=FRIDAY, by=bob, now=NOW)

    moved.refresh_from_db()
    assert (moved.pk, moved.start, moved.end) == (booking.pk, FRIDAY, FRIDAY + timedelta(minutes=25))
    assert (moved.version, moved.sequence, moved.moves) == (1, 1, 1)
    assert set(Occupancy.objects.values_list("during", flat=True)) == {moved.during}


def test_move_booking_schedules_everything_anew(booking, bob):
    move_booking(booking=booking, start=FRIDAY, by=bob, now=NOW)

    reminders = Notification.objects.filter(kind="reminder_hour", subject_version=1)
    assert set(reminders.values_list("due_at", flat=True)) == {FRIDAY - timedelta(hours=1)}


def test_move_booking_may_overlap_its_own_old_time(booking, bob, offer):
    assert move_booking(booking=booking, start=THURSDAY + timedelta(minutes=30), by=bob, now=NOW).moves == 1


def test_move_booking_frees_the_old_time(booking, bob, charlie, offer):
    move_booking(booking=booking, start=FRIDAY, by=bob, now=NOW)

    assert book(offer, charlie).state == "confirmed"


def test_move_booking_refused_leaves_everything_as_it_was(booking, bob, charlie, offer):
    book(offer, charlie, FRIDAY)

    assert code_of(move_booking, booking=booking, start=FRIDAY, by=bob, now=NOW) == "taken"
    booking.refresh_from_db()
    assert (booking.start, booking.version, booking.occupancies.count()) == (THURSDAY, 0, 2)


@pytest.mark.parametrize(
    ("now", "code"),
    [
        pytest.param(THURSDAY - timedelta(minutes=119), "move_notice", id="inside-the-notice"),
        pytest.param(THURSDAY, "started", id="started"),
    ],
)
def test_move_booking_is_refused_close_to_the_start(booking, bob, now, code):
    assert code_of(move_booking, booking=booking, start=FRIDAY, by=bob, now=now) == code


def test_a_mentor_may_move_until_the_start(booking, alice):
    moved = move_booking(booking=booking, start=FRIDAY, by=alice, now=THURSDAY - timedelta(minutes=5))

    assert moved.start == FRIDAY


def test_move_booking_to_the_same_time_changes_nothing(booking, bob):
    assert code_of(move_booking, booking=booking, start=THURSDAY, by=bob, now=NOW) == "same_time"


def test_a_booking_can_be_moved_thirty_times_and_not_more(booking, bob, settings):
    settings.MAX_MOVES_TOGETHER_A_DAY = settings.MAX_MOVES_A_DAY = settings.MAX_MOVES + 1
    targets = [FRIDAY, THURSDAY]
    for number in range(settings.MAX_MOVES):
        booking = move_booking(booking=booking, start=targets[number % 2], by=bob, now=NOW)

    assert (booking.sequence, Occupancy.objects.count()) == (30, 2)
    assert code_of(move_booking, booking=booking, start=FRIDAY, by=bob, now=NOW) == "too_many_moves"


def test_cancel_booking_frees_both_and_tells_both(booking, alice, bob, offer, charlie):
    cancelled = cancel_booking(booking=booking, by=bob, reason="", now=NOW)

    cancelled.refresh_from_db()
    assert (cancelled.state, cancelled.ended_by, cancelled.late, cancelled.sequence) == ("cancelled", bob, False, 1)
    told = Notification.objects.filter(kind="cancelled").values_list("recipient", flat=True)
    assert set(told) == {alice.pk, bob.pk}
    assert book(offer, charlie).state == "confirmed"


def test_cancel_booking_late_needs_a_reason(booking, bob):
    late = THURSDAY - timedelta(hours=11)

    assert code_of(cancel_booking, booking=booking, by=bob, reason=" ", now=late) == "reason_needed"
    cancelled = cancel_booking(booking=booking, by=bob, reason="I am ill", now=late)
    assert (cancelled.late, cancelled.reason) == (True, "I am ill")


@pytest.mark.parametrize("state", [BookingState.CANCELLED, BookingState.COMPLETED, BookingState.DECLINED])
def test_cancel_booking_needs_a_confirmed_session(booking, bob, state):
    Booking.objects.filter(pk=booking.pk).update(state=state)

    assert code_of(cancel_booking, booking=booking, by=bob, reason="", now=NOW) == "not_confirmed"


@pytest.mark.parametrize("state", [*CALLED_OFF, *OVER])
def test_links_of_old_mails_say_how_it_ended(booking, bob, state):
    """Before its start, at which nobody is to read that it has started or isn't confirmed."""
    Booking.objects.filter(pk=booking.pk).update(state=state)
    booking.refresh_from_db()

    why_nots = [why_not_move, why_not_cancel] + ([why_not_edit] if state in CALLED_OFF else [])
    refusals = [why_not(booking, by=bob, now=NOW) for why_not in why_nots]

    assert {(refusal.code, refusal.message) for refusal in refusals} == {("not_confirmed", why_over(booking).message)}


def test_cancel_booking_after_the_start_is_refused(booking, bob):
    assert code_of(cancel_booking, booking=booking, by=bob, reason="Ill", now=THURSDAY) == "started"


def test_staff_can_cancel(booking, maria):
    assert cancel_booking(booking=booking, by=maria, reason="Mentor left", now=NOW).ended_by == maria


def test_after_a_cancelled_session_the_two_can_book_again(booking, bob, offer):
    cancel_booking(booking=booking, by=bob, reason="", now=NOW)

    assert book(offer, bob, FRIDAY).state == "confirmed"


def test_edit_brief_until_the_start(booking, bob):
    edit_brief(booking=booking, brief=BriefInput("A better question"), by=bob, now=THURSDAY - timedelta(minutes=1))

    assert Brief.objects.get().question == "A better question"
    assert code_of(edit_brief, booking=booking, brief=BriefInput("Late"), by=bob, now=THURSDAY) == "started"


def test_only_the_mentee_edits_the_question(booking, alice):
    assert code_of(edit_brief, booking=booking, brief=BriefInput("Mine"), by=alice, now=NOW) == "started"


def test_a_session_keeps_its_length_when_its_offer_changes(booking, offer, bob):
    Offer.objects.update(length=15)

    # Fifteen minutes from 16:40 would fit before 17:00, the twenty-five that were agreed don't.
    assert code_of(move_booking, booking=booking, start=at("2026-11-27 16:40"), by=bob, now=NOW) == "outside_windows"


def test_a_session_with_a_suspended_mentor_is_not_moved(booking, bob):
    MentorProfile.objects.update(state="suspended")

    assert code_of(move_booking, booking=booking, start=at("2026-11-27 10:00"), by=bob, now=NOW) == "closed"
