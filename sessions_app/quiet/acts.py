"""What the clock does about quiet mentors, in short runs, and what the mentor answers."""

import time
from datetime import date, datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest

from accounts.models import User
from common.known import known
from mentors.errors import ProfileError
from mentors.models import MentorProfile
from mentors.moderation.acts import SUBJECT_TYPE
from mentors.resting import rest_profile, stop_asking_first, wake_profile
from mentors.services import pause_profile
from notifications.services import Due, schedule_notices
from sessions_app.availability.openings import announce_opened
from sessions_app.availability.preview import preview_of, timetable_for
from sessions_app.booking.ending import end_booking, end_question
from sessions_app.ledger.facts import list_against
from sessions_app.ledger.weights import FactKind
from sessions_app.locks import atomic_act, lock_booking, lock_people, lock_written
from sessions_app.models import Booking, BookingState, Role, Schedule, WaitlistEntry, WrittenQuestion, WrittenState
from sessions_app.models.states import UNANSWERED
from sessions_app.models.stuck import ClockAct
from sessions_app.models.waiting import WaitlistOutcome
from sessions_app.stuck_rows import AT_ONCE, act_on_each
from sessions_app.waiting.acts import end_entry
from sessions_app.waiting.notices import WAITING_SUBJECT

ASKED_AFTER, RESTS_AFTER = timedelta(days=21), timedelta(days=45)
UNANSWERED_WITHIN, MOST_UNANSWERED = timedelta(days=30), 2
QUESTION, ASKING_OFF, RESTING, MOVED_ON = "quiet_question", "asking_first_off", "mentor_resting", "waiting_moved_on"
WORTH_TELLING_FOR = timedelta(days=7)
SECONDS = 20
GOES_ON_AFTER = "quiet:goes-on-after"


# Live profiles whose mentors aren't taking a break
def live_and_here(now: datetime) -> "QuerySet[MentorProfile]":
    here = MentorProfile.objects.findable().select_related("person")
    return here.filter(Q(paused_until=None) | Q(paused_until__lte=now.date()))


def quiet_mentors(now: datetime) -> "QuerySet[MentorProfile]":
    """Those who have been quiet for so long that their profile is to rest."""
    return _with_last_sign(now).filter(last_sign__lte=now - RESTS_AFTER)


def mentors_to_ask(now: datetime) -> "QuerySet[MentorProfile]":
    """Those who have been quiet for some weeks, but not yet until they rest, and weren't asked about it since."""
    between = _with_last_sign(now).filter(last_sign__lte=now - ASKED_AFTER, last_sign__gt=now - RESTS_AFTER)
    return between.filter(Q(quiet_asked_at=None) | Q(quiet_asked_at__lt=F("last_sign")))


def _with_last_sign(now: datetime) -> "QuerySet[Any, Any]":
    signs = Greatest(Coalesce("seen_at", "approved_at"), "approved_at", Coalesce("person__last_login", "approved_at"))
    return live_and_here(now).annotate(last_sign=signs).order_by("pk")


def rest_quiet_mentors(*, now: datetime) -> int:
    """Ask mentors who have become quiet, switch off offers whose requests nobody answers, and let profiles rest.

    Returns how many mentors were told. Running it twice, or stopping it anywhere, does no harm: each step reads what is
    the case, and writes once.
    """
    told = _ask_quiet(now) + _switch_off_asking_first(now)
    quiet = quiet_mentors(now)
    told += act_on_each(ClockAct.REST_MENTOR, quiet, lambda profile: _rest(profile, now=now), now=now)
    end_for_resting(now=now)
    return told


# Only mentors without free times are asked. To find these takes a look at each timetable, so a run goes on where the
# last one stopped.
def _ask_quiet(now: datetime) -> int:
    end, asked = time.monotonic() + SECONDS, 0
    quiet = mentors_to_ask(now)
    after = cache.get(GOES_ON_AFTER, 0)
    for profile in quiet.filter(pk__gt=after)[:AT_ONCE]:
        if time.monotonic() > end:
            break
        after = profile.pk
        asked += not has_free_time(profile, now=now) and _ask(profile, now=now)
    else:
        after = after if quiet.filter(pk__gt=after).exists() else 0
    cache.set(GOES_ON_AFTER, after, timeout=None)
    return asked


def has_free_time(profile: MentorProfile, *, now: datetime) -> bool:
    schedule = Schedule.objects.filter(profile=profile).first()
    if schedule is None:
        return False
    return preview_of(profile, timetable_for(profile, schedule, now=now), now=now).soonest is not None


@transaction.atomic
def _ask(profile: MentorProfile, *, now: datetime) -> bool:
    asked = MentorProfile.objects.filter(pk=profile.pk, quiet_asked_at=profile.quiet_asked_at)
    if not asked.update(quiet_asked_at=now, version=F("version") + 1):
        return False
    _tell(QUESTION, profile, now=now)
    return True


