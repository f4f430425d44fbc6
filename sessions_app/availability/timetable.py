"""Loads what the slot engine needs, for one mentor or for many, in one statement.

By hand because every list of people asks it, with the locked facts of a booking in the same statement (decision 18).
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import dropwhile, islice
from typing import Any

from django.conf import settings

from accounts.models import User
from common.statements import Prepared, reading_connection, write_array
from mentors.models import MentorProfile
from programmes.pairs import is_shut
from sessions_app.models import Booking
from sessions_app.models.bookings import given_sql, overdue_sql
from sessions_app.models.states import OVER
from sessions_app.models.waiting import waitlist_sql
from trust.separations import are_apart

from .pair_facts import EVERYTHING, pair_rules_of
from .pair_rules import PairRules, week_of, weeks_between
from .ready import READY_NOTICE, READY_STEP, ReadySpan, ready_rules
from .rules import Block, BusyMinutes, TakenMinutes
from .slots import Rules, Slot, SlotRefusal, list_slots, overlaps_busy, why_not
from .stored_rules import RULES_WIDTH, read_rules
from .walltime import MINUTE, minute_at_or_before

logger = logging.getLogger(__name__)

# Caps count whole ISO weeks, so bookings up to a week before now still matter.
CAP_REACH = timedelta(days=9)
# The engine looks up to three local days back for the beginning of a grid, and a zone's date may differ by a day.
GRID_REACH = timedelta(days=5)
NO_BOOKING = 0
NEVER = datetime.max.replace(tzinfo=UTC)


def minutes_sql(during: str) -> str:
    """The first minute that a range touches, and the one after its last.

    Exact, since a number of floating point holds microseconds until 2255.
    """
    first, last = (f"date_part('epoch', {end}({during})) / 60" for end in ("lower", "upper"))
    return f"floor({first})::bigint, ceil({last})::bigint"


# The columns that `timetable_of` takes. Behind the profile's id stand those of `read_rules`. The last is an array of
# starts and ends, in turn and in order, of times at which the mentor is busy elsewhere (`BusyMinutes`). The three
# before are arrays of spans: what occupies the mentor, what is over and only counts for caps, and what is reserved for
# the waiting list. A span is five numbers: start and end, whether it counts as given, whether it blocks time, and
# whether it is only reserved. This is also true of an overdue hold or request: its time is reserved as long as other
# freed time. `Occupancy.objects.in_force` has the same rule for what is in force. Starts and ends are minutes from
# 1970: those that a time touches, which are all that the engine looks at.
# What is over is found by its start, in an index; no session is longer than a day.
COLUMNS = f"""
    schedule.profile_id, schedule.timezone, schedule.buffer, schedule.notice, schedule.horizon_days,
    schedule.max_per_day, schedule.max_per_week,
    CASE WHEN profile.resting_since IS NULL THEN profile.paused_until ELSE DATE '9998-12-31' END,
    ARRAY(
        SELECT ARRAY[weekday, start, "end"] FROM sessions_app_availabilitywindow
        WHERE schedule_id = schedule.id
    )::text,
    (
        SELECT json_agg(json_build_array(date, minutes)) FROM sessions_app_dateoverride
        WHERE schedule_id = schedule.id AND date >= %(since)s
    )::text,
    (
        SELECT json_agg(json_build_array(first, last)) FROM sessions_app_timeoff
        WHERE schedule_id = schedule.id AND last >= %(since)s
    )::text,
    schedule.ready_from, schedule.ready_until,
    ARRAY(
        SELECT ARRAY[
            {minutes_sql("taken.during")},
            {given_sql("profile.person_id")}::int,
            1,
            {overdue_sql("least(%(free_from)s, %(asked_since)s::timestamptz)")}::int
        ]
        FROM sessions_app_occupancy AS taken
        LEFT JOIN sessions_app_booking AS booking ON booking.id = taken.booking_id
        WHERE taken.person_id = profile.person_id
            AND upper(taken.during) > %(caps_since)s
            AND NOT (
                {overdue_sql("%(free_from)s")}
                AND ({overdue_sql("%(reserved_since)s")} OR NOT {waitlist_sql("booking.expires_at")})
            )
            AND taken.booking_id IS DISTINCT FROM %(leave_out)s
    ),
    ARRAY(
        SELECT ARRAY[
            {minutes_sql("during")},
            1,
            0,
            0
        ]
        FROM sessions_app_booking
        WHERE mentor_id = profile.person_id AND state = ANY('{write_array(OVER)}') AND upper(during) > %(caps_since)s
            AND lower(during) > %(caps_since)s - interval '1 day'
    ),
    ARRAY(
        SELECT ARRAY[
            {minutes_sql("during")},
            counts_as_given::int,
            1,
            coalesce(id = ANY(%(asked_about)s::bigint[]), true)::int
        ]
        FROM sessions_app_reservedtime
        WHERE person_id = profile.person_id AND until > %(now)s
    ),
    (SELECT minutes FROM sessions_app_busyminutes WHERE person_id = profile.person_id)
