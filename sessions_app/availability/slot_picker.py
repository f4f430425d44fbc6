"""The slot picker: four weeks and seven of their days as links, and the times of one day as radio buttons."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.utils import dateformat
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from accounts.models import User
from common.refusals import RefusalError
from sessions_app.models import Booking, Occupancy

from .reader_times import NOTHING, JoinedSpans
from .slots import Slot, Taken, nearest_slots, overlaps_busy
from .timetable import Timetable

DAY, WEEK, FOUR_WEEKS = timedelta(days=1), timedelta(days=7), timedelta(days=28)
# A day with at most so many free times has few of them.
FEW = 3
REACH = timedelta(days=60)  # one question to the engine; it answers for at most 62 days


@lru_cache(maxsize=1024)
def date_text(day: date, pattern: str, _language: str | None) -> str:
    """Every mentor's page names the same few days, so they are put into words once."""
    return dateformat.format(day, pattern)


@dataclass(frozen=True, slots=True)
class PickerDay:
    """`is_full`: the mentor gives no more sessions on this day, or in its week."""

    date: date
    times: int
    is_full: bool = False

    @property
    def dots(self) -> int:
        return min(self.times, 6)

    @property
    def weekday(self) -> str:
        return date_text(self.date, "D", get_language())

    @property
    def month(self) -> str:
        return date_text(self.date, "F", get_language())

    @property
    def density(self) -> str:
        """`none`, `few` or `many`: how the day is drawn among four weeks."""
        return ("many" if self.times > FEW else "few") if self.times else "none"

    @property
    def label(self) -> str:
        """`Thursday 3 December, 4 times`, for ears."""
        return f"{date_text(self.date, pgettext('date pattern', 'l j F'), get_language())}, {self.times_text}"

    @property
    def times_text(self) -> str:
        if self.times:
            return ngettext("%(n)d time", "%(n)d times", self.times) % {"n": self.times}
        return _("fully booked") if self.is_full else _("no times")


@dataclass(frozen=True, slots=True)
class PickerTime:
    """A start on the opened day. One that is `gone` is taken: by the reader's `own` session, or by another.

    `is_present`: it is the time of the session that is being moved. `is_busy`: it can be had, but a calendar of the
    reader's says that they are busy then.
    """

    slot: Slot
    gone: bool
    own: bool
    is_present: bool = False
    is_busy: bool = False


