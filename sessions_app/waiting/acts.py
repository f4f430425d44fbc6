"""The waiting list: join it, leave it, and answer when a time is held."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from mentors.models import MentorProfile
from notifications.inbox import mark_subject_read
from notifications.services import schedule_notices, withdraw_older_versions
from sessions_app.availability.worker_hints import advance_soon, advance_when_committed
from sessions_app.booking.book import check_offer, check_slot
from sessions_app.booking.holds import claim_hold, give_up_hold
from sessions_app.errors import SessionError, stale_error
from sessions_app.locks import atomic_act, lock_people
from sessions_app.models import Booking, Brief, HeldTime, WaitlistEntry
from sessions_app.models.schedules import Weekday
from sessions_app.models.waiting import DayPart, HeldTimeAnswer, WaitlistOutcome
from sessions_app.questions.limits import closed_error
from sessions_app.questions.self_harm import watch_question

from .choosing import starts_of_helpers
from .notices import HELD_TIME, still_looking_dues

# What a mentor has changed since the time was held for someone
TAKEN_BACK = ("closed", "outside_windows", "time_off", "paused", "busy_elsewhere")


@atomic_act
def wait_for_mentor(
    *, profile: MentorProfile, words: str, known: Sequence[datetime], person: User, now: datetime
) -> WaitlistEntry:
    """Join the line for this mentor. A person who is in it already keeps their place, with the newer words.

    `known` are the starts that were free and did not suit. Raises SessionError `own_profile`, `closed`, `too_many`.
    """
    if profile.person_id == person.pk:
        raise SessionError("own_profile", _("This is your own profile. Other people can join a waiting list here."))
    if not profile.is_seen_by(person):
        raise closed_error(profile)
    return join_waitlist(person, {"mentor": profile}, {"words": words, "known": list(known)}, now=now)


@atomic_act
def wait_for_help(
    *,
    words: str,
    filters: str,
    person: User,
    now: datetime,
    asks_mentors: bool = False,
    asks_writers: bool = False,
    parts: Sequence[str] = (),
    days: Sequence[int] = (),
) -> WaitlistEntry:
    """Join the line for anyone who can help with this, and have mentors asked, for a time or in writing.

    A person who is in this line already keeps their place; what is chosen is added to what was. Times that are free
    with those who can help were there to be chosen, so they aren't offered again. `parts` are the values of `DayPart`
    at which the person could, `days` the ISO weekdays; none means any.
    Raises SessionError `no_words`, `too_many`.
    """
    if not words:
        raise SessionError("no_words", _("Tell us what you’re stuck on first, so that we know who can help."))
    known = starts_of_helpers(words, filters, person=person, now=now)
    place = {"mentor": None, "words": words, "filters": filters}
    # All of them is the same as any. Programs may name one twice.
    at_parts = [] if len(set(parts)) == len(DayPart) else [part.value for part in DayPart if part in parts]
    on_days: list[int] = [] if len(set(days)) == len(Weekday) else sorted(set(days))
    waiting = join_waitlist(person, place, {"known": known, "parts": at_parts, "days": on_days}, now=now)
    if (waiting.parts, waiting.days) != (at_parts, on_days):
        waiting.parts, waiting.days = at_parts, on_days
        waiting.save(update_fields=["parts", "days"])
    asks_mentors, asks_writers = asks_mentors or waiting.asks_mentors, asks_writers or waiting.asks_writers
    if (asks_mentors, asks_writers) != (waiting.asks_mentors, waiting.asks_writers):
        begin_asking(waiting, asks_mentors=asks_mentors, asks_writers=asks_writers, now=now)
    return waiting


def begin_asking(waiting: WaitlistEntry, *, asks_mentors: bool, asks_writers: bool, now: datetime) -> None:
    if waiting.brief is None:
        waiting.brief = Brief.objects.create(author=waiting.person, question=waiting.words)
        watch_question(waiting.brief, by=waiting.person, now=now)
        schedule_notices(*still_looking_dues(waiting), now=now)
    waiting.asks_mentors, waiting.asks_writers, waiting.advance_at = asks_mentors, asks_writers, now
    waiting.save(update_fields=["asks_mentors", "asks_writers", "advance_at", "brief"])
    advance_when_committed()


def join_waitlist(person: User, place: dict[str, Any], details: dict[str, Any], *, now: datetime) -> WaitlistEntry:
    lock_people(person)
    WaitlistEntry.objects.filter(person=person, ended_at=None, until__lte=now).update(
        ended_at=now, ended=WaitlistOutcome.OVER
    )
    live = WaitlistEntry.objects.live(now).filter(person=person)
    if waiting := live.filter(**place).first():
        if details.get("words"):
            waiting.words = details["words"]
            waiting.save(update_fields=["words"])
        return waiting
    limit = settings.MAX_WAITINGS
    if live.count() >= limit:
        words = _("You can be on %(limit)d waiting lists at a time. Leave one, then join this one.")
        raise SessionError("too_many", words % {"limit": limit})
    return WaitlistEntry.objects.create(person=person, since=now, until=now + settings.WAITS_FOR, **place, **details)


@atomic_act
def leave_waitlist(*, waiting: WaitlistEntry, by: User, now: datetime) -> None:
    """Leave the line.

    A time that is held goes to the next person. Twice does no harm. Raises SessionError `not_yours`.
    """
    waiting, held = lock_waitlist_entry(waiting, by)
    if waiting.ended_at is None:
        if held:
            record_answer(held, HeldTimeAnswer.DECLINED, by=by, now=now)
            give_up_hold(held.booking, now=now)
        end_entry(waiting, WaitlistOutcome.LEFT, now=now)


@atomic_act
def take_time(*, held: HeldTime, question: str, by: User, now: datetime, seen: str | None = None) -> Booking:
    """Turn the held time into a booking with this question, and end the waiting. Twice returns the same booking.

    A time that lapsed since it was `seen` is booked all the same if nobody else has it. Raises SessionError as
    `claim_hold`, `not_yours`, `changed` for a time that was declined, `helped` where something else has helped them
    meanwhile, `stale`.
    """
    lock_people(held.booking.mentor_id, by)
    held = HeldTime.objects.select_related("booking__engagement", "waiting").get(pk=held.pk)
    check_own(held.waiting, by)
    if held.is_helped:
        words = _(
            "You’ve found help already, so this time isn’t held for you any more. If you want to meet all the same,"
            " choose a time on the mentor’s page."
        )
        raise SessionError("helped", words)
    if held.answer == HeldTimeAnswer.DECLINED:
        raise SessionError("changed", _("You’ve passed this time on. Choose a time on the mentor’s page."))
    if held.answer == HeldTimeAnswer.OPEN and seen not in (None, str(held.version)):
        raise time_has_changed()
    if held.answer != HeldTimeAnswer.TAKEN:
        Brief.objects.filter(pk=held.booking.engagement.brief_id).update(question=question)
    booking = claim_hold(booking=held.booking, mentee=by, now=now, is_agreed=held.is_agreed)
    if held.answer != HeldTimeAnswer.TAKEN:
        record_answer(held, HeldTimeAnswer.TAKEN, by=by, now=now)
        end_entry(held.waiting, WaitlistOutcome.BOOKED, now=now)
    return booking


def why_taken_back(held: HeldTime, *, now: datetime) -> SessionError | None:
    """Why its mentor can't keep this time any more: what would refuse the booking, if that is their doing."""
    booking = held.booking
    try:
        check_offer(booking.offer)
        check_slot(
            booking.offer, start=booking.start, mentee=held.person, now=now, excluding=booking, for_waitlist=True
        )
    except SessionError as refused:
        return refused if refused.code in TAKEN_BACK else None
    return None


