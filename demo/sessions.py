"""Invented sessions, past and to come: only at starts that the slot engine lists for that mentor, and one at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.conf import settings

from sessions_app.availability.slots import Slot, Taken, list_slots
from sessions_app.models import BookingState

from .data import fill_template, invent_sentence
from .mentors import MentorPlan, OfferPlan, invent_question

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# The engine answers for at most 62 days at once.
STRETCH = timedelta(days=28)
MOST_AHEAD = 2
AFTER_BOOKING = {
    BookingState.COMPLETED: 86,
    BookingState.CANCELLED: 8,
    BookingState.MENTEE_NO_SHOW: 4,
    BookingState.MENTOR_NO_SHOW: 2,
}
AFTER_ASKING = {
    BookingState.COMPLETED: 62,
    BookingState.DECLINED: 16,
    BookingState.EXPIRED: 12,
    BookingState.CANCELLED: 6,
    BookingState.WITHDRAWN: 4,
}


@dataclass(slots=True)
class BusyMentee:
    """A mentee and the times that they have sessions at."""

    person: int
    ahead: int = 0
    spans: list[Slot] = field(default_factory=list)

    def is_free(self, slot: Slot) -> bool:
        return all(slot.end <= other.start or other.end <= slot.start for other in self.spans)


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """`ended_at`: when it came into its present state, if that isn't the first one."""

    mentee: int
    offer: int
    slot: Slot
    state: BookingState
    created_at: datetime
    question: str
    confirmed_at: datetime | None = None
    ended_at: datetime | None = None
    expires_at: datetime | None = None
    ended_by_mentor: bool | None = None
    reason: str = ""
    late: bool = False
    mentee_answers: bool = False
    mentor_answers: bool = False
    # The mentee lets us show what was asked, and what came of it.
    is_shared: bool = False


