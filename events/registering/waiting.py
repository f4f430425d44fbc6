"""The waiting list: who gets a place that came free."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from events.errors import EventError
from events.locks import lock_event, touch_registration
from events.models import Event, Place, Registration
from events.models.events import EventQuerySet
from events.models.states import BEFORE_START
from sessions_app.availability.commitments import promised_among
from sessions_app.locks import atomic_act, lock_people
from sessions_app.models import Occupancy
from sessions_app.waiting.holding_hours import AT_LEAST, held_until

from .giving import give_place, time_at
from .notices import News, silence, tell
from .places import PlaceCount, count_places

# Until then a place is simply given. From then on plans may have changed, so people are asked first.
ASKED_FROM = timedelta(hours=24)
TIME_TO_ANSWER = timedelta(hours=2)
# From then on there is no time to ask one after the other: all are told, and the first press has the place.
FOR_ALL_FROM = timedelta(hours=3)
# Nobody can be given the time for an answer that ends before that.
LAST_HOURS = FOR_ALL_FROM + AT_LEAST


def is_for_all(event: Event, now: datetime) -> bool:
    """Whether a place isn't kept for one person any more: all who wait are told, and the first press has it."""
    return event.start - now < LAST_HOURS


def is_place_left(event: Event, side: str, *, now: datetime) -> bool:
    """Whether someone new can have a place of a locked event: one more than those who wait for it could take."""
    count = count_places(event, now)[side]
    if count.free or not count.open:
        return count.free > 0
    line = Registration.objects.waiting().filter(event=event, side=side).select_related("event")
    # Who waits since later than they registered has let such a place go.
    first = [one for one in line if not one.is_asked(now) and one.waiting_since == one.registered_at]
    return count.open > len(first) - len(find_busy(first, now=now))


def can_take_place(registration: Registration, counts: Mapping[str, PlaceCount], *, now: datetime) -> bool:
    """Whether there is a place for this person on the waiting list: kept for their answer, or for the first press."""
    return registration.is_waiting and (registration.is_asked(now) or counts[registration.side].open > 0)


def find_busy(line: Collection[Registration], *, now: datetime) -> set[int]:
    """The people of this line who are promised elsewhere while they would be at the event."""
    return promised_among({one.person_id: time_at(one) for one in line}, now=now)


def admit_waiting(event: Event, side: str, *, now: datetime, passed: Collection[int] = ()) -> None:
    """Give the free places of a locked event to those who wait, or ask them. `passed`: ids of registrations that have
    just let such a place go, so that they aren't asked for the same one again."""
    if event.state not in BEFORE_START or event.start <= now:
        return
    count = count_places(event, now)[side]
    if not count.open or not count.waiting:
        return
    waiting = Registration.objects.waiting().filter(event=event, side=side).exclude(pk__in=passed)
    line = [one for one in waiting.select_related("person", "event") if not one.is_asked(now)]
    lock_people(*(registration.person_id for registration in line))
    if is_for_all(event, now):
        tell_all(line, now=now)
        return
    places, busy = count.open, find_busy(line, now=now)
    for registration in line:
        if not places:
            return
        if registration.person_id not in busy and admit(registration, now=now):
            places -= 1


def admit(registration: Registration, *, now: datetime) -> bool:
    """Give this person the place, or keep it for their answer. False if it goes to the next one after all."""
    event = registration.event
    if registration.takes_place_at_once and event.start - now > ASKED_FROM:
        try:
            with transaction.atomic():
                give_place(registration, news=News.ADMITTED, now=now)
        except EventError:
            return False
        return True
    last = event.start - FOR_ALL_FROM
    zone = ZoneInfo(registration.person.zone_name)
    until = held_until(now=now, last=last, hours=TIME_TO_ANSWER, zone=zone)
    if until is None:
        return False
    touch_registration(registration, answer_by=until)
    tell(registration, news=News.OFFERED, now=now)
    return True


def tell_all(line: list[Registration], *, now: datetime) -> None:
    for registration in line:
        touch_registration(registration, answer_by=None)
        tell(registration, news=News.FREE_FOR_ALL, now=now)


@atomic_act
def pass_on(*, registration: Registration, now: datetime) -> None:
    """A person on the waiting list doesn't want the place that is kept for them, but keeps waiting, behind the others.

    Raises EventError `closed` where no place is kept for them.
    """
    event = lock_event(registration.event_id)
    registration = Registration.objects.get(pk=registration.pk)
    if not registration.is_asked(now):
        raise EventError("closed", _("We’re no longer keeping a place for you."))
    put_behind(registration, now=now)
    admit_waiting(event, registration.side, now=now, passed=[registration.pk])


def put_behind(registration: Registration, *, now: datetime) -> None:
    touch_registration(registration, answer_by=None, waiting_since=now)
    silence(registration)


@atomic_act
def lapse_offers(*, event: Event, now: datetime) -> int:
    """Places that were kept for an answer which didn't come go to the next. Returns how many."""
    event = lock_event(event)
    late = list(Registration.objects.waiting().filter(event=event, answer_by__lte=now))
    for registration in late:
        put_behind(registration, now=now)
    for side in sorted({registration.side for registration in late}):
        admit_waiting(event, side, now=now, passed=() if is_for_all(event, now) else [one.pk for one in late])
    return len(late)


def who_could_be_admitted(now: datetime) -> EventQuerySet:
    """Events with a free place and a person on the waiting list who has time for it by now, and hasn't let one go.

    In the last hours everyone has been told, and the first press has the place.
    """
    busy = Occupancy.objects.in_force(now).filter(person=OuterRef("person"), during__overlap=OuterRef("event__during"))
    unasked = Q(answer_by=None) | Q(answer_by__lte=now)
    free = Place.objects.free().filter(event=OuterRef("event"), side=OuterRef("side"))
    able = Registration.objects.waiting().filter(unasked, ~Exists(busy), Exists(free), waiting_since=F("registered_at"))
    return Event.objects.filter(
        pk__in=able.order_by().values("event"),
        state__in=BEFORE_START,
        during__startswith__gte=now + LAST_HOURS,
    ).order_by("pk")


@atomic_act
def look_again(*, event: Event, now: datetime) -> bool:
    """Someone on the waiting list may have become free: give them the place that nobody else wanted."""
    event = lock_event(event)
    passed = Registration.objects.waiting().filter(event=event).exclude(waiting_since=F("registered_at"))
    before = event.registrations.filter(answer_by__gt=now).count() + event.registrations.who_are_in().count()
    for side in event.sides:
        admit_waiting(event, side, now=now, passed=list(passed.values_list("pk", flat=True)))
    after = event.registrations.filter(answer_by__gt=now).count() + event.registrations.who_are_in().count()
    return after > before
