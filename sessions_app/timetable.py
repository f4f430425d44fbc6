"""Loads what the slot engine needs, for one mentor or for many, in a handful of queries."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mentors.models import MentorProfile

from .availability import Refusal, Rules, Slot, Taken, list_slots, why_not
from .models import OCCUPYING, AvailabilityWindow, Booking, BookingState, DateOverride, Occupancy, Schedule, TimeOff

# Caps look at whole ISO weeks, so bookings a little before now still count.
CAP_REACH = timedelta(days=9)
# The engine looks up to three local days back for where a grid begins, and a zone may be a day away.
GRID_REACH = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class Timetable:
    """A mentor's rules with what is taken, as of one moment."""

    rules: Rules
    taken: tuple[Taken, ...]

    def slots(
        self,
        *,
        length: int,
        now: datetime,
        first: datetime,
        last: datetime,
        step: int | None = None,
        limit: int | None = None,
    ) -> list[Slot]:
        """Starts in [first, last) that can be booked; see `availability.list_slots`."""
        return list_slots(
            self.rules, self.taken, length=length, now=now, first=first, last=last, step=step, limit=limit
        )

    def why_not(
        self,
        *,
        start: datetime,
        length: int,
        now: datetime,
        step: int | None = None,
        own: Iterable[tuple[datetime, datetime]] = (),
    ) -> Refusal | None:
        return why_not(self.rules, self.taken, start=start, length=length, now=now, step=step, own=own)

    @property
    def last_bookable(self) -> timedelta:
        """How far from now a slot can lie at most (a day more than the horizon, since the last date is included)."""
        return timedelta(days=self.rules.horizon_days + 2)


def load_timetables(
    profiles: Iterable[MentorProfile], *, now: datetime, leave_out: Booking | None = None
) -> dict[int, Timetable]:
    """Timetables by profile id; profiles without a schedule are left out. Six queries, whatever the number.

    `leave_out`: a booking whose time counts as free (the one that is being moved).
    """
    people = {profile.pk: profile for profile in profiles}
    schedules = {schedule.pk: schedule for schedule in Schedule.objects.filter(profile__in=people)}
    windows: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    overrides: dict[int, dict[date, tuple[tuple[int, int], ...]]] = defaultdict(dict)
    time_off: dict[int, list[tuple[date, date]]] = defaultdict(list)
    for window in AvailabilityWindow.objects.filter(schedule__in=schedules).values_list(
        "schedule_id", "weekday", "start", "end"
    ):
        windows[window[0]].append(window[1:])
    since = now.date() - GRID_REACH
    for override in DateOverride.objects.filter(schedule__in=schedules, date__gte=since):
        overrides[override.schedule_id][override.date] = override.spans
    for away in TimeOff.objects.filter(schedule__in=schedules, last__gte=since):
        time_off[away.schedule_id].append((away.first, away.last))
    taken = _taken_by_person([profile.person_id for profile in people.values()], now=now, leave_out=leave_out)
    return {
        schedule.profile_id: Timetable(
            rules=Rules(
                zone=schedule.timezone,
                windows=tuple(windows[pk]),
                overrides=overrides[pk],
                time_off=tuple(time_off[pk]),
                buffer=schedule.buffer,
                notice=schedule.notice,
                horizon_days=schedule.horizon_days,
                max_per_day=schedule.max_per_day,
                max_per_week=schedule.max_per_week,
                paused_until=people[schedule.profile_id].paused_until,
            ),
            taken=tuple(taken[people[schedule.profile_id].person_id]),
        )
        for pk, schedule in schedules.items()
    }


def load_timetable(profile: MentorProfile, *, now: datetime, leave_out: Booking | None = None) -> Timetable | None:
    return load_timetables([profile], now=now, leave_out=leave_out).get(profile.pk)


def _taken_by_person(people: list[int], *, now: datetime, leave_out: Booking | None) -> dict[int, list[Taken]]:
    """What takes each person's time: the occupancies in force, and completed sessions, which count for caps only."""
    taken: dict[int, list[Taken]] = defaultdict(list)
    left_out = leave_out.pk if leave_out else None
    occupancies = Occupancy.objects.in_force(now).filter(person__in=people, during__endswith__gt=now - CAP_REACH)
    for person, during, mentor, state, booking in occupancies.values_list(
        "person_id", "during", "booking__mentor_id", "booking__state", "booking_id"
    ):
        if booking == left_out:
            continue
        gives = person == mentor and state != BookingState.HELD
        taken[person].append(Taken(during.lower, during.upper, gives=gives))
    over = Booking.objects.filter(mentor__in=people, during__endswith__gt=now - CAP_REACH).exclude(
        state__in=(
            *OCCUPYING,
            BookingState.DECLINED,
            BookingState.EXPIRED,
            BookingState.WITHDRAWN,
            BookingState.CANCELLED,
        )
    )
    for mentor, during in over.values_list("mentor_id", "during"):
        taken[mentor].append(Taken(during.lower, during.upper, gives=True, occupies=False))
    return taken
