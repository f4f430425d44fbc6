"""The slot picker: seven days as links, and the times of one day as radio buttons. For booking and moving."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.models import User
from sessions_app.models import Booking, Occupancy

from .slots import Slot, nearest_slots
from .timetable import Timetable

WEEK = timedelta(days=7)
REACH = timedelta(days=60)  # one question to the engine; it answers for at most 62 days


@dataclass(frozen=True, slots=True)
class PickerDay:
    date: date
    times: int

    @property
    def dots(self) -> int:
        return min(self.times, 6)


@dataclass(frozen=True, slots=True)
class PickerTime:
    """A start on the opened day. One that is `gone` is taken: by the reader's `own` session, or by another."""

    slot: Slot
    gone: bool
    own: bool


@dataclass(frozen=True, slots=True)
class PickerView:
    soonest: Slot
    day: date
    days: Sequence[PickerDay]
    times: Sequence[PickerTime]
    week_before: date | None
    week_after: date | None
    chosen: datetime | None

    @property
    def free(self) -> int:
        return sum(not time.gone for time in self.times)

    @property
    def own(self) -> bool:
        return any(time.own for time in self.times)

    @property
    def skips_weeks(self) -> bool:
        """Whether the next free day lies beyond the week that follows."""
        return self.week_after is not None and self.week_after >= self.days[0].date + 2 * WEEK


@dataclass(frozen=True, slots=True)
class SlotPicker:
    """The free slots of `length` minutes for one reader. `zone` is the reader's, and so are the days."""

    timetable: Timetable
    length: int
    step: int | None
    zone: str
    now: datetime
    # The reader's own sessions, during which they can't book.
    busy: Sequence[tuple[datetime, datetime]] = ()
    # The start of the session that is being moved. Its time counts as free, but it isn't offered.
    present: datetime | None = None

    def open_picker(self, *, day: date | None = None, chosen: datetime | None = None) -> PickerView | None:
        """The picker opened on `day`, or on the day of the `chosen` start, or on the soonest. Never on a day without
        free times.

        None if there is no free time at all.
        """
        soonest = self.first_after(self.now)
        if soonest is None:
            return None
        wished = day or (self.local_date(chosen) if chosen else None)
        today = self.local_date(self.now)
        opened = self.near_free_day(max(wished, today)) if wished else None
        opened = opened or self.local_date(soonest.start)
        monday = today + (opened - today) // WEEK * WEEK
        counts = Counter(self.local_date(slot.start) for slot in self.between(monday, monday + WEEK))
        earlier = self.last_before(monday) if monday > today else None
        later = self.first_after(self.local_midnight(monday + WEEK))
        return PickerView(
            soonest=soonest,
            day=opened,
            days=[
                PickerDay(monday + timedelta(days=offset), counts[monday + timedelta(days=offset)])
                for offset in range(7)
            ],
            times=self.times_of(opened),
            week_before=self.local_date(earlier.start) if earlier else None,
            week_after=self.local_date(later.start) if later else None,
            chosen=chosen,
        )

    def near_free_day(self, day: date) -> date | None:
        """This day if it has a free time, else the next one that has."""
        found = self.first_after(self.local_midnight(day))
        return self.local_date(found.start) if found else None

    def times_of(self, day: date) -> list[PickerTime]:
        after = day + timedelta(days=1)
        free = set(self.between(day, after))
        untaken = replace(self, timetable=Timetable(self.timetable.rules, ()))
        return [self.time_of(slot, slot in free) for slot in sorted(free | set(untaken.between(day, after)))]

    def time_of(self, slot: Slot, free: bool) -> PickerTime:
        own = overlaps_busy(slot, self.busy)
        return PickerTime(slot, gone=own or not free, own=own)

    def between(self, first: date, last: date) -> list[Slot]:
        return self.slots(self.local_midnight(first), self.local_midnight(last))

    def nearest_alternatives(self, start: datetime, count: int = 3) -> list[Slot]:
        """The nearest free slots around a start that could not be had."""
        first = max(self.now, start - WEEK)
        return nearest_slots(self.slots(first, first + REACH / 2), start, count)

    def first_after(self, moment: datetime) -> Slot | None:
        return next((slots[0] for reach in self.search_spans(moment) if (slots := self.slots(*reach, limit=1))), None)

    def last_before(self, day: date) -> Slot | None:
        """The last free slot before this day, looking back sixty days at most."""
        last = self.local_midnight(day)
        slots = self.slots(max(self.now, last - REACH), last)
        return slots[-1] if slots else None

    def search_spans(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The time from `moment` to the horizon, in pieces that the engine answers for."""
        end = self.now + self.timetable.last_bookable
        while moment < end:
            yield moment, moment + REACH
            moment += REACH

    def slots(self, first: datetime, last: datetime, limit: int | None = None) -> list[Slot]:
        wanted = limit + 1 if limit and self.present else limit
        found = self.timetable.slots(
            length=self.length, step=self.step, now=self.now, first=first, last=last, limit=wanted
        )
        return [slot for slot in found if slot.start != self.present][:limit]

    def local_midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(self.zone))

    def local_date(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.zone)).date()


def overlaps_busy(slot: Slot, busy: Iterable[tuple[datetime, datetime]]) -> bool:
    return any(start < slot.end and slot.start < end for start, end in busy)


def busy_times(
    person: User | None, *, now: datetime, excluding: Booking | None = None
) -> list[tuple[datetime, datetime]]:
    """The spans of a person's own sessions from now on, so that no page offers a time that they couldn't book."""
    if person is None:
        return []
    taken = Occupancy.objects.in_force(now).filter(person=person, during__endswith__gt=now).exclude(booking=excluding)
    return [(during.lower, during.upper) for during in taken.values_list("during", flat=True)]
