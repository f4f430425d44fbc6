"""Several dates for one question, looked at together. Pure but for the rows it is given."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from mentors.models import MentorProfile

from .availability import Refusal, Slot, Taken
from .refusals import explain
from .timetable import Timetable

SERIES_SUBJECT = "series"
# What stands in the way of a date because of another one that was chosen with it.
TOO_NEAR = ("taken", "buffer")


@dataclass(frozen=True, slots=True)
class Planned:
    """A date that is chosen but not booked; `problem` says why it can't be had, empty if it can."""

    slot: Slot
    problem: str = ""
    earliest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """For how many further contacts there is room, and the last moment at which one may start."""

    count: int
    until: datetime


def with_chosen(timetable: Timetable, slots: Sequence[Slot], *, until: datetime, now: datetime) -> Timetable:
    """What is left beside the chosen slots, no further ahead than `until`."""
    days = max(0, -(-(until - now) // timedelta(days=1)))
    rules = replace(timetable.rules, horizon_days=min(timetable.rules.horizon_days, days))
    return Timetable(rules, (*timetable.taken, *(Taken(slot.start, slot.end) for slot in slots)))


def plan(
    timetable: Timetable,
    slots: Sequence[Slot],
    *,
    step: int | None,
    busy: Sequence[tuple[datetime, datetime]],
    room: Room,
    profile: MentorProfile,
    now: datetime,
) -> Iterator[Planned]:
    """Each slot as the engine sees it once those before it are booked; `slots` are in order."""
    for place, slot in enumerate(slots):
        if slot.start > room.until:
            yield Planned(slot, too_far())
            continue
        alone = refusal_of(timetable, slot, step=step, busy=busy, now=now)
        beside = with_chosen(timetable, slots[:place], until=datetime.max.replace(tzinfo=now.tzinfo), now=now)
        refusal = alone or refusal_of(beside, slot, step=step, busy=busy, now=now)
        if refusal is None:
            yield Planned(slot)
        elif alone is None and refusal.code in TOO_NEAR:
            yield Planned(slot, _("This is too close to another of your dates. Choose another time."))
        else:
            yield Planned(slot, explain(refusal.code, profile, timetable.rules), refusal.earliest)


def refusal_of(
    timetable: Timetable,
    slot: Slot,
    *,
    step: int | None,
    busy: Sequence[tuple[datetime, datetime]],
    now: datetime,
) -> Refusal | None:
    length = (slot.end - slot.start) // timedelta(minutes=1)
    return timetable.why_not(start=slot.start, length=length, step=step, now=now, own=busy)


def too_far() -> str:
    return _("This is more than four weeks after your first session on this question. Choose an earlier time.")
