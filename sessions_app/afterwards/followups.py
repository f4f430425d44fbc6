"""A mentee's next step, and their answers to later questions."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.privacy.consents import note_consent
from notifications.inbox import mark_subject_read
from notifications.services import schedule_notices, withdraw_older_versions
from sessions_app.errors import SessionError
from sessions_app.locks import atomic_act, lock_booking, lock_people, lock_written
from sessions_app.models import (
    WRITTEN_SUBJECT,
    Booking,
    Contact,
    FollowUp,
    FollowUpQuestion,
    FollowUpStep,
    NextStep,
    Resolution,
    WrittenQuestion,
    WrittenState,
)
from sessions_app.models.bookings import BOOKING_SUBJECT
from sessions_app.models.contacts import key_of
from sessions_app.models.states import AGREED
from sessions_app.questions.asked_later import asked_at

from .consents import OUTCOME, of_mentee
from .notices import NEXT_STEP_SUBJECT, next_step_dues
from .questions import ANSWERS, asked_of

ANSWERED_FOR = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class NextStepInput:
    """If `situation`, then I will `response`, by `due_on` (a local date of the mentee)."""

    situation: str
    response: str
    due_on: date


def why_not_next_step(booking: Booking, *, now: datetime) -> SessionError | None:
    """Why the step can't be written now: it can from the start of the session on."""
    if booking.state not in AGREED:
        return SessionError("not_held", _("This session didn’t take place."))
    if now < booking.start:
        return SessionError("too_early", _("This session hasn’t started yet. Come back when it has."))
    return None


@atomic_act
def write_next_step(*, booking: Booking, step: NextStepInput, by: User, now: datetime) -> NextStep:
    """Save the step and schedule its reminder, again if it was written before. Raises SessionError."""
    booking = lock_booking(booking)
    check_mentee_of(booking, by)
    if refusal := why_not_next_step(booking, now=now):
        raise refusal
    before = NextStep.objects.filter(booking=booking).first()
    if before and NextStepInput(before.situation, before.response, before.due_on) == step:
        return before
    action, _created = NextStep.objects.update_or_create(
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
    silence_next_step(action, before=action.version)
    schedule_notices(*next_step_dues(action), now=now)
    return action


@atomic_act
def drop_next_step(*, booking: Booking, by: User) -> None:
    """Raises SessionError `not_yours`. Dropping a step that is gone does no harm."""
    booking = lock_booking(booking)
    check_mentee_of(booking, by)
    if action := NextStep.objects.filter(booking=booking).first():
        silence_next_step(action, before=action.version + 1)
        action.delete()


def silence_next_step(action: NextStep, *, before: int) -> None:
    """Silence mails and inbox lines about versions of this step before this one."""
    withdraw_older_versions(subject_type=NEXT_STEP_SUBJECT, subject_id=action.pk, version=before)


def why_not_answer(
    contact: Contact, step: FollowUpStep, *, action: NextStep | None, now: datetime
) -> SessionError | None:
    """Why the question can't be answered now, for pages and services. `action` is the booking's step, if it has one."""
    if refusal := why_not_held(contact, now=now):
        return refusal
    if step == FollowUpStep.NEXT_STEP:
        if action is None:
            return SessionError("no_step", _("There’s no next step for this session any more."))
        return None
    moment = asked_at(contact, step)
    if now < moment:
        return SessionError("too_early", _("It’s too early to tell. We’ll email you when it’s time."))
    if now >= moment + ANSWERED_FOR:
        return SessionError("too_late", _("You could answer this for four weeks, and that time has passed."))
    return None


def why_not_held(contact: Contact, *, now: datetime) -> SessionError | None:
    if isinstance(contact, WrittenQuestion):
        if contact.state != WrittenState.ANSWERED:
            return SessionError("not_held", _("This question wasn’t answered, so there’s nothing to say about it."))
    elif contact.state not in AGREED or not contact.has_ended(now):
        return SessionError("not_held", _("This session didn’t take place, so there’s nothing to say about it."))
    return None


@atomic_act
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
    """Save the answer and whether the mentor may know it. A later answer to the same step replaces both.

    Raises SessionError from `why_not_answer`, or `not_yours`, `not_asked`.
    """
    is_written = isinstance(contact, WrittenQuestion)
    contact = lock_written(contact) if isinstance(contact, WrittenQuestion) else lock_booking(contact)
    check_mentee_of(contact, by)
    action = None if is_written else NextStep.objects.filter(booking=contact.pk).first()
    if refusal := why_not_answer(contact, step, action=action, now=now):
        raise refusal
    if question not in asked_of(contact, step) or answer not in ANSWERS[question]:
        raise SessionError("not_asked", _("We haven’t asked you this. Open the link in our latest email."))
    if question == FollowUpQuestion.DONE:
        settle_next_step(action, answer, now=now)
    mark_subject_read(
        by, subject_type=WRITTEN_SUBJECT if is_written else BOOKING_SUBJECT, subject_id=contact.pk, now=now
    )
    given = {"question": question, "answer": answer, "answered_at": now, "tell_mentor": tell_mentor}
    follow_up, _created = FollowUp.objects.update_or_create(**key_of(contact), step=step, defaults=given)
    note_consent(purpose=OUTCOME, person=by, is_given=tell_mentor, now=now)
    return follow_up


@atomic_act
def stop_telling_mentors(*, person: User, now: datetime) -> None:
    """No mentor learns any more what came of a session with this person. Twice does no harm."""
    lock_people(person)
    FollowUp.objects.filter(of_mentee(person), tell_mentor=True).update(tell_mentor=False)
    note_consent(purpose=OUTCOME, person=person, is_given=False, now=now)


def settle_next_step(action: NextStep | None, answer: Resolution, *, now: datetime) -> None:
    """A step that is done needs no reminder; one that turns out not to be done is open again."""
    if action is None:
        raise SessionError("no_step", _("There’s no next step for this session any more."))
    mark_subject_read(action.person, subject_type=NEXT_STEP_SUBJECT, subject_id=action.pk, now=now)
    action.done_at = (action.done_at or now) if answer == Resolution.YES else None
    action.save(update_fields=["done_at"])


def check_mentee_of(contact: Contact, person: User) -> None:
    if contact.mentee_id != person.pk:
        raise SessionError("not_yours", _("You don’t have access to this session."))
