"""A question in writing: asked, answered, declined, withdrawn, expired; the mentor may ask something back."""

from dataclasses import astuple
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.models import User
from common.hashing import form_mark
from common.zones import UTC_NAME
from mentors.models import Format, MentorProfile, Offer
from notifications.services import schedule_notices
from sessions_app.errors import SessionError, stale_error
from sessions_app.locks import atomic_act, lock_people, lock_written
from sessions_app.models import (
    ANSWERED_WITHIN,
    Brief,
    Engagement,
    Message,
    Schedule,
    WrittenQuestion,
    WrittenState,
)
from sessions_app.models.schedules import MOST_WRITTEN
from sessions_app.models.stuck import ClockAct
from sessions_app.questions.brief_input import BriefInput
from sessions_app.questions.limits import check_mentee, check_own, closed_error
from sessions_app.questions.self_harm import watch_question
from sessions_app.questions.shared_files import carry_files
from sessions_app.stuck_rows import act_on_each

from .notices import written_notices
from .settling import close_earlier_engagement, close_question


@atomic_act
def ask_in_writing(
    *,
    offer: Offer,
    brief: BriefInput,
    mentee: User,
    now: datetime,
    key: str,
    continues: Engagement | None = None,
    with_files: bool = False,
) -> WrittenQuestion:
    """Ask a mentor who answers in writing; the answer is promised within 48 hours.

    The same `key` of the same person with the same words asks once. `continues` and `with_files` are as for
    `book_session`. Raises SessionError `closed`, `away`, `full`, `already_asked`, `not_yours`, and what concerns the
    mentee as `book_session` does.
    """
    check_own(continues, mentee)
    lock_people(offer.profile.person_id, mentee)
    # Read again, since it may have changed while we waited for the lock.
    offer = Offer.objects.select_related("profile__person").get(pk=offer.pk)
    profile = offer.profile
    mark = form_mark(key, offer.pk, mentee.pk, *astuple(brief))
    if again := WrittenQuestion.objects.filter(mark=mark).first():
        return again
    if refusal := why_not_ask(offer, now=now):
        raise refusal
    _expire_between(mentee.pk, profile.person_id, now=now)
    check_mentee(mentee, profile, now=now, in_writing=True)
    if refusal := why_asked_already(mentee, profile, now=now):
        raise refusal
    close_earlier_engagement(mentee, profile, now=now)
    engagement = Engagement.objects.create(
        mentee=mentee,
        mentor=profile.person,
        brief=Brief.objects.create(author=mentee, **brief.values()),
        continues=continues,
    )
    written = WrittenQuestion.objects.create(
        engagement=engagement,
        offer=offer,
        mentor=profile.person,
        mentee=mentee,
        asked_at=now,
        due_at=now + ANSWERED_WITHIN,
        mark=mark,
    )
    if continues and with_files:
        carry_files(continues, engagement, by=mentee, now=now)
    watch_question(engagement.brief, by=mentee, now=now)
    schedule_notices(*written_notices(written), now=now)
    return written


def why_not_ask(offer: Offer, *, now: datetime) -> SessionError | None:
    """Why nobody can ask this mentor in writing now, for pages and services."""
    profile = offer.profile
    name = {"mentor": profile.first_name}
    if not (offer.is_active and profile.is_public) or offer.format != Format.WRITING:
        return closed_error(profile)
    rules = Schedule.objects.filter(profile=profile).first()
    today = now.astimezone(ZoneInfo(rules.timezone if rules else UTC_NAME)).date()
    is_off = rules is not None and rules.time_off.filter(first__lte=today, last__gte=today).exists()
    if is_off or profile.is_paused(today):
        return SessionError(
            "away",
            _("%(mentor)s is away and isn’t answering in writing at the moment. Look for someone else who can help.")
            % name,
        )
    cap = rules.max_written if rules else MOST_WRITTEN
    if WrittenQuestion.objects.open(now).filter(mentor=profile.person_id).count() >= cap:
        return full_error(profile)
    return None


def full_error(profile: MentorProfile) -> SessionError:
    words = _("%(mentor)s has as many open questions as they can take. Choose a time, or ask later.")
    return SessionError("full", words % {"mentor": profile.first_name})


