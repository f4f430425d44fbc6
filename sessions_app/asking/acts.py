"""What a mentor answers who is asked to help a person who waits: a time that is held for them, or no."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from mentors.models import MentorProfile, Offer
from mentors.usual import usual_offer
from notifications.inbox import mark_subject_read
from sessions_app.availability.pair_facts import offers_left
from sessions_app.availability.rules import Rules
from sessions_app.availability.schedule import set_override
from sessions_app.availability.slot_picker import busy_times
from sessions_app.availability.slots import Slot, overlaps_busy
from sessions_app.availability.timetable import Timetable, load_timetable, load_timetable_for
from sessions_app.availability.walltime import day_number
from sessions_app.availability.worker_hints import advance_soon
from sessions_app.errors import SessionError
from sessions_app.locks import atomic_act, lock_people
from sessions_app.models import DateOverride, HeldTime, Route, RouteState, Schedule
from sessions_app.questions.limits import closed_error, why_not_book
from sessions_app.waiting.choosing import free_slots
from sessions_app.waiting.handing_out import hold_for
from sessions_app.waiting.holding_hours import held_until

from .notices import ROUTE
from .settling import close_route, offered_times

# How far ahead a mentor chooses a time, and how many they choose among
WITHIN, MOST_A_DAY, MOST_TIMES = timedelta(days=14), 4, 16
# How far ahead they may choose a time outside of their windows, and from when until when, in minutes of their day
EXTRA_WITHIN, BY_DAY = timedelta(days=6), (8 * 60, 21 * 60)


def offer_of(route: Route, *, now: datetime) -> Offer | None:
    """What is offered: the mentor's usual kind of session; None if they have none at present."""
    bookable = Offer.objects.bookable().filter(profile__person=route.mentor_id).select_related("profile__person")
    offers = offers_left(route.waiting.person, bookable, now=now)
    return usual_offer(offers) if offers else None


def times_to_offer(route: Route, offer: Offer, *, now: datetime) -> list[Slot]:
    """The mentor's free times, the soonest of each day, that the person who waits can take and hasn't passed by."""
    timetable = load_timetable_for(route.waiting.person, offer.profile, now=now)
    if timetable is None:
        return []
    return choose_suitable(route, timetable, free_slots(timetable.for_waitlist(), offer, now=now), now=now)


def extra_times(route: Route, offer: Offer, *, now: datetime) -> list[Slot]:
    """Full hours of the next days outside of the mentor's windows that the person could take.

    The mentor may choose one all the same: it is opened with the offer. Everything else that stands against a session
    holds: what is taken, time off and dates on which they are away, caps, notice.
    """
    timetable = load_timetable(offer.profile, now=now)
    if timetable is None or why_not_book(route.waiting.person, offer.profile, now=now):
        return []
    away = {day: spans for day, spans in timetable.rules.overrides.items() if not spans}
    all_day = replace(timetable.rules, windows=tuple((day, *BY_DAY) for day in range(1, 8)), overrides=away)
    slots = replace(timetable.for_waitlist(), rules=all_day, ready=None).slots(
        length=offer.length, now=now, first=now, last=now + EXTRA_WITHIN, step=60
    )
    outside = (slot for slot in slots if is_outside(timetable.rules, slot))
    return choose_suitable(route, timetable, outside, now=now)


def is_outside(rules: Rules, slot: Slot) -> bool:
    """Whether a slot neither overlaps nor touches a window of its date, so that it can be one of its own."""
    day, start, end = on_the_wall(rules, slot)
    return all(end < first or last < start for first, last in rules.windows_on(day_number(day)))


def on_the_wall(rules: Rules, slot: Slot) -> tuple[date, int, int]:
    """The local date of a slot, and its start and end in minutes from midnight."""
    local = slot.start.astimezone(ZoneInfo(rules.zone))
    start = local.hour * 60 + local.minute
    return local.date(), start, start + round((slot.end - slot.start).total_seconds() / 60)


