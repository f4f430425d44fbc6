"""Several dates for one question, checked together. Pure, apart from the rows it is given."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from mentors.models import MentorProfile
from sessions_app.availability.refusals import explain_refusal
from sessions_app.availability.slots import Slot, SlotRefusal, Taken
from sessions_app.availability.timetable import Timetable
from sessions_app.models import Booking
from sessions_app.models.states import AGREED, OPEN

SERIES_SUBJECT = "series"
# Apart from that, or the first answer would silence what is still to be said of the asking.
ANSWERS_SUBJECT = "series_answers"
# Refusals of a date that another date, chosen with it, may have caused.
TOO_NEAR = ("taken", "buffer")

Spans = Sequence[tuple[datetime, datetime]]


def session_ahead(others: Iterable[Booking], *, now: datetime) -> Booking | None:
    """The first of the other sessions on a question that is still open: until then the two can book no new one."""
    return next((one for one in others if one.state in OPEN and one.end > now and not one.is_overdue(now)), None)


# Further dates can be added once one is agreed.
def page_for_another_time(others: Sequence[Booking], *, now: datetime) -> tuple[str, Booking] | None:
    """The page, by the name of its view, on which their mentee finds another time while other sessions are open."""
    ahead = session_ahead(others, now=now)
    if ahead is None:
        return None
    is_agreed = any(one.state in AGREED for one in others)
    return ("session_further" if is_agreed else "session"), ahead


@dataclass(frozen=True, slots=True)
class Planned:
    """A date that is chosen but not booked. `problem` says why it can't be; empty if it can."""

    slot: Slot
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SeriesRoom:
    """Room for `count` further sessions, so that there are `most` in all, within `span`.

    `first` and `last` are the starts of the present ones. `programme`: the id of the one that they would count for, of
    those that the two share, if they share any.
    """

    count: int
    most: int
    first: datetime
    last: datetime
    span: timedelta
    programme: int | None = None
    shares_programme: bool = False

    @property
    def until(self) -> datetime:
        return self.first + self.span

    def has_room_for(self, start: datetime) -> bool:
        return self.last - self.span <= start <= self.until

    def after_choosing(self, starts: Iterable[datetime]) -> Self:
        """The room that is left once these starts are chosen."""
        dates = [self.first, self.last, *starts]
        return replace(self, first=min(dates), last=max(dates))


def with_booked(timetable: Timetable, slots: Sequence[Slot]) -> Timetable:
    """As if these were booked already: they take time, and minutes that the mentor gives in a programme."""
    chosen = tuple(Taken(slot.start, slot.end) for slot in slots)
    return replace(timetable, besides=timetable.besides + chosen, pair=timetable.pair.with_given(slots))


def plan_dates(
    timetable: Timetable,
    slots: Sequence[Slot],
    *,
    step: int | None,
    busy: Spans,
    room: SeriesRoom,
    profile: MentorProfile,
    zone: ZoneInfo,
    now: datetime,
) -> Iterator[Planned]:
    """Check each slot as if those before it were booked; `slots` are in order, `zone` is the reader's."""
    for place, slot in enumerate(slots):
        before = slots[:place]
        alone = refusal_of(timetable, slot, step=step, busy=busy, now=now)
        refusal = alone or refusal_of(with_booked(timetable, before), slot, step=step, busy=busy, now=now)
        if not room.after_choosing(other.start for other in before).has_room_for(slot.start):
            yield Planned(slot, too_far_text())
        elif refusal is None:
            yield Planned(slot)
        elif alone is None and refusal.code in TOO_NEAR:
            yield Planned(slot, _("This is too close to another of your dates. Choose another time."))
        else:
            yield Planned(slot, explain_refusal(refusal.code, profile, timetable.rules, start=slot.start, zone=zone))


def refusal_of(timetable: Timetable, slot: Slot, *, step: int | None, busy: Spans, now: datetime) -> SlotRefusal | None:
    length = (slot.end - slot.start) // timedelta(minutes=1)
    return timetable.why_not(start=slot.start, length=length, step=step, now=now, own=busy)


def too_far_text() -> str:
    return _("All sessions about one question need to be within four weeks. Choose a time closer to the others.")
