"""Waiting for freed time: join the line, leave it, and answer when a time is held."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from mentors.models import MentorProfile
from notifications.inbox import forget_passing, seen
from notifications.services import supersede
from sessions_app.booking.holds import claim_hold, give_up_hold
from sessions_app.errors import BookingError, stale
from sessions_app.locks import booking_act, lock_people
from sessions_app.models import Booking, Brief, HeldTime, Waiting
from sessions_app.models.waiting import Answer, WaitingEnd
from sessions_app.questions.limits import closed

from .notices import HELD_TIME


@booking_act
def wait_for_mentor(
    *, profile: MentorProfile, words: str, known: Sequence[datetime], person: User, now: datetime
) -> Waiting:
    """Stand in line for this mentor; who does already keeps their place, with the newer words.

    `known` are the starts that were free and did not suit. Raises BookingError `own_profile`, `closed`, `too_many`.
    """
    if profile.person_id == person.pk:
        raise BookingError("own_profile", _("This is your own profile. Other people wait for you here."))
    if not profile.is_public:
        raise closed(profile)
    return join(person, {"mentor": profile}, {"words": words, "known": list(known)}, now=now)


@booking_act
def wait_for_help(*, words: str, filters: str, person: User, now: datetime) -> Waiting:
    """Stand in line for whoever can help with this. Raises BookingError `no_words`, `too_many`."""
    if not words:
        raise BookingError("no_words", _("Say what you are stuck on first, so that we know who can help."))
    return join(person, {"mentor": None, "words": words, "filters": filters}, {}, now=now)


def join(person: User, place: dict[str, Any], details: dict[str, Any], *, now: datetime) -> Waiting:
    lock_people(person)
    Waiting.objects.filter(person=person, ended_at=None, until__lte=now).update(ended_at=now, ended=WaitingEnd.OVER)
    live = Waiting.objects.live(now).filter(person=person)
    if waiting := live.filter(**place).first():
        if details.get("words"):
            waiting.words = details["words"]
            waiting.save(update_fields=["words"])
        return waiting
    limit = settings.MAX_WAITINGS
    if live.count() >= limit:
        words = _("You are waiting in %(limit)d lines, the most at one time. Leave one, then join this one.")
        raise BookingError("too_many", words % {"limit": limit})
    return Waiting.objects.create(person=person, since=now, until=now + settings.WAITS_FOR, **place, **details)


@booking_act
def leave_line(*, waiting: Waiting, by: User, now: datetime) -> None:
    """By one click; a time that is held goes to the next. Twice does no harm. Raises BookingError `not_yours`."""
    waiting, held = lock_waiting(waiting, by)
    if waiting.ended_at is None:
        if held:
            answer(held, Answer.DECLINED, by=by, now=now)
            give_up_hold(held.booking, now=now)
        end(waiting, WaitingEnd.LEFT, now=now)


@booking_act
def take_time(*, held: HeldTime, question: str, by: User, now: datetime, seen: str | None = None) -> Booking:
    """The held time becomes a booking with this question, and the waiting ends; twice gets the same booking.

    A time that lapsed since it was `seen` is booked all the same if nobody else has it. Raises BookingError as
    `claim_hold`, `not_yours`, `changed` for what was declined, `stale`.
    """
    lock_people(held.booking.mentor_id, by)
    held = HeldTime.objects.select_related("booking__engagement", "waiting").get(pk=held.pk)
    check_own(held.waiting, by)
    if held.answer == Answer.DECLINED:
        raise BookingError("changed", _("You have given this time back. Choose a time on the mentor’s page."))
    if held.answer == Answer.OPEN and seen not in (None, str(held.version)):
        raise time_has_changed()
    if held.answer != Answer.TAKEN:
        Brief.objects.filter(pk=held.booking.engagement.brief_id).update(question=question)
    booking = claim_hold(booking=held.booking, mentee=by, now=now)
    if held.answer != Answer.TAKEN:
        answer(held, Answer.TAKEN, by=by, now=now)
        end(held.waiting, WaitingEnd.BOOKED, now=now)
    return booking


@booking_act
def decline_time(*, held: HeldTime, by: User, now: datetime, seen: str | None = None) -> None:
    """Not this time: it goes to the next, and the place in line is kept. Twice does no harm.

    Raises BookingError `not_yours`, or `stale` for a time that was taken or let go since it was `seen`.
    """
    _waiting, open_held = lock_waiting(held.waiting, by, held.booking.mentor_id)
    now_held = HeldTime.objects.get(pk=held.pk)
    if now_held.answer != Answer.DECLINED and seen not in (None, str(now_held.version)):
        raise time_has_changed()
    if open_held and open_held.pk == held.pk:
        answer(open_held, Answer.DECLINED, by=by, now=now)
        give_up_hold(open_held.booking, now=now)


def time_has_changed() -> BookingError:
    return stale(_("This time is no longer as you saw it. Look at it as it is now."))


def lock_waiting(waiting: Waiting, by: User, *others: int) -> tuple[Waiting, HeldTime | None]:
    """The waiting as it is now, and the time that is held for it, with all concerned locked."""
    held = HeldTime.objects.open().filter(waiting=waiting).select_related("booking").first()
    lock_people(by, *others, *([held.booking.mentor_id] if held else []))
    waiting = Waiting.objects.get(pk=waiting.pk)
    check_own(waiting, by)
    held = HeldTime.objects.open().filter(waiting=waiting).select_related("booking__engagement").first()
    return waiting, held


def check_own(waiting: Waiting, by: User) -> None:
    if waiting.person_id != by.pk:
        raise BookingError("not_yours", _("This place in line belongs to somebody else."))


def answer(held: HeldTime, said: Answer, *, by: User | None, now: datetime) -> None:
    """Whatever is said, nobody is told of this time any more."""
    held.answer, held.version = said, held.version + 1
    held.save(update_fields=["answer", "version"])
    supersede(subject_type=HELD_TIME, subject_id=held.pk, version=held.version)
    forget_passing(subject_type=HELD_TIME, subject_id=held.pk, version=held.version)
    if by:
        seen(by, subject_type=HELD_TIME, subject_id=held.pk, now=now)


def end(waiting: Waiting, why: WaitingEnd, *, now: datetime) -> None:
    if waiting.ended_at is None:
        waiting.ended_at, waiting.ended = now, why
        waiting.save(update_fields=["ended_at", "ended"])