def _switch_off_asking_first(now: datetime) -> int:
    """Leave mentors who let two requests run out within thirty days only their offers that are booked at once."""
    lately = Booking.objects.filter(state=BookingState.EXPIRED, during__startswith__gt=now - UNANSWERED_WITHIN)
    often = lately.exclude(mentee=None).values("mentor").annotate(count=Count("pk")).filter(count__gte=MOST_UNANSWERED)
    waits = Q(offers__is_active=True) & (Q(offers__instant=False) | Q(offers__format="writing"))
    profiles = live_and_here(now).filter(waits, person__in=often.values("mentor")).distinct()
    ordered = profiles.order_by("pk")
    return act_on_each(ClockAct.STOP_ASKING, ordered, lambda profile: _switch_off_one(profile, now=now), now=now)


@transaction.atomic
def _switch_off_one(profile: MentorProfile, *, now: datetime) -> bool:
    since = max(now - UNANSWERED_WITHIN, profile.back_at or now - UNANSWERED_WITHIN)
    against = list_against(profile.person, Role.MENTOR, now=now)
    facts = [entry.fact for entry in against if entry.fact.kind == FactKind.UNANSWERED and entry.fact.at > since]
    if len(facts) < MOST_UNANSWERED or not stop_asking_first(profile=profile, now=now):
        return False
    _tell(ASKING_OFF, profile, now=now)
    return True


@transaction.atomic
def _rest(profile: MentorProfile, *, now: datetime) -> bool:
    User.objects.lock_rows(profile.person_id)
    if not quiet_mentors(now).filter(pk=profile.pk).exists():
        return False
    rest_profile(profile=profile, now=now)
    _tell(RESTING, profile, now=now)
    return True


def _tell(kind: str, profile: MentorProfile, *, now: datetime) -> None:
    version = MentorProfile.objects.values_list("version", flat=True).get(pk=profile.pk)
    until = now + WORTH_TELLING_FOR
    schedule_notices(Due(kind, profile.person_id, SUBJECT_TYPE, profile.pk, version, now, until), now=now)


def end_for_resting(*, now: datetime) -> int:
    """End requests, questions and places in line that wait for resting mentors, without blame. Returns how many.

    People on the waiting list are told, with others who could help.
    """
    resting = MentorProfile.objects.exclude(resting_since=None)
    people = resting.values("person")
    requests = Booking.objects.filter(mentor__in=people, state__in=UNANSWERED).order_by("pk")
    written = WrittenQuestion.objects.filter(mentor__in=people, state=WrittenState.ASKED).order_by("pk")
    waiting = WaitlistEntry.objects.filter(mentor__in=resting, ended_at=None).select_related("mentor").order_by("pk")
    ended = act_on_each(ClockAct.END_RESTING, requests, lambda row: _end_request(row, now=now), now=now)
    ended += act_on_each(ClockAct.END_RESTING_WRITTEN, written, lambda row: _end_written(row, now=now), now=now)
    return ended + act_on_each(ClockAct.END_RESTING_LINE, waiting, lambda row: _end_waiting(row, now=now), now=now)


@atomic_act
def _end_request(booking: Booking, *, now: datetime) -> bool:
    booking = lock_booking(booking)
    return booking.state in UNANSWERED and booking.offer.profile.is_resting and end_booking(booking, now=now)


@atomic_act
def _end_written(written: WrittenQuestion, *, now: datetime) -> bool:
    written = lock_written(written)
    resting = MentorProfile.objects.filter(person=written.mentor).exclude(resting_since=None)
    return resting.exists() and end_question(written, now=now)


@atomic_act
def _end_waiting(waiting: WaitlistEntry, *, now: datetime) -> bool:
    lock_people(waiting.person_id, known(waiting.mentor).person_id)
    waiting = WaitlistEntry.objects.select_related("mentor").get(pk=waiting.pk)
    if waiting.ended_at is not None or not known(waiting.mentor).is_resting:
        return False
    end_entry(waiting, WaitlistOutcome.AWAY, now=now)
    until = now + WORTH_TELLING_FOR
    schedule_notices(Due(MOVED_ON, waiting.person_id, WAITING_SUBJECT, waiting.pk, 0, now, until), now=now)
    return True


def say_here(*, profile: MentorProfile, now: datetime) -> None:
    """The mentor is still here, or back: all their offers can be booked again."""
    wake_profile(profile=profile, now=now)
    announce_opened(profile.person_id)


@transaction.atomic
def say_away(*, profile: MentorProfile, until: date, by: User, now: datetime) -> None:
    """The mentor is away until that day, and back then. Raises ProfileError `pause_date`, `not_live`."""
    try:
        pause_profile(profile=profile, until=until, by=by, now=now)
    except ProfileError as error:
        error.field = "until" if error.code == "pause_date" else ""
        raise
    wake_profile(profile=profile, now=now)


def say_stop(*, profile: MentorProfile, now: datetime) -> None:
    """The profile rests until its mentor is back. What waits for them ends with the next run."""
    rest_profile(profile=profile, now=now)
