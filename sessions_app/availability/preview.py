"""What a mentor's rules, saved or still being typed, mean for people who want to book."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from mentors.models import MentorProfile, Offer
from sessions_app.models import Booking, BookingState, Schedule
from sessions_app.models.states import TIMED

from .rules import Rules
from .schedule import Window
from .slots import LONGEST_ANSWER, open_spans
from .timetable import Timetable, load_timetable
from .walltime import DAY, Spans, day_number

COUNTED_WITHIN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Preview:
    """`count`: times of the first offer within seven days. `soonest` of all. `outside`: sessions and requests outside
    the rules."""

    offer: Offer | None
    count: int
    soonest: datetime | None
    outside: tuple[Booking, ...] = ()

    @property
    def requests_outside(self) -> int:
        return sum(booking.state == BookingState.REQUESTED for booking in self.outside)

    @property
    def agreed_outside(self) -> int:
        return len(self.outside) - self.requests_outside


def shortest_length(profile: MentorProfile) -> int:
    """Of the sessions that can be booked, in minutes; 0 if there are none."""
    return min(profile.offers.bookable().values_list("length", flat=True), default=0)


def windows_too_short(windows: Iterable[Window], length: int) -> list[Window]:
    """The windows of a week into which no session of so many minutes fits. Those that touch count as one."""
    runs: list[list[Window]] = []
    for window in sorted(windows):
        if runs and _touches(runs[-1][-1], window):
            runs[-1].append(window)
        else:
            runs.append([window])
    if len(runs) > 1 and _touches(runs[-1][-1], runs[0][0]):
        runs[0] = runs.pop() + runs[0]
    return [window for run in runs if sum(end - start for _day, start, end in run) < length for window in run]


def spans_too_short(spans: Spans, day: date, rules: Rules, length: int) -> Spans:
    """The same of the windows of one date, which may touch those of the dates beside it."""
    beside = (day - timedelta(days=1), day + timedelta(days=1))
    windows = [(one.isoweekday(), *span) for one in beside for span in rules.windows_on(day_number(one))]
    windows += [(day.isoweekday(), *span) for span in spans]
    short = windows_too_short(windows, length)
    return tuple((start, end) for weekday, start, end in short if weekday == day.isoweekday())


def _touches(earlier: Window, later: Window) -> bool:
    if earlier[0] == later[0]:
        return earlier[2] == later[1]
    return earlier[0] % 7 + 1 == later[0] and earlier[2] == DAY and later[1] == 0


def timetable_for(profile: MentorProfile, schedule: Schedule, *, now: datetime, **changes: Any) -> Timetable:
    """The profile's timetable with these rules in place of the stored ones; `schedule` may not be stored yet."""
    stored = load_timetable(profile, now=now) or Timetable(rules=Rules(zone=schedule.timezone), taken=())
    return replace(stored.for_waitlist(), rules=replace(stored.rules, **changes))


def preview_of(profile: MentorProfile, timetable: Timetable, *, now: datetime) -> Preview:
    offer = profile.offers.bookable().first()
    outside = tuple(sessions_outside(profile, timetable.rules, now=now))
    if offer is None:
        return Preview(None, 0, None, outside)
    times = starts_of(offer, timetable, now=now, until=now + COUNTED_WITHIN)
    return Preview(offer, len(times), soonest_of(offer, timetable, now=now), outside)


def starts_of(offer: Offer, timetable: Timetable, *, now: datetime, until: datetime) -> list[datetime]:
    slots = timetable.slots(length=offer.length, step=offer.step, now=now, first=now, last=until)
    return [slot.start for slot in slots]


def soonest_of(offer: Offer, timetable: Timetable, *, now: datetime) -> datetime | None:
    """The first start that can be booked, as far as the mentor lets people book."""
    first, last = now, now + timetable.last_bookable
    while first < last:
        until = min(last, first + LONGEST_ANSWER)
        found = timetable.slots(length=offer.length, step=offer.step, now=now, first=first, last=until, limit=1)
        if found:
            return found[0].start
        first = until
    return None


def sessions_outside(profile: MentorProfile, rules: Rules, *, now: datetime) -> Iterable[Booking]:
    """What is booked or asked for and doesn't lie in the open times of these rules, soonest first."""
    ahead = Booking.objects.filter(
        mentor=profile.person_id,
        state__in=TIMED,
        during__startswith__gt=now,
    )
    for booking in ahead.select_related("mentee").order_by("during"):
        open_time = open_spans(rules, first=booking.start, last=booking.end)
        if [(span.start, span.end) for span in open_time] != [(booking.start, booking.end)]:
            yield booking