def choose_suitable(route: Route, timetable: Timetable, slots: Iterable[Slot], *, now: datetime) -> list[Slot]:
    person = route.waiting.person
    busy = busy_times(person, now=now)
    known = {*route.waiting.known, *(held.booking.start for held in offered_times(route))}
    zone = ZoneInfo(timetable.rules.zone)
    days: Counter[date] = Counter()
    times: list[Slot] = []
    for slot in slots:
        if slot.start > now + WITHIN or len(times) == MOST_TIMES:
            break
        day = slot.start.astimezone(zone).date()
        last = slot.start - timetable.notice_of(slot.start)
        can_answer = held_until(now=now, last=last, hours=settings.TIME_HELD_FOR, zone=person.zone)
        suits = route.waiting.suits(slot.start) and slot.start not in known and not overlaps_busy(slot, busy)
        if can_answer and suits and days[day] < MOST_A_DAY:
            days[day] += 1
            times.append(slot)
    return times


@atomic_act
def offer_time(*, route: Route, start: datetime, by: User, now: datetime) -> HeldTime:
    """Hold this time of the mentor for the person who waits, until they answer. The same time twice holds it once.

    One of `extra_times` is opened on its date first, and stays open if the person passes it.
    Raises ScheduleError, and SessionError `not_yours`, `not_waiting`, `has_time`, `closed`, and the engine's codes.
    """
    route = lock_route(route, by)
    if route.held and route.held.booking.start == start and route.state == RouteState.OPEN:
        return route.held
    check_answerable(route, now=now)
    offer = offer_of(route, now=now)
    if offer is None:
        raise closed_error(by.mentor_profile)
    open_if_extra(route, offer, start, by=by, now=now)
    held = hold_for(waiting=route.waiting, offer=offer, start=start, now=now)
    if held is None:
        words = _("%(name)s has just been offered another time. If it doesn’t suit them, you can offer yours later.")
        raise SessionError("has_time", words % {"name": route.waiting.person.first_name})
    route.held, route.version = held, route.version + 1
    route.save(update_fields=["held", "version"])
    mark_subject_read(by, subject_type=ROUTE, subject_id=route.pk, now=now)
    advance_soon(route.waiting_id, now=now)
    return held


def open_if_extra(route: Route, offer: Offer, start: datetime, *, by: User, now: datetime) -> None:
    timetable = load_timetable(offer.profile, now=now)
    slot = Slot(start, start + timedelta(minutes=offer.length))
    if timetable is None or not is_outside(timetable.rules, slot) or slot not in extra_times(route, offer, now=now):
        return
    day, first, last = on_the_wall(timetable.rules, slot)
    spans = (*timetable.rules.windows_on(day_number(day)), (first, last))
    present = DateOverride.objects.filter(schedule__profile=offer.profile, date=day).first()
    set_override(profile=offer.profile, day=day, spans=spans, by=by, now=now, override=present)


@atomic_act
def decline_route(*, route: Route, by: User, now: datetime) -> None:
    """The next mentor is asked. Twice does no harm. Raises SessionError `not_yours`, `not_waiting`."""
    route = lock_route(route, by)
    if route.state == RouteState.DECLINED:
        return
    check_answerable(route, now=now)
    close_route(route, RouteState.DECLINED, now=now)
    mark_subject_read(by, subject_type=ROUTE, subject_id=route.pk, now=now)
    advance_soon(route.waiting_id, now=now)


def end_routes_between(one: User, other: User, *, now: datetime) -> None:
    """Neither is to meet the other: nobody is asked any more, and nothing says why. Both are locked."""
    pair = Q(mentor=one, waiting__person=other) | Q(mentor=other, waiting__person=one)
    for route in Route.objects.open().requests().filter(pair):
        close_route(route, RouteState.ENDED, now=now)
        advance_soon(route.waiting_id, now=now)


def decline_all_routes(*, mentor: User, now: datetime) -> None:
    """The mentor leaves: others are asked."""
    for route in Route.objects.unanswered(now).filter(mentor=mentor).select_related("waiting__person"):
        decline_route(route=route, by=mentor, now=now)


def stop_being_asked(*, profile: MentorProfile) -> None:
    """The mentor turns it on again among their booking rules."""
    Schedule.objects.filter(profile=profile).update(asked_for_others=False)


def check_answerable(route: Route, *, now: datetime) -> None:
    if not Route.objects.unanswered(now).filter(pk=route.pk).exists():
        raise SessionError("not_waiting", _("Your answer isn’t needed any more. Thank you all the same."))


def lock_route(route: Route, by: User) -> Route:
    lock_people(route.waiting.person_id, by)
    route = Route.objects.select_related("waiting__person", "held__booking", "mentor").get(pk=route.pk)
    if route.mentor_id != by.pk:
        raise SessionError("not_yours", _("You don’t have access to this."))
    return route
