"""Freed time goes to the first in line: held for them a while, then for the next; never a race for everyone."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, F, OuterRef

from mentors.models import MentorProfile, Offer
from mentors.usual import usual_offer
from notifications.services import schedule
from sessions_app.availability import Slot
from sessions_app.errors import BookingError
from sessions_app.holding import held_until
from sessions_app.models import Booking, BookingState, HeldTime, Occupancy, SetAside, Waiting
from sessions_app.models.waiting import Answer, WaitingEnd, WaitingQuerySet
from sessions_app.picking import REACH, busy_times, overlaps
from sessions_app.set_aside import let_go
from sessions_app.suggestions import help_with
from sessions_app.timetable import Timetable, load_timetables
from sessions_app.waiting_notices import held_time_due

from .asking import lock_and_ask
from .base import booking_act, lock_people, taken
from .booking import BriefInput, check_mentee, check_offer, check_slot, expire_for, insert
from .waiting import answer, end

SECONDS = 15
# Who has not answered so many times isn't waiting any more.
MOST_LAPSES = 2
# A person whom one free time doesn't suit is asked about a few of them, not all.
STARTS_TRIED = 3

Choice = tuple[Offer, datetime]


def give_freed_time(*, now: datetime, seconds: float = SECONDS) -> int:
    """Hold what is free by now for those who wait, in order of the line. Returns how many got a time held.

    What was set aside for them is let go of once all have been asked. Two workers at once do no harm: each time and
    each person is looked at again under their locks.
    """
    finish = time.monotonic() + seconds
    note_lapsed(now=now)
    end_what_is_over(now=now)
    # Noted before any timetable is read: what is set aside after that waits for the next look.
    seen = list(SetAside.objects.values_list("pk", flat=True))
    given = 0
    timetables = Timetables(now)
    for waiting in in_line(now):
        if time.monotonic() > finish:
            seen = []
            break
        given += give_to(waiting, timetables, now=now)
    let_go(seen, now=now)
    return given


def in_line(now: datetime) -> WaitingQuerySet:
    return Waiting.objects.askable(now).in_line().select_related("person", "mentor__person")


class Timetables:
    """Those of the mentors who are waited for, read once; one is read anew when its time is given away."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        wanted = in_line(now).exclude(mentor=None).values_list("mentor", flat=True)
        self.known: dict[int, Timetable] = {}
        self.read(*set(wanted))

    def of(self, profile: MentorProfile) -> Timetable | None:
        return self.known.get(profile.pk)

    def read(self, *profiles: int) -> None:
        loaded = load_timetables(profiles, now=self.now)
        self.known |= {pk: timetable.in_line() for pk, timetable in loaded.items()}


def give_to(waiting: Waiting, timetables: Timetables, *, now: datetime) -> bool:
    for offer, start in choices_for(waiting, timetables, now=now):
        try:
            given = hold_for(waiting=waiting, offer=offer, start=start, now=now)
        except BookingError:
            # Gone meanwhile, or not for this person: the next choice, and else the next in line.
            continue
        timetables.read(offer.profile_id)
        return given
    return False


def choices_for(waiting: Waiting, timetables: Timetables, *, now: datetime) -> Iterator[Choice]:
    """Free times that this person can have and has not said no to, soonest first, a few of them."""
    found = of_mentor if waiting.mentor else of_helpers
    refused = refused_times(waiting)
    count = 0
    for offer, slot in found(waiting, timetables, now=now):
        if not overlaps(slot, refused) and slot.start not in waiting.known:
            yield offer, slot.start
            count += 1
            if count == STARTS_TRIED:
                return


def refused_times(waiting: Waiting) -> list[tuple[datetime, datetime]]:
    held = HeldTime.objects.filter(waiting=waiting).select_related("booking")
    return [(one.booking.start, one.booking.end) for one in held]


