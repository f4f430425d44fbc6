"""Gives freed time to people on the waiting list: held for the first in line a while, then for the next.

Never a race.
"""

import logging
import time
from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db.models import Exists, F, OuterRef

from common.refusals import BUSY
from mentors.models import Offer
from notifications.services import schedule_notices
from sessions_app.availability.pair_facts import locked_pair_rules
from sessions_app.booking.book import check_offer, check_slot, expire_for, insert_booking
from sessions_app.booking.prefetch import lock_and_read
from sessions_app.errors import SessionError, taken_error
from sessions_app.locks import atomic_act, lock_people
from sessions_app.models import Booking, BookingState, HeldTime, Occupancy, WaitlistEntry
from sessions_app.models.states import OPEN
from sessions_app.models.stuck import ClockAct
from sessions_app.models.waiting import HeldTimeAnswer, WaitlistOutcome
from sessions_app.questions.brief_input import BriefInput
from sessions_app.questions.limits import check_mentee
from sessions_app.questions.mentee_standing import standing_of
from sessions_app.questions.programme_limits import KEPT_OUT, ProgrammeLimitError, check_offer_in
from sessions_app.stuck_rows import Guard, act_on_each

from .acts import end_entry, record_answer, why_taken_back
from .choosing import Choices
from .holding_hours import held_until
from .notices import held_time_due
from .rounds import Round, finish_round, pause_round, present_round

logger = logging.getLogger(__name__)

# How many people one run of the task asks, and how many seconds it takes, at most. The next run continues.
PEOPLE, SECONDS = 2000, 15
AT_ONCE = 100
# After so many held times without an answer, a person is taken off the list.
MOST_LAPSES = 2
# How many free times are tried for one person before it is the next one's turn.
STARTS_TRIED = 3
# Refusals that are about the person: no other time or mentor will help.
OF_THE_PERSON = ("paused", "too_many_open", "too_often")
# Refusals that are about the person and this mentor: none of the mentor's times will do.
OF_THE_MENTOR = ("already_together", "closed", "own_profile", *KEPT_OUT)
# Refusals that can happen, since only the locks make sure. Any other contradicts what the engine has just listed.
OF_THE_TIME = ("taken", "busy_elsewhere", "own_overlap", "buffer", "day_cap", "week_cap", "kept_for_first", "notice")
MAY_HAPPEN = (*OF_THE_PERSON, *OF_THE_MENTOR, *OF_THE_TIME, "quota", "session_kind", BUSY)


def hand_out_freed_time(*, now: datetime, seconds: float = SECONDS, people: int = PEOPLE) -> int:
    """Hold free times for people on the waiting list, in order of the line. Returns how many got one.

    A run asks at most `people` in about `seconds`; the next continues behind the last of them. Reserved time is
    released only when all have been asked. Two workers at once do no harm: each time and each person is checked again
    under locks.
    """
    note_lapsed(now=now)
    end_finished_entries(now=now)
    # The round is fixed before any timetable is read. Time that is reserved later belongs to the next round, which
    # begins with the first in line again.
    asked = present_round(now=now)
    choices, guard = Choices(asked, now), Guard(ClockAct.GIVE_TIME, now=now)
    line = waitlist_by_place(asked, choices, guard, now=now)
    finish, given = time.monotonic() + seconds, 0
    for count, waiting in enumerate(line):
        if count == people or time.monotonic() > finish:
            pause_round(asked, now=now)
            break
        with guard.over(waiting.pk):
            given += offer_to(waiting, choices, now=now)
        asked = asked.after_asking(waiting)
    else:
        finish_round(asked, now=now)
    guard.forget_others(WaitlistEntry.objects.askable(now))
    return given


def waitlist_by_place(asked: Round, choices: Choices, guard: Guard, *, now: datetime) -> Iterator[WaitlistEntry]:
    """Everyone whom this round has yet to ask, in batches, together with what choosing for them takes."""
    while batch := list(guard.without_stuck(asked.still_to_ask(now)).select_related("person")[:AT_ONCE]):
        choices.read_batch(batch)
        yield from batch
        asked = asked.after_asking(batch[-1])


def offer_to(waiting: WaitlistEntry, choices: Choices, *, now: datetime) -> bool:
    tried, ruled_out = 0, set()
    for offer, start in choices.of(waiting):
        if offer.profile_id in ruled_out:
            continue
        if tried == STARTS_TRIED:
            break
        tried += 1
        try:
            held = hold_for(waiting=waiting, offer=offer, start=start, now=now)
        except SessionError as refused:
            # The time is gone meanwhile, or this person can't have it: try their next choice.
            note_refusal(waiting, offer, refused)
            if refused.code in OF_THE_MENTOR or isinstance(refused, ProgrammeLimitError):
                ruled_out.add(offer.profile_id)
            elif refused.code in OF_THE_PERSON:
                break
            continue
        choices.read_again(offer)
        return held is not None
    return False