@atomic_act
def decline_written(
    *, written: WrittenQuestion, by: User, reason: str, now: datetime, seen: str | None = None
) -> WrittenQuestion:
    """The mentor declines; the mentee is told the reason. Raises SessionError `not_yours`, `not_waiting`, `stale`."""
    written = _lock_waiting(written, only=written.mentor_id, by=by, now=now, seen=seen)
    return close_question(written, WrittenState.DECLINED, by=by, now=now, reason=reason)


@atomic_act
def withdraw_written(*, written: WrittenQuestion, by: User, now: datetime, seen: str | None = None) -> WrittenQuestion:
    """The mentee withdraws the question. Raises SessionError `not_yours`, `not_waiting`, `stale`."""
    written = _lock_waiting(written, only=written.mentee_id, by=by, now=now, seen=seen)
    return close_question(written, WrittenState.WITHDRAWN, by=by, now=now)


def expire_written(*, now: datetime) -> int:
    """End questions that weren't answered in time. Returns how many."""
    overdue = WrittenQuestion.objects.overdue(now).order_by("due_at", "pk")
    return act_on_each(ClockAct.EXPIRE_WRITTEN, overdue, lambda written: _expire_one(written, now=now), now=now)


def not_waiting_error() -> SessionError:
    return SessionError("not_waiting", _("This question isn’t waiting for an answer any more. Check it to see why."))


@atomic_act
def _expire_one(written: WrittenQuestion, *, now: datetime) -> bool:
    written = lock_written(written)
    if written.state != WrittenState.ASKED or written.due_at > now:
        return False
    close_question(written, WrittenState.EXPIRED, by=None, now=now)
    return True


def why_written_stale(written: WrittenQuestion, seen: str | None) -> SessionError | None:
    """Why the person can't act on the version that they have `seen`, for pages and services."""
    if seen is None or seen == str(written.version):
        return None
    return stale_error(_("This question has changed since you looked. Check it, then decide again."))


def _lock_waiting(written: WrittenQuestion, *, only: int, by: User, now: datetime, seen: str | None) -> WrittenQuestion:
    """Lock a question that waits for its answer; `only` this one of its two people may act on it now."""
    written = lock_written(written)
    if only != by.pk:
        raise SessionError("not_yours", _("You don’t have access to this."))
    if not written.is_open(now):
        raise not_waiting_error()
    if refusal := why_written_stale(written, seen):
        raise refusal
    return written


def _expire_between(mentee: int, mentor: int, *, now: datetime) -> None:
    """End overdue questions between these locked people, so that they don't count against a new one."""
    overdue = WrittenQuestion.objects.overdue(now).select_related("engagement")
    for written in overdue.filter(mentor=mentor, mentee=mentee):
        close_question(written, WrittenState.EXPIRED, by=None, now=now)


def why_asked_already(mentee: User, profile: MentorProfile, *, now: datetime) -> SessionError | None:
    """Why this person can't ask this mentor while an earlier question waits, for pages and services."""
    if not WrittenQuestion.objects.open(now).filter(mentee=mentee, mentor=profile.person_id).exists():
        return None
    words = _("%(mentor)s already has a question from you. Continue in that thread, or withdraw it first.")
    return SessionError("already_asked", words % {"mentor": profile.first_name})


def note_reply(engagement: Engagement, message: Message, *, by: User, answers: bool, now: datetime) -> bool:
    """What a message in a locked engagement means for the question it began with. Returns whether it is the answer.

    The mentor's answer ends the wait. Anything else they write first gives them the 48 hours anew, once: they had to
    ask something back. Raises SessionError `not_waiting` for an answer that comes too late or twice.
    """
    written = WrittenQuestion.objects.with_people().filter(engagement=engagement).first()
    if written is None or by.pk != written.mentor_id:
        return False
    if answers:
        if not written.is_open(now):
            raise not_waiting_error()
        close_question(written, WrittenState.ANSWERED, by=by, now=now, answer=message)
        return True
    if written.is_open(now) and written.asked_back_at is None:
        written.asked_back_at, written.due_at = now, now + ANSWERED_WITHIN
        written.save(update_fields=["asked_back_at", "due_at"])
        schedule_notices(*written_notices(written), now=now)
    return False