def of_mentor(waiting: Waiting, timetables: Timetables, *, now: datetime) -> Iterator[tuple[Offer, Slot]]:
    profile = waiting.mentor
    assert profile is not None  # noqa: S101 - asked before
    timetable, offers = timetables.of(profile), list(profile.offers.active())
    if timetable is None or not offers or not profile.is_public:
        return
    offer = usual_offer(offers)
    busy = busy_times(waiting.person, now=now)
    # What lay further ahead when they joined was not looked at, so it can't be told from what was free already.
    seen_until = waiting.since + REACH
    for slot in free_slots(timetable, offer, now=now):
        if slot.start < seen_until and not overlaps(slot, busy):
            yield offer, slot


def free_slots(timetable: Timetable, offer: Offer, *, now: datetime) -> list[Slot]:
    return timetable.slots(length=offer.length, step=offer.step, now=now, first=now, last=now + REACH)


def of_helpers(waiting: Waiting, timetables: Timetables, *, now: datetime) -> Iterator[tuple[Offer, Slot]]:
    for free in help_with(waiting.words, waiting.filters, now=now, mentee=waiting.person):
        yield from ((free.offer, slot) for slot in free.slots)


@booking_act
def hold_for(*, waiting: Waiting, offer: Offer, start: datetime, now: datetime) -> bool:
    """Keep this time for this person and tell them. False if they have a time held, or left, meanwhile.

    Raises BookingError as `book_session`: whatever would refuse the booking refuses this too.
    """
    offer = lock_and_ask(offer, None, now=now, also=waiting.person_id).offer
    profile, person = offer.profile, waiting.person
    if not Waiting.objects.live(now).filter(pk=waiting.pk).exists():
        return False
    if HeldTime.objects.open().filter(person=person).exists():
        return False
    check_offer(offer)
    expire_for(profile.person_id, person.pk, now=now)
    check_mentee(person, profile, now=now)
    check_slot(offer, start=start, mentee=person, now=now, in_line=True)
    last = start - timedelta(minutes=profile.schedule.notice)
    until = held_until(now=now, last=last, hours=settings.TIME_HELD_FOR, zone=person.zone)
    if until is None:
        raise BookingError("notice", "")
    booking = insert(
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
    schedule(held_time_due(held), now=now)
    return True


def occupy_for(booking: Booking, person: int) -> None:
    """The booking has no mentee yet, but the time is theirs too."""
    Occupancy.objects.bulk_create(
        [Occupancy(person_id=person, booking=booking, during=booking.during)], ignore_conflicts=True
    )
    if not Occupancy.objects.filter(booking=booking, person=person).exists():
        raise taken()


def note_lapsed(*, now: datetime) -> int:
    """Times that were held and not answered, whoever let the hold go. Returns how many."""
    over = HeldTime.objects.open().exclude(booking__state=BookingState.HELD)
    return sum(_note_lapsed(held, now=now) for held in over.select_related("waiting"))


@booking_act
def _note_lapsed(held: HeldTime, *, now: datetime) -> bool:
    lock_people(held.person_id)
    held = HeldTime.objects.select_related("waiting").get(pk=held.pk)
    if held.answer != Answer.OPEN:
        return False
    answer(held, Answer.LAPSED, by=None, now=now)
    waiting = held.waiting
    waiting.lapses += 1
    waiting.save(update_fields=["lapses"])
    if waiting.lapses >= MOST_LAPSES:
        end(waiting, WaitingEnd.UNANSWERED, now=now)
    return True


def end_what_is_over(*, now: datetime) -> None:
    """After its thirty days, and when the person has booked that mentor in another way. A held time is left alone."""
    held = HeldTime.objects.open().filter(waiting=OuterRef("pk"))
    waitings = Waiting.objects.filter(~Exists(held), ended_at=None)
    booked = Booking.objects.filter(
        mentee=OuterRef("person"),
        mentor=OuterRef("mentor__person"),
        state__in=(BookingState.REQUESTED, BookingState.CONFIRMED),
        created_at__gt=OuterRef("since"),
    )
    waitings.filter(until__lte=now).update(ended_at=F("until"), ended=WaitingEnd.OVER)
    waitings.filter(Exists(booked)).update(ended_at=now, ended=WaitingEnd.BOOKED)