def note_refusal(waiting: WaitlistEntry, offer: Offer, refused: SessionError) -> None:
    """Log the refusal. An unexpected one means that listing and accepting have come apart, which staff should see."""
    level = logging.INFO if refused.code in MAY_HAPPEN else logging.WARNING
    logger.log(level, "waiting %s can't have a time of offer %s: %s", waiting.pk, offer.pk, refused.code)


@atomic_act
def hold_for(*, waiting: WaitlistEntry, offer: Offer, start: datetime, now: datetime) -> HeldTime | None:
    """Hold this time for this person and tell them. None if they got another time, or left, meanwhile.

    Raises SessionError as `book_session`: whatever would refuse the booking refuses this too.
    """
    locked = lock_and_read(offer, None, now=now, also_lock=waiting.person_id)
    offer = locked.offer
    profile, person = offer.profile, waiting.person
    if not WaitlistEntry.objects.live(now).filter(pk=waiting.pk).exists():
        return None
    if HeldTime.objects.open().filter(person=person).exists():
        return None
    check_offer(offer)
    expire_for(profile.person_id, person.pk, now=now)
    standing = standing_of(person, profile.person_id, now=now)
    check_mentee(person, profile, now=now, standing=standing)
    pair = locked_pair_rules(person, profile.person_id, shares=standing.shares_programme, now=now)
    check_offer_in(pair, offer)
    check_slot(offer, start=start, mentee=person, now=now, standing=standing, for_waitlist=True, pair=pair)
    last = start - locked.timetable.notice_of(start) if locked.timetable else now
    until = held_until(now=now, last=last, hours=settings.TIME_HELD_FOR, zone=person.zone)
    if until is None:
        raise SessionError("notice", "")
    booking = insert_booking(
        offer,
        start=start,
        brief=BriefInput(question=waiting.words),
        mentee=None,
        now=now,
        state=BookingState.HELD,
        expires_at=until,
        programme=standing.programme_id,
    )
    occupy_for(booking, person.pk)
    held = HeldTime.objects.create(waiting=waiting, person=person, booking=booking, at=now, until=until)
    schedule_notices(held_time_due(held), now=now)
    return held


def occupy_for(booking: Booking, person: int) -> None:
    """Take the person's time too, although the booking has no mentee yet."""
    Occupancy.objects.bulk_create(
        [Occupancy(person_id=person, booking=booking, during=booking.during)], ignore_conflicts=True
    )
    if not Occupancy.objects.filter(booking=booking, person=person).exists():
        raise taken_error()


def note_lapsed(*, now: datetime) -> int:
    """Record that held times have passed unanswered, whichever act ended the hold. Returns how many."""
    over = HeldTime.objects.open().exclude(booking__state=BookingState.HELD).select_related("waiting")
    ordered = over.order_by("until", "pk")
    return act_on_each(ClockAct.NOTE_LAPSED, ordered, lambda held: _note_lapsed(held, now=now), now=now)


@atomic_act
def _note_lapsed(held: HeldTime, *, now: datetime) -> bool:
    lock_people(held.person_id)
    known = HeldTime.objects.select_related("waiting", "person", "booking__offer__profile__person")
    held = known.get(pk=held.pk)
    if held.answer != HeldTimeAnswer.OPEN:
        return False
    record_answer(held, HeldTimeAnswer.LAPSED, by=None, now=now)
    if why_taken_back(held, now=now):
        # They couldn't have had it, so it is no answer that they owed.
        return True
    waiting = held.waiting
    waiting.lapses += 1
    waiting.save(update_fields=["lapses"])
    if waiting.lapses >= MOST_LAPSES:
        end_entry(waiting, WaitlistOutcome.UNANSWERED, now=now)
    return True


def end_finished_entries(*, now: datetime) -> None:
    """End entries that are over, or whose person has booked that mentor in another way.

    Not while a time is held for them.
    """
    held = HeldTime.objects.open().filter(waiting=OuterRef("pk"))
    waitings = WaitlistEntry.objects.filter(~Exists(held), ended_at=None)
    booked = Booking.objects.filter(
        mentee=OuterRef("person"),
        mentor=OuterRef("mentor__person"),
        state__in=OPEN,
        created_at__gt=OuterRef("since"),
    )
    waitings.filter(until__lte=now).update(ended_at=F("until"), ended=WaitlistOutcome.OVER)
    waitings.filter(Exists(booked)).update(ended_at=now, ended=WaitlistOutcome.BOOKED)