@dataclass(slots=True)
class Diary:
    rng: Random
    mentor: MentorPlan
    seats: Sequence[BusyMentee]
    today: datetime
    now: datetime
    sessions: list[SessionPlan] = field(default_factory=list)
    met: set[int] = field(default_factory=set)
    taken: list[Taken] = field(default_factory=list)

    def free_slots(
        self, offer: OfferPlan, first: datetime, last: datetime, *, booked_from: datetime, horizon: int
    ) -> list[Slot]:
        """The slots that the engine lists, given the sessions in the diary so far."""
        rules = self.mentor.schedule.rules(horizon_days=horizon)
        return list_slots(rules, self.taken, length=offer.length, now=booked_from, first=first, last=last)

    def add_past(
        self,
        days: int,
        *,
        seat: BusyMentee | None = None,
        offer: int | None = None,
        state: BookingState | None = None,
        until: int = 0,
        suits: Callable[[Slot], bool] | None = None,
    ) -> None:
        """Add a session between `days` and `until` days ago to the diary, if there was a free time.

        It is at a time that `suits`, if one of the free ones does.
        """
        offer = self._choose_offer() if offer is None else offer
        first = self.today - timedelta(days=days) + max(timedelta(), timedelta(days=days) - STRETCH) * self.rng.random()
        last = min(first + STRETCH, self.today - until * DAY)
        slots = self.free_slots(self.mentor.offers[offer], first, last, booked_from=first - 3 * DAY, horizon=60)
        slots = (list(filter(suits, slots)) if suits else []) or slots
        if taken := self._take_slot(slots, seat):
            self.sessions.append(self._plan_past(*taken, offer, state))

    def change_last(self, **changes: Any) -> None:
        self.sessions[-1:] = [replace(session, **changes) for session in self.sessions[-1:]]

    def add_shared(self) -> None:
        """Put one session of the last three days into the diary that both have answered for, and may be told of."""
        before = len(self.sessions)
        questions = [ask for topic in self.mentor.topics for ask in topic.asks if ask.endswith("?")]
        self.add_past(3, state=BookingState.COMPLETED)
        for session in self.sessions[before:]:
            created_at = session.slot.start - timedelta(minutes=self.mentor.schedule.notice) - HOUR * 26
            self.change_last(
                created_at=created_at,
                confirmed_at=created_at + (timedelta() if self.mentor.offers[session.offer].instant else HOUR),
                mentee_answers=True,
                mentor_answers=True,
                is_shared=True,
                question=fill_template(self.rng, self.rng.choice(questions)),
            )

    def add_upcoming(
        self, days: int, *, seat: BusyMentee | None = None, offer: int | None = None, soonest: bool = False
    ) -> None:
        """Add an upcoming session to the diary, booked or asked for lately, tomorrow at the earliest."""
        offer = self._choose_offer() if offer is None else offer
        plan, schedule = self.mentor.offers[offer], self.mentor.schedule
        waits = not plan.instant and (soonest or self.rng.random() < 0.6)
        first = self.today + (4 if waits else 1) * DAY
        # It may have been booked up to nine days ago, and the horizon counts from that day.
        last, horizon = self.today + days * DAY, schedule.horizon_days - 9
        slots = self.free_slots(plan, first, last, booked_from=self.today, horizon=horizon)
        if not (taken := self._take_slot(slots[:3] if soonest else slots, seat)):
            return
        who, slot = taken
        who.ahead += 1
        self.sessions.append(self._plan_request(who, slot, offer) if waits else self._plan_agreed(who, slot, offer))

    def _choose_offer(self) -> int:
        return self.rng.randrange(len(self.mentor.offers))

    def _take_slot(self, slots: list[Slot], seat: BusyMentee | None) -> tuple[BusyMentee, Slot] | None:
        if not slots:
            return None
        for _try in range(8):
            who, slot = seat or self.rng.choice(self.seats), self.rng.choice(slots)
            if (seat or who.person not in self.met) and who.is_free(slot) and who.ahead < MOST_AHEAD:
                who.spans.append(slot)
                self.met.add(who.person)
                self.taken.append(Taken(slot.start, slot.end))
                return who, slot
        return None

    def _invent_creation(self, slot: Slot) -> datetime:
        """When it was booked: early enough for the notice, and for a whole day of waiting for an answer."""
        notice = timedelta(minutes=self.mentor.schedule.notice)
        return slot.start - notice - HOUR * self.rng.uniform(25, 140)

    def _plan_request(self, who: BusyMentee, slot: Slot, offer: int) -> SessionPlan:
        """A request that waits for an answer, made hours before the real present: its deadline is still ahead."""
        created_at = self.now - HOUR * self.rng.uniform(1, 9)
        return SessionPlan(
            who.person,
            offer,
            slot,
            BookingState.REQUESTED,
            created_at,
            self._invent_question(),
            expires_at=created_at + settings.REQUEST_DEADLINE,
        )

    def _plan_agreed(self, who: BusyMentee, slot: Slot, offer: int) -> SessionPlan:
        created_at = min(self._invent_creation(slot), self.today - HOUR * self.rng.uniform(24, 140))
        wait = timedelta() if self.mentor.offers[offer].instant else HOUR * self.rng.uniform(1, 20)
        return SessionPlan(
            who.person,
            offer,
            slot,
            BookingState.CONFIRMED,
            created_at,
            self._invent_question(),
            confirmed_at=created_at + wait,
        )

    def _plan_past(self, who: BusyMentee, slot: Slot, offer: int, state: BookingState | None) -> SessionPlan:
        instant = self.mentor.offers[offer].instant
        chances = AFTER_BOOKING if instant else AFTER_ASKING
        state = state or self.rng.choices(list(chances), list(chances.values()))[0]
        created_at = self._invent_creation(slot)
        answered_at = created_at if instant else created_at + HOUR * self.rng.uniform(1, 20)
        return SessionPlan(
            who.person,
            offer,
            slot,
            state,
            created_at,
            self._invent_question(),
            **self._invent_ending(slot, state, created_at, answered_at),
        )

    def _invent_ending(self, slot: Slot, state: BookingState, created_at: datetime, answered_at: datetime) -> dict:
        rng, deadline = self.rng, created_at + settings.REQUEST_DEADLINE
        match state:
            case BookingState.DECLINED:
                return {
                    "ended_at": answered_at,
                    "expires_at": deadline,
                    "ended_by_mentor": True,
                    "reason": invent_sentence(rng, "decline"),
                }
            case BookingState.WITHDRAWN:
                return {"ended_at": answered_at, "expires_at": deadline, "ended_by_mentor": False}
            case BookingState.EXPIRED:
                return {"ended_at": deadline, "expires_at": deadline}
            case BookingState.CANCELLED:
                early = answered_at + (slot.start - answered_at) * rng.uniform(0.2, 0.95)
                notice = timedelta(minutes=720)
                return {
                    "confirmed_at": answered_at,
                    "ended_at": early,
                    "ended_by_mentor": rng.random() < 0.35,
                    "reason": invent_sentence(rng, "cancel"),
                    "late": slot.start - notice < early,
                }
            case _:
                held = state == BookingState.COMPLETED
                return {
                    "confirmed_at": answered_at,
                    "ended_at": slot.end,
                    "mentee_answers": held and rng.random() < 0.75,
                    "mentor_answers": held and rng.random() < 0.6,
                }

    def _invent_question(self) -> str:
        return invent_question(self.rng, self.mentor.topics)


def invent_sessions(diary: Diary, days: int) -> list[SessionPlan]:
    """A busy mentor's diary has up to six sessions behind it and three ahead; many have fewer."""
    rng = diary.rng
    for _session in range(rng.choices(range(7), (20, 15, 20, 18, 12, 9, 6))[0]):
        diary.add_past(days)
    if diary.mentor.paused_until is None:
        for _session in range(rng.choices(range(4), (45, 30, 18, 7))[0]):
            diary.add_upcoming(days)
    return diary.sessions
