"""The step that a mentee takes away, and the answers to what is asked later: what is kept and what is refused."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from demo.clearing import clear_world
from notifications.models import Notification
from sessions_app.afterwards.feedback import give_feedback
from sessions_app.afterwards.followups import NextStepInput, drop_next_step
from sessions_app.afterwards.questions import ways_on
from sessions_app.afterwards.testimonials import publish_testimonial
from sessions_app.booking.clock import complete_ended
from sessions_app.models import Booking, BookingState, Feedback, FollowUp, NextStep, QuoteDecision
from tests.conftest import at, make_mentor, make_person
from tests.sessions_app.conftest import THURSDAY, book
from tests.sessions_app.helpers.followups import (
    CONTACT,
    DAY,
    DONE,
    END,
    FOURTEEN,
    MONDAY,
    NEXT_STEP,
    NO,
    OTHER,
    PARTLY,
    SOLVED,
    THREE,
    YES,
    answer,
    code_of,
    planned,
    write,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def over(booking):
    complete_ended(now=END)
    booking.refresh_from_db()
    return booking


def test_write_step_again_changes_it_opens_it_and_silences_the_old_reminder(over, bob):
    write(over, bob)
    answer(over, bob, NEXT_STEP, DONE, YES)

    action = write(over, bob, NextStepInput("he asks", "I ask for the level", date(2026, 12, 2)), now=END + 2 * DAY)

    assert (action.version, action.done_at, NextStep.objects.count()) == (1, None, 1)
    assert planned("action_due") == [("bob@example.org", at("2026-12-02 03:30"), at("2026-12-02 18:30"))]


def test_write_step_unchanged_does_nothing(over, bob):
    write(over, bob)

    assert write(over, bob).version == 0


@pytest.mark.parametrize(
    ("state", "now", "code"),
    [
        pytest.param(BookingState.CONFIRMED, THURSDAY - timedelta(seconds=1), "too_early", id="before-the-start"),
        pytest.param(BookingState.CANCELLED, END, "not_held", id="cancelled"),
        pytest.param(BookingState.MENTOR_NO_SHOW, END, "not_held", id="missed"),
    ],
)
def test_write_step_has_its_time(booking, bob, state, now, code):
    Booking.objects.update(state=state)

    assert code_of(lambda: write(booking, bob, now=now)) == code
    assert NextStep.objects.count() == 0


def test_write_step_in_the_last_minutes_of_a_session(booking, bob):
    assert write(booking, bob, now=THURSDAY + timedelta(minutes=22)).due_on == MONDAY


def test_only_the_mentee_has_a_step(over, alice, charlie):
    acts = [
        act
        for person in (alice, charlie)
        for act in (
            lambda who=person: write(over, who),
            lambda who=person: drop_next_step(booking=over, by=who),
            lambda who=person: answer(over, who, THREE, SOLVED, YES),
        )
    ]

    assert [code_of(act) for act in acts] == ["not_yours"] * 6


def test_answer_is_kept_once_for_each_step(over, bob):
    answer(over, bob, THREE, SOLVED, NO)
    answer(over, bob, THREE, SOLVED, PARTLY)
    answer(over, bob, FOURTEEN, CONTACT, YES)

    assert list(FollowUp.objects.order_by("step").values_list("step", "question", "answer")) == [
        ("14-days", "contact", "yes"),
        ("3-days", "solved", "partly"),
    ]


@pytest.mark.parametrize(
    ("step", "question", "value"),
    [(THREE, CONTACT, YES), (FOURTEEN, DONE, YES), (FOURTEEN, CONTACT, PARTLY), (THREE, DONE, OTHER)],
)
def test_answer_to_what_was_not_asked_is_refused(over, bob, step, question, value):
    write(over, bob)

    assert code_of(lambda: answer(over, bob, step, question, value)) == "not_asked"
    assert FollowUp.objects.count() == 0


@pytest.mark.parametrize(
    ("step", "now", "code"),
    [
        pytest.param(THREE, END + 3 * DAY - timedelta(seconds=1), "too_early", id="before-three-days"),
        pytest.param(FOURTEEN, END + 14 * DAY - timedelta(seconds=1), "too_early", id="before-two-weeks"),
        pytest.param(THREE, END + 31 * DAY, "too_late", id="four-weeks-after-three-days"),
        pytest.param(FOURTEEN, END + 42 * DAY, "too_late", id="four-weeks-after-two-weeks"),
    ],
)
def test_answer_has_its_time(over, bob, step, now, code):
    assert code_of(lambda: answer(over, bob, step, SOLVED, YES, now=now)) == code


def test_answer_about_a_session_that_was_not_held_is_refused(over, bob):
    Booking.objects.update(state=BookingState.MENTEE_NO_SHOW)

    assert code_of(lambda: answer(over, bob, THREE, SOLVED, YES)) == "not_held"


@pytest.mark.parametrize("step", [THREE, NEXT_STEP])
def test_answer_about_a_step_that_is_gone_is_refused(over, bob, step):
    assert code_of(lambda: answer(over, bob, step, DONE, YES)) == "no_step"


def test_answer_settles_the_step_and_opens_it_again(over, bob):
    write(over, bob)
    first, second = END + 4 * DAY, END + 5 * DAY

    answer(over, bob, NEXT_STEP, DONE, YES, now=first)
    answer(over, bob, NEXT_STEP, DONE, YES, now=second)
    assert NextStep.objects.get().done_at == first

    answer(over, bob, NEXT_STEP, DONE, NO, now=second)
    assert NextStep.objects.get().done_at is None


def test_the_database_keeps_one_answer_for_each_step(over):
    row = {"booking": over, "step": THREE, "question": SOLVED, "answer": YES, "answered_at": END}
    FollowUp.objects.create(**row)

    with pytest.raises(IntegrityError, match="one_follow_up_per_step"), transaction.atomic():
        FollowUp.objects.create(**row)


@pytest.mark.parametrize(
    ("question", "value", "ways"),
    [
        (SOLVED, YES, None),
        (SOLVED, PARTLY, (True, True, False)),
        (SOLVED, NO, (True, True, False)),
        (SOLVED, OTHER, (True, False, False)),
        (CONTACT, YES, (True, True, False)),
        (CONTACT, NO, None),
        (DONE, YES, None),
        (DONE, NO, (True, True, True)),
    ],
)
def test_ways_on_are_for_who_is_not_there_yet(over, question, value, ways):
    found = ways_on(over, question, value, now=END)

    assert (found and (found.same_mentor, found.same_question, found.other_day)) == ways


def test_ways_on_do_not_lead_back_to_whom_one_never_wants_to_meet_again(over, bob):
    give_feedback(booking=over, by=bob, now=END, answers={"resolution": "no", "again": "no"})

    assert ways_on(over, SOLVED, NO, now=END).same_mentor is False


def test_ways_on_do_not_lead_to_a_mentor_who_has_left(over, alice):
    alice.mentor_profile.state = "suspended"
    alice.mentor_profile.save()
    booking = Booking.objects.with_people().get()

    assert ways_on(booking, SOLVED, NO, now=END).same_mentor is False


def test_invented_people_go_with_all_that_followed_their_sessions(bob, maria):
    mentor = make_mentor(make_person("ana@demo.example", "Ana Invented"))
    booking = book(mentor.offers.get(), bob)
    complete_ended(now=END)
    write(booking, bob)
    answer(booking, bob, THREE, SOLVED, NO)
    answers = {"resolution": "yes", "left_with": "Words", "may_publish": True}
    said = give_feedback(booking=booking, by=bob, now=END + DAY, answers=answers)
    publish_testimonial(feedback=said, by=maria, now=END + 8 * DAY)

    assert clear_world() == 1

    left = [model.objects.count() for model in (Booking, Feedback, QuoteDecision, NextStep, FollowUp, Notification)]
    assert left == [0] * 6