@atomic_act
def release_time(*, held: HeldTime, now: datetime) -> None:
    """Let others have a time whose person was helped in another way. Twice does no harm."""
    lock_people(held.booking.mentor_id, held.person_id)
    held = HeldTime.objects.select_related("booking__engagement", "waiting").get(pk=held.pk)
    if held.answer == HeldTimeAnswer.OPEN and held.waiting.ended_at:
        record_answer(held, HeldTimeAnswer.DECLINED, by=None, now=now)
        give_up_hold(held.booking, now=now)


@atomic_act
def decline_time(*, held: HeldTime, by: User, now: datetime, seen: str | None = None) -> None:
    """Give the held time to the next person, and keep the place in line. Twice does no harm.

    Raises SessionError `not_yours`, or `stale` for a time that was taken or released since it was `seen`.
    """
    _waiting, open_held = lock_waitlist_entry(held.waiting, by, held.booking.mentor_id)
    now_held = HeldTime.objects.get(pk=held.pk)
    if now_held.answer != HeldTimeAnswer.DECLINED and seen not in (None, str(now_held.version)):
        raise time_has_changed()
    if open_held and open_held.pk == held.pk:
        record_answer(open_held, HeldTimeAnswer.DECLINED, by=by, now=now)
        give_up_hold(open_held.booking, now=now)


def time_has_changed() -> SessionError:
    return stale_error(_("This time has changed since you looked. Check it as it is now."))


def lock_waitlist_entry(waiting: WaitlistEntry, by: User, *others: int) -> tuple[WaitlistEntry, HeldTime | None]:
    """Lock all people concerned, and return the entry and the time held for it as they are now."""
    held = HeldTime.objects.open().filter(waiting=waiting).select_related("booking").first()
    lock_people(by, *others, *([held.booking.mentor_id] if held else []))
    waiting = WaitlistEntry.objects.get(pk=waiting.pk)
    check_own(waiting, by)
    held = HeldTime.objects.open().filter(waiting=waiting).select_related("booking__engagement").first()
    return waiting, held


def check_own(waiting: WaitlistEntry, by: User) -> None:
    if waiting.person_id != by.pk:
        raise SessionError("not_yours", _("This place on the waiting list belongs to someone else."))


def record_answer(held: HeldTime, said: HeldTimeAnswer, *, by: User | None, now: datetime) -> None:
    """Note the answer. Whatever it is, no notice about this time is sent any more."""
    held.answer, held.version = said, held.version + 1
    held.save(update_fields=["answer", "version"])
    withdraw_older_versions(subject_type=HELD_TIME, subject_id=held.pk, version=held.version)
    if by:
        mark_subject_read(by, subject_type=HELD_TIME, subject_id=held.pk, now=now)
    advance_soon(held.waiting_id, now=now)


def end_entry(waiting: WaitlistEntry, why: WaitlistOutcome, *, now: datetime) -> None:
    if waiting.ended_at is None:
        waiting.ended_at, waiting.ended = now, why
        waiting.save(update_fields=["ended_at", "ended"])
        advance_soon(waiting.pk, now=now)