"""
# Planning it takes several times as long as running it.
TIMETABLES = Prepared(
    f"""
SELECT {COLUMNS}
FROM sessions_app_schedule AS schedule
JOIN mentors_mentorprofile AS profile ON profile.id = schedule.profile_id
WHERE schedule.profile_id = ANY(%(profiles)s)
"""
)


@dataclass(frozen=True, slots=True)
class Timetable:
    """A mentor's rules with what is taken, as of one moment.

    `reserved` is time that came free just now. Only people on the waiting list can book it until they have been asked.
    `busy` is in order: when another calendar says that the mentor is busy. `ready`: when they said that they are free
    now, which adds starts that the rules wouldn't allow. `pair`: what a programme leaves of all these to the mentee to
    whom they are shown. `besides`: what is taken for this mentee alone, as their own sessions are: it says nothing of
    how much time the mentor has, of which a share is kept.
    """

    rules: Rules
    taken: tuple[Block, ...]
    reserved: tuple[Block, ...] = ()
    busy: Sequence[BusyMinutes] = ()
    ready: ReadySpan | None = None
    pair: PairRules = EVERYTHING
    besides: tuple[Block, ...] = ()

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
        """Slots that start in [first, last) and can be booked; see `availability.slots.list_slots`."""
        if self.pair.narrows_times:
            left = self._slots_left(length=length, now=now, first=first, last=last, step=step)
            return list(islice(left, limit))
        blocks, busy = self.blocks, self.busy
        slots = list_slots(
            self.rules, blocks, length=length, now=now, first=first, last=last, step=step, limit=limit, busy=busy
        )
        if self.ready is None:
            return slots
        return sorted({*slots, *self._ready_slots(blocks, length=length, now=now, first=first, last=last)})[:limit]

    def why_not(
        self,
        *,
        start: datetime,
        length: int,
        now: datetime,
        step: int | None = None,
        own: Iterable[tuple[datetime, datetime]] = (),
    ) -> SlotRefusal | None:
        """As `availability.slots.why_not`, and two more codes.

        `set_aside`: nothing but the reservation stands in the way. `kept_for_first`: nothing but the programme does.
        """
        own = tuple(own)
        refusal = self._why_not(self.blocks, start=start, length=length, now=now, step=step, own=own)
        if refusal and self.reserved:
            unreserved = self.for_waitlist().blocks
            otherwise = self._why_not(unreserved, start=start, length=length, now=now, step=step, own=own)
            refusal = replace(refusal, code=otherwise.code if otherwise else "set_aside")
        if self.pair.narrows_times:
            return self._why_not_left(refusal, start=start, length=length, now=now, step=step, own=own)
        return refusal

    def _why_not(
        self,
        blocks: tuple[Block, ...],
        *,
        start: datetime,
        length: int,
        now: datetime,
        step: int | None,
        own: tuple[tuple[datetime, datetime], ...],
    ) -> SlotRefusal | None:
        ask = partial(why_not, taken=blocks, start=start, length=length, now=now, own=own, busy=self.busy)
        refusal = ask(self.rules, step=step)
        if refusal is None or self.ready is None:
            return refusal
        code = refusal.code
        if self.ready.holds(start, length):
            of_ready = ask(self.ready_rules, step=READY_STEP)
            if of_ready is None:
                return None
            # Within the span its own reason is the nearer one, except for a minute between its starts.
            code = code if of_ready.code == "off_grid" else of_ready.code
        later = self._ready_slots(blocks, length=length, now=now, first=start, last=self.ready.end)
        theirs = (slot.start for slot in later if not overlaps_busy(slot, own))
        return SlotRefusal(code, min([*theirs, *filter(None, [refusal.earliest])], default=None))

    def _ready_slots(
        self, blocks: tuple[Block, ...], *, length: int, now: datetime, first: datetime, last: datetime
    ) -> list[Slot]:
        """Starts in [first, last) that the mentor's being free now adds to those of their rules."""
        if self.ready is None or first >= min(last, self.ready.end):
            return []
        slots = list_slots(
            self.ready_rules,
            blocks,
            length=length,
            now=now,
            first=max(first, self.ready.start),
            last=min(last, self.ready.end),
            step=READY_STEP,
            busy=self.busy,
        )
        return [slot for slot in slots if self.ready.holds(slot.start, length)]

    @property
    def ready_rules(self) -> Rules:
        return ready_rules(self.rules, self.ready) if self.ready else self.rules

    def notice_of(self, start: datetime) -> timedelta:
        """How long before this start it can't be booked any more."""
        return timedelta(minutes=READY_NOTICE if self.is_ready_at(start) else self.rules.notice)

    @property
    def ready_until(self) -> datetime | None:
        return self.ready.end if self.ready else None

    def is_ready_at(self, start: datetime) -> bool:
        return self.ready is not None and self.ready.start <= start < self.ready.end

    def for_pair(self, pair: PairRules) -> "Timetable":
        return replace(self, pair=pair)

    def _slots_left(
        self, *, length: int, now: datetime, first: datetime, last: datetime, step: int | None
    ) -> Iterator[Slot]:
        # Week by week, as the rules of the pair count a mentor's weeks whole
        theirs = replace(self, pair=EVERYTHING)
        whole = replace(theirs, besides=())
        for week in weeks_between(self.rules.zone, max(first, now), min(last, now + self.last_bookable)):
            asked = partial(Timetable.slots, length=length, now=now, first=week.begin, last=week.until, step=step)
            left = self.pair.left_of(week, asked(whole), length=length, now=now)
            free = set(asked(theirs)) if left and self.besides else left
            yield from (slot for slot in left if first <= slot.start < last and (free is left or slot in free))

    def _why_not_left(
        self,
        refusal: SlotRefusal | None,
        *,
        start: datetime,
        length: int,
        now: datetime,
        step: int | None,
        own: Sequence[tuple[datetime, datetime]],
    ) -> SlotRefusal | None:
        if refusal is None:
            if self.slots(length=length, now=now, first=start, last=start + MINUTE, step=step):
                return None
            is_full = self.pair.is_full(week_of(self.rules.zone, start), length)
            refusal = SlotRefusal("week_cap" if is_full else "kept_for_first")
        elif refusal.earliest is None:
            return refusal
        later = self._slots_left(
            length=length, now=now, first=max(start, now), last=now + self.last_bookable, step=step
        )
        soonest = next((slot for slot in later if not overlaps_busy(slot, own)), None)
        return replace(refusal, earliest=soonest.start if soonest else None)

    def for_waitlist(self) -> "Timetable":
        """As it is for those who wait: what is reserved is reserved for them."""
        return replace(self, reserved=())

    def without_times(self) -> "Timetable":
        """As it looks to someone who is kept apart from this mentor: as if they gave no times at all."""
        return Timetable(replace(self.rules, windows=(), overrides={}), taken=())

    @property
    def all_taken(self) -> tuple[Block, ...]:
        """What is taken, and when the mentor is busy elsewhere, for those who needn't tell them apart."""
        return (*self.taken, *(TakenMinutes(first, end) for first, end in self.busy))

    @property
    def blocks(self) -> tuple[Block, ...]:
        return self.taken + self.reserved + self.besides

    @property
    def last_bookable(self) -> timedelta:
        """How far ahead a slot can be at most: a day more than the horizon, since the last date is included, and one
        for the zone.
        """
        return timedelta(days=self.rules.horizon_days + 2)