@dataclass(frozen=True, slots=True)
class PickerView:
    """The opened `day` with its `times`; `weeks` are the four, each of seven days, that it lies in.

    `soonest` is the first at which the reader has time. `skipped`: the day of an earlier one at which a calendar of
    theirs says that they are busy, if another was opened for that.
    """

    soonest: Slot
    skipped: date | None
    day: date
    weeks: Sequence[Sequence[PickerDay]]
    times: Sequence[PickerTime]
    week_before: date | None
    week_after: date | None
    chosen: datetime | None

    @property
    def days(self) -> Sequence[PickerDay]:
        return self.weeks[(self.day - self.weeks[0][0].date) // WEEK]

    @property
    def first_date(self) -> date:
        return self.weeks[0][0].date

    @property
    def last_date(self) -> date:
        return self.weeks[-1][-1].date

    @property
    def free(self) -> int:
        return sum(not time.gone for time in self.times)

    @property
    def last_start(self) -> datetime:
        return self.times[-1].slot.start

    @property
    def own(self) -> bool:
        return any(time.own for time in self.times)

    @property
    def has_busy(self) -> bool:
        return any(time.is_busy for time in self.times)

    @property
    def full_days(self) -> list[date]:
        return [day.date for day in self.days if day.is_full]

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
    # The first and the last start that come into question, where not all do.
    within: tuple[datetime, datetime] | None = None
    # When the reader is busy, as their own calendars elsewhere say. It hides nothing.
    elsewhere: JoinedSpans = NOTHING

    def open_picker(self, *, day: date | None = None, chosen: datetime | None = None) -> PickerView | None:
        """The picker opened on `day`, or on the day of the `chosen` start, or on the soonest. Never on a day without
        free times.

        None if there is no free time at all.
        """
        first_free = self.first_after(self.now)
        if first_free is None:
            return None
        soonest = self.first_suiting(first_free)
        wished = day or (self.local_date(chosen) if chosen else None)
        today, day_of_first = self.local_date(self.now), self.local_date(first_free.start)
        opened = self.near_free_day(max(wished, today)) if wished else None
        opened = opened or self.local_date(soonest.start)
        first = today + (opened - today) // FOUR_WEEKS * FOUR_WEEKS
        dates = [first + number * DAY for number in range(FOUR_WEEKS.days)]
        counts = self.count_times(dates)
        uncapped = self.without_caps().count_times(dates) if self.timetable.rules.has_caps else counts
        days = [
            PickerDay(date, times, is_full=not times and without_caps > 0)
            for date, times, without_caps in zip(dates, counts, uncapped, strict=True)
        ]
        start = first + (opened - first) // WEEK * WEEK
        return PickerView(
            soonest=soonest,
            skipped=day_of_first if not wished and day_of_first < opened else None,
            day=opened,
            weeks=[days[at : at + WEEK.days] for at in range(0, len(days), WEEK.days)],
            times=self.times_of(opened),
            week_before=self.free_day_before(start, days) if start > today else None,
            week_after=self.free_day_from(start + WEEK, days),
            chosen=chosen,
        )

    def count_times(self, dates: Sequence[date]) -> list[int]:
        """How many free times each of these dates has, one after the other: as many as `times_of` shows to be free."""
        midnights = [self.local_midnight(day) for day in (*dates, dates[-1] + DAY)]
        starts = [slot.start for slot in self.slots(midnights[0], midnights[-1])]
        return [last - first for first, last in pairwise(bisect_left(starts, midnight) for midnight in midnights)]

    def free_day_before(self, day: date, known: Sequence[PickerDay]) -> date | None:
        """The last date before `day` with a free time; `known` are counted already."""
        counted = next((one.date for one in reversed(known) if one.times and one.date < day), None)
        if counted or known[0].date <= self.local_date(self.now):
            return counted
        earlier = self.last_before(known[0].date)
        return self.local_date(earlier.start) if earlier else None

    def free_day_from(self, day: date, known: Sequence[PickerDay]) -> date | None:
        """The first date from `day` on with a free time; `known` are counted already."""
        counted = next((one.date for one in known if one.times and one.date >= day), None)
        return counted or self.near_free_day(known[-1].date + DAY)

    def without_caps(self) -> "SlotPicker":
        rules = replace(self.timetable.rules, max_per_day=None, max_per_week=None)
        return replace(self, timetable=replace(self.timetable, rules=rules))

    def near_free_day(self, day: date) -> date | None:
        """This day if it has a free time, else the next one that has."""
        found = self.first_after(self.local_midnight(day))
        return self.local_date(found.start) if found else None

    def times_of(self, day: date) -> list[PickerTime]:
        after = day + DAY
        free = set(self.between(day, after))
        untaken = replace(self, timetable=Timetable(self.timetable.rules, ()), busy=())
        shown = free | set(untaken.between(day, after))
        if self.present and self.local_date(self.present) == day:
            shown.add(Slot(self.present, self.present + timedelta(minutes=self.length)))
        return [self.time_of(slot, slot in free) for slot in sorted(shown)]

    def time_of(self, slot: Slot, free: bool) -> PickerTime:
        own, is_present = overlaps_busy(slot, self.busy), slot.start == self.present
        is_busy = free and self.elsewhere.overlap(slot.start, slot.end)
        return PickerTime(slot, gone=not free, own=own, is_present=is_present, is_busy=is_busy)

    def is_free(self, start: datetime) -> bool:
        return bool(self.slots(start, start + timedelta(minutes=1), limit=1))

    def first_suiting(self, first_free: Slot) -> Slot:
        """The first slot at which the reader's own calendars leave them free; the first of all if there is none."""
        if not self.elsewhere.overlap(first_free.start, first_free.end):
            return first_free
        free = (slot for span in self.search_spans(first_free.start) for slot in self.slots(*span))
        return next((slot for slot in free if not self.elsewhere.overlap(slot.start, slot.end)), first_free)

    def between(self, first: date, last: date) -> list[Slot]:
        return self.slots(self.local_midnight(first), self.local_midnight(last))

    def suggest_instead(self, error: RefusalError | None, start: datetime | None) -> list[Slot]:
        """Times to have instead of `start`; none unless only the time was what `error` had against it."""
        return self.nearest_alternatives(start) if start and error and error.is_about_time else []

    def nearest_alternatives(self, start: datetime, count: int = 3) -> list[Slot]:
        """The nearest free slots around a start that could not be had; or the next one, if none is near."""
        first = max(self.now, start - WEEK)
        near = nearest_slots(self.slots(first, first + REACH / 2), start, count)
        later = None if near else self.first_after(self.now)
        return [later] if later else near

    def first_after(self, moment: datetime) -> Slot | None:
        return next(iter(self.next_free(moment, 1)), None)

    def next_free(self, moment: datetime, count: int) -> list[Slot]:
        """The first free slots from `moment` on: at most `count`, and all within sixty days of one another."""
        spans = self.search_spans(moment)
        return next((slots for span in spans if (slots := self.slots(*span, limit=count))), [])

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
        if self.within:
            first, last = max(first, self.within[0]), min(last, self.within[1] + timedelta(minutes=1))
        mine = tuple(Taken(begin, end, counts_as_given=False) for begin, end in self.busy)
        found = replace(self.timetable, besides=self.timetable.besides + mine).slots(
            length=self.length, step=self.step, now=self.now, first=first, last=last, limit=wanted
        )
        return [slot for slot in found if slot.start != self.present][:limit]

    def local_midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(self.zone))

    def local_date(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.zone)).date()


def busy_times(
    person: User | None, *, now: datetime, excluding: Booking | None = None
) -> list[tuple[datetime, datetime]]:
    """The spans of a person's own sessions from now on, so that no page offers a time that they couldn't book."""
    if person is None:
        return []
    taken = Occupancy.objects.in_force(now).filter(person=person, during__endswith__gt=now).without(excluding)
    return [(during.lower, during.upper) for during in taken.values_list("during", flat=True)]
