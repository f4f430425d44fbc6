"""Feedback of both people, hidden from each other until both have answered or seven days have passed.

After an answer in writing only the mentee is asked, and the mentor reads it when it can't be changed any more.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.privacy.consents import note_consent
from common.known import known
from notifications.inbox import mark_subject_read
from sessions_app.errors import SessionError
from sessions_app.locks import atomic_act, lock_booking, lock_written
from sessions_app.models import (
    WRITTEN_SUBJECT,
    Booking,
    Contact,
    Feedback,
    Role,
    WrittenQuestion,
    WrittenState,
)
from sessions_app.models.bookings import BOOKING_SUBJECT
from sessions_app.models.feedback import BLIND_FOR, Again
from sessions_app.models.states import AGREED
from trust.models import SeparationKind
from trust.separations import part, rejoin

from .consents import QUESTION, WORDS
from .followups import NextStepInput, write_next_step

OPEN_FOR = BLIND_FOR
# What each is asked, by the names of the columns
ASKED_OF_MENTEE: tuple[str, ...] = (
    "resolution",
    "left_with",
    "may_publish",
    "may_publish_question",
    "useful",
    "doable",
    "clear_limits",
    "listened",
    "overall",
    "again",
    "advice",
    "to_staff",
)
ASKED_AFTER_WRITING = tuple(name for name in ASKED_OF_MENTEE if name != "listened")
ASKED_OF_MENTOR = ("resolution", "prepared", "right_person", "learned", "to_staff")


def why_not_feedback(booking: Booking, *, now: datetime) -> SessionError | None:
    if booking.state not in AGREED:
        return SessionError("not_held", _("This session didn’t take place, so there’s nothing to say about it."))
    if not booking.has_ended(now):
        return SessionError("not_over", _("This session isn’t over yet. Come back when it has ended."))
    if now >= booking.end + OPEN_FOR:
        return SessionError(
            "too_late", _("You could answer this within seven days of the session, and that time has passed.")
        )
    return None


def why_not_change(given: Iterable[Feedback], *, by: User) -> SessionError | None:
    """Why feedback can't be changed: its author may have seen what the other said. `given`: all about the session."""
    authors = {said.author_id for said in given}
    if by.pk in authors and len(authors) > 1:
        return SessionError("both_answered", _("You’ve both answered, so the answers can’t be changed."))
    return None


def why_not_feedback_in_writing(written: WrittenQuestion, *, now: datetime) -> SessionError | None:
    if written.state != WrittenState.ANSWERED:
        return SessionError("not_held", _("This question wasn’t answered, so there’s nothing to say about it."))
    if now >= written.end + OPEN_FOR:
        return SessionError(
            "too_late", _("You could answer this within seven days of the answer, and that time has passed.")
        )
    return None


def feedback_of_other(contact: Contact, *, reader: User, now: datetime) -> Feedback | None:
    """The other person's feedback, as far as this person may read it now."""
    return contact.feedback.unveiled(now).exclude(author=reader).first()


def unveiled_of_other(given: Iterable[Feedback], *, reader: User, now: datetime) -> Feedback | None:
    """The same where all feedback about a session has been read: they know of it once they have answered too."""
    by_author = {said.author_id: said for said in given}
    theirs = next((said for author, said in by_author.items() if author != reader.pk), None)
    if theirs is None or reader.pk in by_author:
        return theirs
    return theirs if theirs.ended_at is not None and theirs.ended_at <= now - BLIND_FOR else None


@atomic_act
def give_feedback(
    *, booking: Booking, by: User, now: datetime, answers: dict[str, Any], step: NextStepInput | None = None
) -> Feedback:
    """Save one person's feedback and, for a mentee, their next step.

    A second time replaces it, within the seven days and until the other has answered too. Raises SessionError.
    """
    booking = lock_booking(booking)
    if by.pk not in (booking.mentor_id, booking.mentee_id):
        raise SessionError("not_yours", _("You don’t have access to this session."))
    if refusal := why_not_feedback(booking, now=now) or why_not_change(booking.feedback.all(), by=by):
        raise refusal
    role = Role.MENTOR if by.pk == booking.mentor_id else Role.MENTEE
    given = {**keep_consents(answers), "role": role}
    feedback, _created = Feedback.objects.update_or_create(
        booking=booking, author=by, defaults=given, create_defaults={**given, "created_at": now}
    )
    keep_apart_as_said(feedback, now=now)
    note_what_may_be_shown(feedback, by=by, now=now)
    mark_subject_read(by, subject_type=BOOKING_SUBJECT, subject_id=booking.pk, now=now)
    if step:
        write_next_step(booking=booking, step=step, by=by, now=now)
    return feedback


@atomic_act
def give_written_feedback(*, written: WrittenQuestion, by: User, now: datetime, answers: dict[str, Any]) -> Feedback:
    """Save a mentee's feedback about an answer.

    A second time replaces it, within the seven days. Raises SessionError.
    """
    written = lock_written(written)
    if by.pk != written.mentee_id:
        raise SessionError("not_yours", _("You don’t have access to this."))
    if refusal := why_not_feedback_in_writing(written, now=now):
        raise refusal
    given = {**keep_consents(answers), "role": Role.MENTEE}
    feedback, _created = Feedback.objects.update_or_create(
        written=written, author=by, defaults=given, create_defaults={**given, "created_at": now}
    )
    keep_apart_as_said(feedback, now=now)
    note_what_may_be_shown(feedback, by=by, now=now)
    mark_subject_read(by, subject_type=WRITTEN_SUBJECT, subject_id=written.pk, now=now)
    return feedback


def keep_consents(answers: dict[str, Any]) -> dict[str, Any]:
    """The answers with only those consents that mean something: to words that are there, and to the question with them.

    For forms and services.
    """
    words = bool(answers.get("may_publish") and answers.get("left_with"))
    kept = {"may_publish": words, "may_publish_question": bool(words and answers.get("may_publish_question"))}
    return answers | {name: kept[name] for name in kept if name in answers}


def keep_apart_as_said(feedback: Feedback, *, now: datetime) -> None:
    """A mentee who wouldn't ask this mentor again is kept apart from them, until they change that answer."""
    contact = feedback.contact
    if feedback.role != Role.MENTEE:
        return
    mentee, mentor = known(contact.mentee), contact.mentor
    if feedback.again == Again.NO:
        part(person=mentee, other=mentor, kind=SeparationKind.NOT_AGAIN, by=mentee, now=now)
    elif feedback.again:
        rejoin(person=mentee, other=mentor, kinds=[SeparationKind.NOT_AGAIN], now=now)


def note_what_may_be_shown(feedback: Feedback, *, by: User, now: datetime) -> None:
    if feedback.role == Role.MENTEE:
        note_consent(purpose=WORDS, person=by, is_given=feedback.may_publish, now=now)
        note_consent(purpose=QUESTION, person=by, is_given=feedback.may_publish_question, now=now)
