"""What figures of a programme are counted from: its people, questions, sessions and mentors.

Each part is read when a figure first needs it, in as many statements however much there is. People are ids, which no
figure shows. What happened counts as it was at the period's `seen_at`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import IntEnum
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Q

from programmes.models import LIVE, Membership, MembershipState, Programme
from search.bounds.lower_bounds import ANY, lower_bound_sql
from sessions_app.availability.walltime import minute_at_or_after
from sessions_app.impact.survival import Span
from sessions_app.models import (
    AvailabilityWindow,
    Booking,
    BookingState,
    Feedback,
    FollowUp,
    FollowUpQuestion,
    Resolution,
    Role,
    WaitlistEntry,
)
from sessions_app.models.waiting import WaitlistOutcome

from .periods import Period, week_start

AHEAD = timedelta(weeks=4)
HOUR = timedelta(hours=1)
MADE_WITH_QUESTION = timedelta(days=1)
# Who left before a manager let them in has a row of these states, too; nobody in the others was ever in.
WAS_IN = (LIVE, MembershipState.LEFT, MembershipState.REMOVED)
OPENINGS = """
SELECT row.person_id, {floor} < %(soon)s
FROM search_mentorindex AS row
JOIN programmes_membership AS membership USING (person_id)
WHERE membership.programme_id = %(programme)s AND membership.gives AND membership.state = %(live)s
    AND row.open_from IS NOT NULL
