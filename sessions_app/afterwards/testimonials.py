"""Testimonials: words of a mentee, shown without their name, with their consent and that of staff.

They can withdraw them.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.privacy.consents import note_consent
from sessions_app.errors import SessionError
from sessions_app.locks import lock_people
from sessions_app.models import Feedback, QuoteAct, QuoteDecision

from .consents import QUESTION, WORDS


@transaction.atomic
def publish_testimonial(*, feedback: Feedback, by: User, now: datetime, seen: str | None = None) -> Feedback:
    """`seen` is the mark of the words that were read (`Feedback.words_mark`).

    Raises SessionError `changed`, `own_words`.
    """
    feedback = lock_testimonial(feedback, by=by, now=now, seen=seen)
    if feedback.published_at:
        raise changed_error()
    feedback.published_at, feedback.published_by = now, by
    feedback.declined_at = feedback.declined_by = None
    return save_decision(feedback, QuoteAct.PUBLISHED, by=by, now=now)


@transaction.atomic
def decline_testimonial(
    *, feedback: Feedback, by: User, now: datetime, reason: str = "", seen: str | None = None
) -> Feedback:
    """Staff refuse to show the words, before or after they were shown. Raises SessionError `changed`, `own_words`."""
    feedback = lock_testimonial(feedback, by=by, now=now, seen=seen)
    if feedback.declined_at:
        raise changed_error()
    act = QuoteAct.TAKEN_DOWN if feedback.published_at else QuoteAct.DECLINED
    feedback.published_at = feedback.published_by = None
    feedback.declined_at, feedback.declined_by = now, by
    return save_decision(feedback, act, by=by, now=now, reason=reason)


@transaction.atomic
def take_down_testimonial(pk: int, by: User, now: datetime) -> None:
    """What a case about these words decided. They may be gone already."""
    feedback = Feedback.objects.select_for_update().filter(pk=pk).first()
    if feedback is None or feedback.published_at is None:
        return
    feedback.published_at = feedback.published_by = None
    feedback.declined_at, feedback.declined_by = now, by
    save_decision(feedback, QuoteAct.TAKEN_DOWN, by=by, now=now)


@transaction.atomic
def withdraw_testimonial(*, feedback: Feedback, by: User, now: datetime) -> Feedback:
    """The author withdraws their consent, at any time. Raises SessionError `not_yours`; twice does no harm."""
    feedback = lock_own_words(feedback, by)
    if not feedback.may_publish:
        return feedback
    feedback.may_publish = feedback.may_publish_question = False
    feedback.published_at = feedback.published_by = None
    save_decision(feedback, QuoteAct.WITHDRAWN, by=by, now=now)
    note_consent(purpose=WORDS, person=by, is_given=False, now=now)
    note_consent(purpose=QUESTION, person=by, is_given=False, now=now)
    return feedback


@transaction.atomic
def withdraw_question(*, feedback: Feedback, by: User, now: datetime) -> Feedback:
    """The author's words stay, and the question is no longer shown with them. Raises SessionError `not_yours`."""
    feedback = lock_own_words(feedback, by)
    if not feedback.may_publish_question:
        return feedback
    feedback.may_publish_question = False
    save_decision(feedback, QuoteAct.QUESTION, by=by, now=now)
    note_consent(purpose=QUESTION, person=by, is_given=False, now=now)
    return feedback


def withdraw_all_words(person: User, now: datetime) -> None:
    for feedback in Feedback.objects.filter(author=person, may_publish=True).order_by("pk"):
        withdraw_testimonial(feedback=feedback, by=person, now=now)


def withdraw_all_questions(person: User, now: datetime) -> None:
    for feedback in Feedback.objects.filter(author=person, may_publish_question=True).order_by("pk"):
        withdraw_question(feedback=feedback, by=person, now=now)


def lock_own_words(feedback: Feedback, by: User) -> Feedback:
    """First the person, as all acts that write feedback do."""
    lock_people(by)
    feedback = Feedback.objects.select_for_update().get(pk=feedback.pk)
    if feedback.author_id != by.pk:
        raise SessionError("not_yours", _("Someone else wrote this, so only they can withdraw it."))
    return feedback


def lock_testimonial(feedback: Feedback, *, by: User, now: datetime, seen: str | None) -> Feedback:
    """The words as they are now, locked, if this member of staff may decide about them."""
    Feedback.objects.select_for_update().get(pk=feedback.pk)
    found = Feedback.objects.offered_words(now).select_related("booking", "written").filter(pk=feedback.pk).first()
    if found is None or seen not in (None, found.words_mark):
        raise changed_error()
    if found.is_about(by):
        raise SessionError("own_words", _("This feedback is about your own session. Someone else needs to decide."))
    return found


def save_decision(feedback: Feedback, act: QuoteAct, *, by: User, now: datetime, reason: str = "") -> Feedback:
    feedback.save(
        update_fields=[
            "may_publish",
            "may_publish_question",
            "published_at",
            "published_by",
            "declined_at",
            "declined_by",
            "updated_at",
        ]
    )
    QuoteDecision.objects.create(feedback=feedback, act=act, by=by, at=now, reason=reason)
    return feedback


def changed_error() -> SessionError:
    return SessionError("changed", _("This feedback has been decided on or withdrawn in the meantime. Check it again."))
