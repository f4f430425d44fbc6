"""The step a mentee takes away, and their answers to what is asked later."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from accounts.models import User
from notifications.inbox import forget_passing, seen
from notifications.services import schedule, supersede
from sessions_app.errors import BookingError
from sessions_app.locks import booking_act, lock_booking, lock_written
from sessions_app.models import (
    WRITTEN_SUBJECT,
    ActionItem,
    Booking,
    BookingState,
    Contact,
    FollowUp,
    FollowUpQuestion,
    FollowUpStep,
    Resolution,
    WrittenQuestion,
    WrittenState,
)
from sessions_app.models.bookings import BOOKING_SUBJECT
from sessions_app.models.contacts import key_of
from sessions_app.questions.asked_later import asked_at

from .notices import ACTION_SUBJECT, action_dues
from .questions import ANSWERS, asked_of

ANSWERED_FOR = timedelta(days=28)
HELD = (BookingState.CONFIRMED, BookingState.COMPLETED)


@dataclass(frozen=True, slots=True)
class StepInput:
    """If `situation`, then I will `response`, by `due_on` (the mentee's own day)."""

    situation: str
    response: str
    due_on: date


def why_not_step(booking: Booking, *, now: datetime) -> BookingError | None:
    """The step is found in the session's last minutes, so it can be written from its start on."""
    if booking.state not in HELD:
        return BookingError("not_held", _("This session did not take place."))
    if now < booking.start:
        return BookingError("too_early", _("This session has not started yet. Come back when it has."))
    return None


@booking_act
def write_step(*, booking: Booking, step: StepInput, by: User, now: datetime) -> ActionItem:
    """Keep the step and plan its reminder; what is written again falls due again. Raises BookingError."""
    booking = lock_booking(booking)
    check_mentee_of(booking, by)
    if refusal := why_not_step(booking, now=now):
        raise refusal
    before = ActionItem.objects.filter(booking=booking).first()
    if before and StepInput(before.situation, before.response, before.due_on) == step:
        return before
    action, _created = ActionItem.objects.update_or_create(
        booking=booking,
        defaults={
            "person": by,
            "situation": step.situation,
            "response": step.response,
            "due_on": step.due_on,
            "version": before.version + 1 if before else 0,
            "done_at": None,
            "written_at": now,
        },
    )
    silence(action, before=action.version)
    schedule(*action_dues(action), now=now)
    return action


@booking_act
def drop_step(*, booking: Booking, by: User) -> None:
    """Raises BookingError `not_yours`; dropping what is gone does no harm."""
    booking = lock_booking(booking)
    check_mentee_of(booking, by)
    if action := ActionItem.objects.filter(booking=booking).first():
        silence(action, before=action.version + 1)
        action.delete()


def silence(action: ActionItem, *, before: int) -> None:
    """Nobody is told any more about versions of this step before this one, by mail or in the inbox."""
    supersede(subject_type=ACTION_SUBJECT, subject_id=action.pk, version=before)
    forget_passing(subject_type=ACTION_SUBJECT, subject_id=action.pk, version=before)


def why_not_answer(
    contact: Contact, step: FollowUpStep, *, action: ActionItem | None, now: datetime
) -> BookingError | None:
    """What page and service both ask before an answer. `action` is the booking's step, if it has one."""
    if refusal := why_not_over(contact, now=now):
        return refusal
    if step == FollowUpStep.ACTION:
        if action is None:
            return BookingError("no_step", _("There is no next step for this session any more."))
        return None
    moment = asked_at(contact, step)
    if now < moment:
        return BookingError("too_early", _("It is too early to say. We will ask you by mail."))
    if now >= moment + ANSWERED_FOR:
        return BookingError("too_late", _("This was open for four weeks."))
    return None


def why_not_over(contact: Contact, *, now: datetime) -> BookingError | None:
    if isinstance(contact, WrittenQuestion):
        if contact.state != WrittenState.ANSWERED:
            return BookingError("not_held", _("This question was not answered, so there is nothing to say about it."))
    elif contact.state not in HELD or not contact.has_ended(now):
        return BookingError("not_held", _("This session did not take place, so there is nothing to say about it."))
    return None


@booking_act
def answer_follow_up(
    *,
    contact: Contact,
    step: FollowUpStep,
    question: FollowUpQuestion,
    answer: Resolution,
    by: User,
    now: datetime,
    tell_mentor: bool = False,
) -> FollowUp:
    """Keep the answer; a later one to the same step takes its place, and so does its word on whether the mentor knows.

    Raises BookingError from `why_not_answer`, or `not_yours`, `not_asked`.
    """
    is_written = isinstance(contact, WrittenQuestion)
    contact = lock_written(contact) if isinstance(contact, WrittenQuestion) else lock_booking(contact)
    check_mentee_of(contact, by)
    action = None if is_written else ActionItem.objects.filter(booking=contact.pk).first()
    if refusal := why_not_answer(contact, step, action=action, now=now):
        raise refusal
    if question not in asked_of(contact, step) or answer not in ANSWERS[question]:
        raise BookingError("not_asked", _("This was not asked. Open the newest mail again."))
    if question == FollowUpQuestion.DONE:
        settle(action, answer, now=now)
    seen(by, subject_type=WRITTEN_SUBJECT if is_written else BOOKING_SUBJECT, subject_id=contact.pk, now=now)
    given = {"question": question, "answer": answer, "answered_at": now, "tell_mentor": tell_mentor}
    return FollowUp.objects.update_or_create(**key_of(contact), step=step, defaults=given)[0]


def settle(action: ActionItem | None, answer: Resolution, *, now: datetime) -> None:
    """A step that is done needs no reminder; one that turns out not to be done is open again."""
    if action is None:
        raise BookingError("no_step", _("There is no next step for this session any more."))
    seen(action.person, subject_type=ACTION_SUBJECT, subject_id=action.pk, now=now)
    action.done_at = (action.done_at or now) if answer == Resolution.YES else None
    action.save(update_fields=["done_at"])


def check_mentee_of(contact: Contact, person: User) -> None:
    if contact.mentee_id != person.pk:
        raise BookingError("not_yours", _("This session belongs to other people."))
