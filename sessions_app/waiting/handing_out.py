"""Freed time goes to the first in line: held for them a while, then for the next; never a race for everyone."""

import logging
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, F, OuterRef

from mentors.models import Offer
from notifications.services import schedule_notices
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
from sessions_app.stuck_rows import Guard, act_on_each

from .acts import end_entry, record_answer
from .choosing import Choices
from .holding_hours import held_until
from .notices import held_time_due
from .rounds import Round, finish_round, pause_round, present_round

logger = logging.getLogger(__name__)

# A look asks so many people, and takes so long, at most; the next goes on where it stopped.
PEOPLE, SECONDS = 2000, 15
AT_ONCE = 100
# Who has not answered so many times isn't waiting any more.
MOST_LAPSES = 2
# A person whom one free time doesn't suit is asked about a few of them, not all.
STARTS_TRIED = 3
# Refusals that have nothing to do with the time or the mentor: another choice won't help.
OF_THE_PERSON = ("paused", "too_many_open", "too_often")
# None of this mentor's times can be had by them.
OF_THE_MENTOR = ("already_together", "closed", "own_profile")
# What is found out only under the locks. Any other refusal contradicts what the engine has just listed.
MAY_HAPPEN = (*OF_THE_PERSON, *OF_THE_MENTOR, "taken", "own_overlap", "buffer", "day_cap", "week_cap", "notice", "busy")


def hand_out_freed_time(*, now: datetime, seconds: float = SECONDS, people: int = PEOPLE) -> int:
    """Hold what is free by now for those who wait, in order of the line. Returns how many got a time held.

    A look asks at most so many `people` in about so many `seconds`; the next goes on behind the last of them, until all
    have been asked, and only then is what was set aside let go of. Two workers at once do no harm: each time and each
    person is looked at again under their locks.
    """
    note_lapsed(now=now)
    end_finished_entries(now=now)
    # Begun before any timetable is read: what is set aside after that waits for the next round.
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
    """Everybody whom this round has yet to ask, read in batches with what choosing for them takes."""
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
            given = hold_for(waiting=waiting, offer=offer, start=start, now=now)
        except SessionError as refused:
            # Gone meanwhile, or not for this person: the next choice, and else the next in line.
            note_refusal(waiting, offer, refused)
            if refused.code in OF_THE_PERSON:
                break
            if refused.code in OF_THE_MENTOR:
                ruled_out.add(offer.profile_id)
            continue
        choices.read_again(offer)
        return given
    return False


def note_refusal(waiting: WaitlistEntry, offer: Offer, refused: SessionError) -> None:
    """A refusal that nothing explains means that what we list and what we accept have come apart: staff should see."""
    level = logging.INFO if refused.code in MAY_HAPPEN else logging.WARNING
    logger.log(level, "waiting %s can't have a time of offer %s: %s", waiting.pk, offer.pk, refused.code)


@atomic_act
def hold_for(*, waiting: WaitlistEntry, offer: Offer, start: datetime, now: datetime) -> bool:
    """Keep this time for this person and tell them. False if they have a time held, or left, meanwhile.

    Raises SessionError as `book_session`: whatever would refuse the booking refuses this too.
    """
    offer = lock_and_read(offer, None, now=now, also_lock=waiting.person_id).offer
    profile, person = offer.profile, waiting.person
    if not WaitlistEntry.objects.live(now).filter(pk=waiting.pk).exists():
        return False
    if HeldTime.objects.open().filter(person=person).exists():
        return False
    check_offer(offer)
    expire_for(profile.person_id, person.pk, now=now)
    check_mentee(person, profile, now=now)
    check_slot(offer, start=start, mentee=person, now=now, for_waitlist=True)
    last = start - timedelta(minutes=profile.schedule.notice)
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
    )
    occupy_for(booking, person.pk)
    held = HeldTime.objects.create(waiting=waiting, person=person, booking=booking, at=now, until=until)
    schedule_notices(held_time_due(held), now=now)
    return True


def occupy_for(booking: Booking, person: int) -> None:
    """The booking has no mentee yet, but the time is theirs too."""
    Occupancy.objects.bulk_create(
        [Occupancy(person_id=person, booking=booking, during=booking.during)], ignore_conflicts=True
    )
    if not Occupancy.objects.filter(booking=booking, person=person).exists():
        raise taken_error()


def note_lapsed(*, now: datetime) -> int:
    """Times that were held and not answered, whoever let the hold go. Returns how many."""
    over = HeldTime.objects.open().exclude(booking__state=BookingState.HELD).select_related("waiting")
    ordered = over.order_by("until", "pk")
    return act_on_each(ClockAct.NOTE_LAPSED, ordered, lambda held: _note_lapsed(held, now=now), now=now)


@atomic_act
def _note_lapsed(held: HeldTime, *, now: datetime) -> bool:
    lock_people(held.person_id)
    held = HeldTime.objects.select_related("waiting").get(pk=held.pk)
    if held.answer != HeldTimeAnswer.OPEN:
        return False
    record_answer(held, HeldTimeAnswer.LAPSED, by=None, now=now)
    waiting = held.waiting
    waiting.lapses += 1
    waiting.save(update_fields=["lapses"])
    if waiting.lapses >= MOST_LAPSES:
        end_entry(waiting, WaitlistOutcome.UNANSWERED, now=now)
    return True


def end_finished_entries(*, now: datetime) -> None:
    """After its thirty days, and when the person has booked that mentor in another way. A held time is left alone."""
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