def load_timetables(
    profiles: Iterable[MentorProfile | int],
    *,
    now: datetime,
    excluding: Booking | None = None,
    ignore_pending: bool = False,
    asked_since: datetime | None = None,
    asked_about: Sequence[int] | None = None,
) -> dict[int, Timetable]:
    """Timetables by profile id; profiles without a schedule are left out.

    `excluding`: a booking whose time counts as free (the one that is being moved). `ignore_pending`: so does that of
    every hold and request, which the clock alone may set free. `asked_since` and `asked_about`: only what was free by
    then, and these rows of `ReservedTime`, are reserved for those who wait; what came free later counts as taken.
    """
    asked = timetable_parameters(now=now, excluding=excluding, ignore_pending=ignore_pending)
    asked |= {"asked_since": asked_since, "asked_about": None if asked_about is None else list(asked_about)}
    asked["profiles"] = [profile if isinstance(profile, int) else profile.pk for profile in profiles]
    with reading_connection().cursor() as cursor:
        TIMETABLES.execute(cursor, asked)
        rows = cursor.fetchall()
    return {row[0]: timetable for row in rows if (timetable := read_timetable(row, now=now))}


def timetable_parameters(
    *, now: datetime, excluding: Booking | None = None, ignore_pending: bool = False
) -> dict[str, Any]:
    """The parameters of `COLUMNS`; the arguments are those of `load_timetables`."""
    return {
        "since": now.date() - GRID_REACH,
        "caps_since": now - CAP_REACH,
        "now": now,
        "reserved_since": NEVER if ignore_pending else now - settings.RESERVED_FOR,
        "free_from": NEVER if ignore_pending else now,
        "asked_since": None,
        "asked_about": None,
        "leave_out": excluding.pk if excluding else NO_BOOKING,
    }