"""


class Step(IntEnum):
    """How far a question got: each step contains those after it."""

    ASKED = 0
    REQUESTED = 1
    BOOKED = 2
    MET = 3
    ANSWERED = 4
    SOLVED = 5


@dataclass(frozen=True, slots=True)
class Question:
    """`until`: when its person was helped or stopped waiting; if neither, the moment that figures are told of.

    `words` only of questions for which nobody was found.
    """

    person: int
    asked_at: datetime
    step: Step
    until: datetime
    is_helped: bool
    words: str = ""

    @property
    def span(self) -> Span:
        return Span(max(0, round((self.until - self.asked_at).total_seconds())), self.is_helped)


@dataclass(frozen=True, slots=True)
class Session:
    mentee: int
    start: datetime
    minutes: int
    took_place: bool


@dataclass(frozen=True, slots=True)
class Opening:
    """One mentor: whether they may have a free time within four weeks, and the hours that their weekly hours touch.

    `hours` are (weekday, hour) by the programme's clock, Monday first.
    """

    person: int
    is_soon: bool
    hours: frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Member:
    person: int
    gives: bool
    asks: bool


@dataclass(slots=True)
class _Thread:
    """What the bookings of one question in this programme come to."""

    person: int
    asked_at: datetime
    is_agreed: bool
    met_at: datetime | None
    bookings: list[int]


class Facts:
    def __init__(self, programme: Programme, period: Period, *, now: datetime) -> None:
        self.programme, self.period, self.now = programme, period, now
        self.zone = ZoneInfo(programme.timezone)

    @cached_property
    def members(self) -> Sequence[Member]:
        rows = Membership.objects.live().filter(programme=self.programme)
        return [Member(*row) for row in rows.values_list("person", "gives", "asks")]

    @cached_property
    def openings(self) -> Sequence[Opening]:
        """Of the mentors whom a search shows. From its index, which is never too pessimistic."""
        bound, values = lower_bound_sql(ANY, self.now)
        values |= {
            "soon": minute_at_or_after(self.now + AHEAD),
            "programme": self.programme.pk,
            "live": LIVE.value,
        }
        with connection.cursor() as cursor:
            cursor.execute(OPENINGS.format(floor=bound), values)
            found = dict(cursor.fetchall())
        hours = self._read_hours(found)
        return [Opening(person, is_soon, frozenset(hours[person])) for person, is_soon in found.items()]

    @cached_property
    def questions(self) -> Sequence[Question]:
        """All of the period: those about which a mentor of the programme was asked, and those that found nobody."""
        threads = self._read_threads()
        answers = self._read_answers([pk for thread in threads.values() for pk in thread.bookings])
        asked = [self._question_of(thread, answers) for thread in threads.values()]
        return [*asked, *self._read_waiting(set(threads))]

    @cached_property
    def sessions(self) -> Sequence[Session]:
        """That were to begin in the period, whatever has become of them."""
        rows = self._bookings().filter(
            during__startswith__gte=self.period.since, during__startswith__lt=self.period.until
        )
        return [
            Session(
                mentee,
                during.lower,
                round((during.upper - during.lower).total_seconds() / 60),
                state == BookingState.COMPLETED,
            )
            for mentee, during, state in rows.values_list("mentee", "during", "state")
        ]

    def local_hour(self, moment: datetime) -> tuple[int, int]:
        local = moment.astimezone(self.zone)
        return local.weekday(), local.hour

    def _bookings(self) -> Any:
        """Without visitors' holds."""
        rows = Booking.objects.filter(programme=self.programme, created_at__lt=self.period.seen_at)
        return rows.exclude(Q(mentee=None) | Q(state=BookingState.HELD))

    def _read_threads(self) -> dict[int, _Thread]:
        since, until = self.period.since, self.period.until
        # Those of the programme are found by when they were made, which is about when their question was, or later.
        rows = self._bookings().filter(created_at__gte=since - MADE_WITH_QUESTION)
        # Of an early period questions are fewer; those with an author are found by when they were asked.
        rows = rows.filter(
            engagement__brief__author__isnull=False,
            engagement__brief__created_at__gte=since,
            engagement__brief__created_at__lt=until,
        )
        found: dict[int, _Thread] = {}
        columns = ("engagement__brief", "mentee", "engagement__brief__created_at", "pk", "confirmed_at", "state")
        for brief, mentee, asked_at, pk, confirmed_at, state, during in rows.values_list(*columns, "during"):
            thread = found.setdefault(brief, _Thread(mentee, asked_at, False, None, []))
            thread.bookings.append(pk)
            thread.is_agreed |= confirmed_at is not None and confirmed_at < self.period.seen_at
            if state == BookingState.COMPLETED and during.lower < self.period.seen_at:
                thread.met_at = min(during.lower, thread.met_at or during.lower)
        return found

    def _read_answers(self, bookings: Sequence[int]) -> dict[int, list[tuple[datetime, bool]]]:
        """For each booking, what its mentee answered to whether the question is solved, and when."""
        given = Feedback.objects.filter(booking__in=bookings, role=Role.MENTEE)
        later = FollowUp.objects.filter(booking__in=bookings, question=FollowUpQuestion.SOLVED)
        found: defaultdict[int, list[tuple[datetime, bool]]] = defaultdict(list)
        for booking, at, answer in [
            *given.values_list("booking", "created_at", "resolution"),
            *later.values_list("booking", "answered_at", "answer"),
        ]:
            if at < self.period.seen_at:
                found[booking].append((at, answer == Resolution.YES))
        return found

    def _question_of(self, thread: _Thread, answers: dict[int, list[tuple[datetime, bool]]]) -> Question:
        said = [one for pk in thread.bookings for one in answers.get(pk, [])]
        return Question(
            thread.person,
            thread.asked_at,
            step_of(is_agreed=thread.is_agreed, is_met=thread.met_at is not None, answers=said),
            thread.met_at or self.period.seen_at,
            thread.met_at is not None,
        )

    def _read_waiting(self, briefs: set[int]) -> Iterator[Question]:
        """Questions of people who waited for anyone who can help, and weren't helped by a session.

        A question counts for the only programme in which its person looked for mentors when they asked it.
        """
        since, until, seen_at = self.period.since, self.period.until, self.period.seen_at
        mine = Membership.objects.filter(programme=self.programme, asks=True, state__in=WAS_IN)
        rows = WaitlistEntry.objects.filter(
            mentor=None, since__gte=since, since__lt=until, person__in=mine.values("person")
        )
        waited = [row for row in rows.order_by("-since", "-pk") if row.brief_id is None or row.brief_id not in briefs]
        for entry, was_in in zip(waited, self._programmes_of(waited), strict=True):
            is_over = entry.ended_at is not None and entry.ended_at < seen_at
            how = entry.ended if is_over else ""
            if was_in == {self.programme.pk} and how != WaitlistOutcome.BOOKED:
                is_helped = how == WaitlistOutcome.ANSWERED
                yield Question(
                    entry.person_id,
                    entry.since,
                    Step.MET if is_helped else Step.ASKED,
                    (entry.ended_at if is_over else None) or seen_at,
                    is_helped,
                    "" if is_helped else entry.words,
                )

    def _programmes_of(self, entries: Iterable[WaitlistEntry]) -> Iterator[set[int]]:
        """For each of them, the programmes in which its person looked for mentors when it began."""
        entries = list(entries)
        rows = Membership.objects.filter(person__in={entry.person_id for entry in entries}, asks=True, state__in=WAS_IN)
        known: defaultdict[int, list[Membership]] = defaultdict(list)
        for row in rows:
            known[row.person_id].append(row)
        for entry in entries:
            yield {
                row.programme_id
                for row in known[entry.person_id]
                if row.joined_at <= entry.since and (row.ended_at is None or entry.since < row.ended_at)
            }

    def _read_hours(self, mentors: Iterable[int]) -> dict[int, set[tuple[int, int]]]:
        """The hours of their weekly hours, as this week's clocks of mentor and programme show them."""
        rows = AvailabilityWindow.objects.filter(schedule__profile__person__in=mentors)
        columns = ("schedule__profile__person", "schedule__timezone", "weekday", "start", "end")
        found: defaultdict[int, set[tuple[int, int]]] = defaultdict(set)
        for person, zone, weekday, start, end in rows.values_list(*columns):
            day = datetime.combine(week_start(self.now).date() + timedelta(days=weekday - 1), time())
            first, last = (
                (day + timedelta(minutes=minute)).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
                for minute in (start, end)
            )
            found[person].update(self._hours_between(first, last))
        return found

    def _hours_between(self, first: datetime, last: datetime) -> Iterator[tuple[int, int]]:
        while first < last:
            yield self.local_hour(first)
            first += HOUR - timedelta(minutes=first.astimezone(self.zone).minute)


def step_of(*, is_agreed: bool, is_met: bool, answers: Sequence[tuple[datetime, bool]]) -> Step:
    """Solved: a “yes”, after which nothing else was answered."""
    if not is_met:
        return Step.BOOKED if is_agreed else Step.REQUESTED
    if not answers:
        return Step.MET
    latest = max(at for at, _yes in answers)
    return Step.SOLVED if all(yes for at, yes in answers if at == latest) else Step.ANSWERED
