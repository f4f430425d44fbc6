"""Which step each member of a programme has not taken yet, from what they have asked, agreed and met, and their times.

What counts is what someone has done since they are in the programme and it has begun, in whichever programme they did
it: who has booked elsewhere isn't told that they never asked.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from zoneinfo import ZoneInfo

from mentors.hooks import local_date
from mentors.models import MentorProfile
from programmes.models import Membership, NudgeStage, Programme
from programmes.words.reminding import DUE_AFTER
from sessions_app.models import AvailabilityWindow, Booking, BookingState, DateOverride, WaitlistEntry, WrittenQuestion
from sessions_app.models.states import OPEN
from sessions_app.models.written import WrittenState
from trust.models import Sanction, SanctionKind

HIDES = (SanctionKind.LIMIT, SanctionKind.BREAK, SanctionKind.SUSPENSION, SanctionKind.REMOVAL)


@dataclass(slots=True)
class Doings:
    """Of one person who looks for mentors: the moments at which they asked, agreed with a mentor, and were helped.

    `has_ahead`: a request or a session is still open. `ends`: for each session that was agreed, when that was and when
    it was to end. An answer in writing counts as agreed and helped.
    """

    asked: list[datetime] = field(default_factory=list)
    agreed: list[datetime] = field(default_factory=list)
    helped: list[datetime] = field(default_factory=list)
    ends: list[tuple[datetime, datetime]] = field(default_factory=list)
    has_ahead: bool = False

    def stage_at(self, since: datetime, now: datetime) -> NudgeStage | None:
        """The step that is due at `now`, of someone who could begin at `since`."""
        asked = [one for one in self.asked if one >= since]
        if not asked:
            return NudgeStage.NEVER_ASKED if now - since >= DUE_AFTER[NudgeStage.NEVER_ASKED] else None
        if any(one >= since for one in self.helped):
            return None
        if not any(one >= since for one in self.agreed):
            is_late = now - max(asked) >= DUE_AFTER[NudgeStage.NOTHING_YET]
            return NudgeStage.NOTHING_YET if is_late else None
        last_end = max((end for agreed_at, end in self.ends if agreed_at >= since), default=since)
        is_late = not self.has_ahead and now - last_end >= DUE_AFTER[NudgeStage.NEVER_MET]
        return NudgeStage.NEVER_MET if is_late else None

    def step_taken(self, stage: str, after: datetime) -> datetime | None:
        moments = self.asked if stage == NudgeStage.NEVER_ASKED else self.agreed
        return min((one for one in moments if one >= after), default=None)


def read_doings(people: Collection[int]) -> dict[int, Doings]:
    """In three statements, however many people there are."""
    found = {person: Doings() for person in people}
    bookings = Booking.objects.filter(mentee__in=people).exclude(state=BookingState.HELD)
    columns = ("mentee", "state", "created_at", "confirmed_at", "during")
    for person, state, created_at, confirmed_at, during in bookings.values_list(*columns):
        doings = found[person]
        doings.asked.append(created_at)
        doings.has_ahead |= state in OPEN
        if confirmed_at is not None:
            doings.agreed.append(confirmed_at)
            doings.ends.append((confirmed_at, during.upper))
        if state == BookingState.COMPLETED:
            doings.helped.append(during.upper)
    waiting = WaitlistEntry.objects.filter(person__in=people)
    for person, since in waiting.values_list("person", "since"):
        found[person].asked.append(since)
    written = WrittenQuestion.objects.filter(mentee__in=people)
    for person, state, asked_at, settled_at in written.values_list("mentee", "state", "asked_at", "settled_at"):
        found[person].asked.append(asked_at)
        if state == WrittenState.ANSWERED and settled_at is not None:
            found[person].agreed.append(settled_at)
            found[person].helped.append(settled_at)
    return found


def find_with_times(people: Collection[int], now: datetime) -> set[int]:
    """Which of these mentors have said when they have time: weekly hours, or a day that is still to come."""
    weekly = AvailabilityWindow.objects.filter(schedule__profile__person__in=people)
    days = DateOverride.objects.filter(schedule__profile__person__in=people, date__gte=now.date(), minutes__len__gt=0)
    return {person for rows in (weekly, days) for person in rows.values_list("schedule__profile__person", flat=True)}


def find_kept_away(people: Collection[int], now: datetime) -> set[int]:
    """Who is on a break of their own, whose profile staff have stopped, and whom a sanction keeps from sessions."""
    barred = Sanction.objects.in_force(now).filter(person__in=people, kind__in=HIDES)
    profiles = MentorProfile.objects.filter(person__in=people).select_related("person", "schedule")
    stopped = {row.person_id for row in profiles if not row.is_writable or row.is_paused(local_date(row, now))}
    return stopped | set(barred.values_list("person", flat=True))


def begins_at(programme: Programme, joined_at: datetime) -> datetime:
    """From when on a member can take steps: nobody is late before a programme's first day."""
    first = datetime.combine(programme.first_day, time(), ZoneInfo(programme.timezone))
    return max(joined_at, first)


def list_steps(
    programme: Programme, now: datetime, people: Collection[int] | None = None
) -> Iterator[tuple[int, NudgeStage]]:
    """Who hasn't taken which step, whether or not they have been reminded. `people`: only of these."""
    members = Membership.objects.live().filter(programme=programme)
    if people is not None:
        members = members.filter(person__in=people)
    rows = list(members.order_by("pk").values_list("person", "gives", "asks", "joined_at"))
    away = find_kept_away([row[0] for row in rows], now)
    rows = [row for row in rows if row[0] not in away]
    doings = read_doings([person for person, _gives, asks, _at in rows if asks])
    ready = find_with_times([person for person, gives, _asks, _at in rows if gives], now)
    for person, gives, asks, joined_at in rows:
        since = begins_at(programme, joined_at)
        if asks and (stage := doings[person].stage_at(since, now)):
            yield person, stage
        if gives and person not in ready and now - since >= DUE_AFTER[NudgeStage.NO_TIMES]:
            yield person, NudgeStage.NO_TIMES