def load_timetable(
    profile: MentorProfile, *, now: datetime, excluding: Booking | None = None, reader: User | None = None
) -> Timetable | None:
    """`reader`: who is shown it; someone who is kept apart from the mentor sees no times."""
    timetable = load_timetables([profile], now=now, excluding=excluding).get(profile.pk)
    if timetable and reader and are_apart(reader.pk, profile.person_id, now=now):
        return timetable.without_times()
    return timetable


def load_timetable_for(
    reader: User | None, profile: MentorProfile, *, now: datetime, chosen: int | None = None
) -> Timetable | None:
    """For new sessions of this reader, or of a visitor, with what programmes leave to them.

    Empty too where a programme keeps the two from meeting. `chosen`: the id of the programme that they would count for,
    where the two share several.
    """
    timetable = load_timetable(profile, now=now, reader=reader)
    if timetable and is_shut(reader, profile.person, now=now):
        return timetable.without_times()
    return timetable and timetable.for_pair(pair_rules_of(reader, profile.person, now=now, chosen=chosen))


def read_timetable(row: Sequence[Any], *, now: datetime) -> Timetable | None:
    """From a row of `COLUMNS`. None where rules can't be read: many are loaded together, and the others keep theirs."""
    try:
        return timetable_of(row, now=now)
    except ValueError:
        logger.exception("the schedule of profile %s can't be read", row[0])
        return None


def timetable_of(row: Sequence[Any], *, now: datetime) -> Timetable:
    """From a row of `COLUMNS`. Raises ValueError where rules can't be read."""
    _profile, *told = row
    rules = read_rules(*told[:RULES_WIDTH])
    ready_from, ready_until, occupied, over, reserved, busy = told[RULES_WIDTH:]
    spans, busy, this_minute = (*occupied, *over, *reserved), busy or (), minute_at_or_before(now)
    elsewhere = zip(busy[::2], busy[1::2], strict=True)
    return Timetable(
        rules,
        taken=tuple(_make_taken(*span) for span in spans if not span[-1]),
        reserved=tuple(_make_taken(*span) for span in spans if span[-1]),
        busy=list(dropwhile(lambda span: span[1] <= this_minute, elsewhere)),
        ready=ReadySpan(ready_from, ready_until) if ready_from and ready_until and ready_until > now else None,
    )


def _make_taken(first: int, last: int, counts_as_given: int, blocks_time: int, _is_reserved: int) -> TakenMinutes:
    return TakenMinutes(first, last, bool(counts_as_given), bool(blocks_time))
