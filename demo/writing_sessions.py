"""Sessions into rows: brief, engagement, booking, its events, the time it takes, and what both said afterwards."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from sessions_app.attendance.facts import CONTEST_WITHIN
from sessions_app.booking.book import FIRST_EVENTS
from sessions_app.booking.clock import CLOSES_AFTER
from sessions_app.models import (
    AttendanceAct,
    AttendanceKind,
    Booking,
    BookingEvent,
    BookingState,
    Brief,
    Engagement,
    Feedback,
    Occupancy,
    Role,
)
from sessions_app.models.bookings import new_room
from sessions_app.models.states import CALLED_OFF, MISSED, OCCUPYING

from .copying import Table
from .data import invent_sentence
from .mentors import MentorPlan
from .sessions import SessionPlan
from .writing import MentorIds, new_uuid

# Which notices were sent when a session came into its last state; none when it took place
LAST_EVENTS: dict[str, str] = {
    BookingState.CANCELLED: "cancelled",
    BookingState.DECLINED: "declined",
    BookingState.EXPIRED: "expired",
    BookingState.WITHDRAWN: "withdrawn",
    BookingState.COMPLETED: "",
    **dict.fromkeys(MISSED, "missed"),
}
MENTEE_SAYS = (
    "resolution useful doable clear_limits listened overall again left_with may_publish may_publish_question advice"
)
MENTOR_SAYS = "prepared right_person learned"


class SessionWriter:
    def __init__(self, rng: Random, today: datetime) -> None:
        self.rng = rng
        self.today = today
        self.briefs = Table(Brief, "uuid author_id question issue_type situation tried done_when needed_by created_at")
        self.engagements = Table(Engagement, "uuid mentee_id mentor_id brief_id created_at closed_at")
        self.bookings = Table(
            Booking,
            "uuid engagement_id offer_id mentor_id mentee_id during format state version sequence expires_at reason "
            "ended_by_id late room created_at confirmed_at programme_id",
        )
        self.events = Table(BookingEvent, "booking_id by_id from_state to_state event during reason at")
        self.attendance = Table(AttendanceAct, "booking_id start person_id kind words at")
        self.occupancies = Table(Occupancy, "person_id booking_id during")
        self.feedback = Table(Feedback, f"booking_id author_id role created_at updated_at {MENTEE_SAYS} {MENTOR_SAYS}")

    def write(self, session: SessionPlan, mentor: MentorPlan, ids: MentorIds, *, programme: int | None = None) -> int:
        offer = mentor.offers[session.offer]
        during = DateTimeTZRange(session.slot.start, session.slot.end, "[)")
        steps = _booking_steps(session, ids.person)
        engagement = self.engagements.add(
            new_uuid(self.rng),
            session.mentee,
            ids.person,
            self._write_brief(session, offer.issue_types),
            session.created_at,
            self._closed_at(session),
        )
        booking = self.bookings.add(
            new_uuid(self.rng),
            engagement,
            ids.offers[session.offer],
            ids.person,
            session.mentee,
            during,
            offer.format,
            session.state,
            sum(bool(event) for *_step, event, _reason, _at in steps[1:]),
            1 if session.state == BookingState.CANCELLED else 0,
            session.expires_at,
            session.reason,
            _ended_by(session.ended_by_mentor, ids.person, session.mentee),
            session.late,
            new_room(),
            session.created_at,
            session.confirmed_at,
            programme,
        )
        for by, before, after, event, reason, at in steps:
            self.events.add(booking, by, before, after, event, during, reason, at)
        if session.state in OCCUPYING:
            for person in (ids.person, session.mentee):
                self.occupancies.add(person, booking, during)
        if session.state in MISSED:
            self._write_attendance(booking, session, ids.person)
        self._write_feedback(booking, session, ids.person)
        return booking

    def _write_brief(self, session: SessionPlan, issue_types: tuple[str, ...]) -> int:
        """One question is enough for most; one in three says more."""
        rng = self.rng
        more = (
            [invent_sentence(rng, kind) for kind in ("situations", "tried", "done_when")]
            if rng.random() < 0.35
            else [""] * 3
        )
        needed_by = session.slot.start.date() + timedelta(days=rng.randint(1, 9)) if rng.random() < 0.2 else None
        kind = rng.choice(issue_types)
        return self.briefs.add(
            new_uuid(rng), session.mentee, session.question, kind, *more, needed_by, session.created_at
        )

    def _closed_at(self, session: SessionPlan) -> datetime | None:
        if session.state in CALLED_OFF:
            return session.ended_at
        closes_at = session.slot.end + CLOSES_AFTER
        return closes_at if closes_at <= self.today else None

    def _write_attendance(self, booking: int, session: SessionPlan, mentor: int) -> None:
        """The one who waited joined the call and reported the miss; in the last week the other disputes it."""
        start, end = session.slot.start, session.slot.end
        pair = (mentor, session.mentee)
        missing, waiting = pair if session.state == BookingState.MENTOR_NO_SHOW else pair[::-1]
        acts = [
            (waiting, AttendanceKind.JOINED, "", start - timedelta(minutes=1)),
            (waiting, AttendanceKind.ABSENT, "", start + timedelta(minutes=5)),
        ]
        contested_at = end + timedelta(hours=2)
        if self.today - CONTEST_WITHIN < contested_at < self.today:
            words = "I was in the call, but nobody could hear me."
            acts.append((missing, AttendanceKind.CONTESTED, words, contested_at))
        for person, kind, words, at in acts:
            self.attendance.add(booking, start, person, kind, words, at)

    def _write_feedback(self, booking: int, session: SessionPlan, mentor: int) -> None:
        for author, role, answers in (
            (session.mentee, Role.MENTEE, session.mentee_answers),
            (mentor, Role.MENTOR, session.mentor_answers),
        ):
            at = session.slot.end + timedelta(minutes=self.rng.randint(3, 30 if session.is_shared else 2000))
            if answers and at < self.today:
                said_so = self._mentee_says(session.is_shared) if role == Role.MENTEE else self._mentor_says()
                self.feedback.add(booking, author, role, at, at, *said_so)

    def _mentee_says(self, is_shared: bool) -> tuple[Any, ...]:
        rng = self.rng
        resolution = "yes" if is_shared else rng.choices(("yes", "partly", "no", "other"), (56, 33, 7, 4))[0]
        left_with = invent_sentence(rng, "left_with") if is_shared or rng.random() < 0.55 else ""
        consents = (bool(left_with), is_shared)
        if rng.random() < 0.35:  # most stop after the one question that is needed
            return (resolution, None, None, None, None, "", "", left_with, *consents, "", None, None, "")
        helped = resolution in ("yes", "partly")
        marks = [min(4, max(1, (4 if helped else 3) - (rng.random() < 0.4))) for _mark in range(4)]
        overall = rng.choice(("good", "excellent") if helped else ("fair", "good"))
        again = rng.choices(("yes", "other_topics", "no"), (80, 15, 5) if helped else (30, 40, 30))[0]
        advice = invent_sentence(rng, "advice") if rng.random() < 0.3 else ""
        return (resolution, *marks, overall, again, left_with, *consents, advice, None, None, "")

    def _mentor_says(self) -> tuple[Any, ...]:
        rng = self.rng
        resolution = rng.choices(("yes", "partly", "no", "other"), (45, 42, 6, 7))[0]
        learned = invent_sentence(rng, "learned") if rng.random() < 0.3 else ""
        return (resolution, *[None] * 4, "", "", "", False, False, "", rng.randint(2, 4), rng.random() < 0.9, learned)

    @property
    def tables(self) -> tuple[Table, ...]:
        return (
            self.briefs,
            self.engagements,
            self.bookings,
            self.events,
            self.attendance,
            self.occupancies,
            self.feedback,
        )


def _ended_by(mentor_did: bool | None, mentor: int, mentee: int) -> int | None:
    return None if mentor_did is None else mentor if mentor_did else mentee


Step = tuple[int | None, str, str, str, str, datetime]


def _booking_steps(session: SessionPlan, mentor: int) -> list[Step]:
    """The booking's events in order: by whom, from, to, what people were told, why, when."""
    asked = session.confirmed_at != session.created_at
    state: str = BookingState.REQUESTED if asked else BookingState.CONFIRMED
    steps: list[Step] = [(session.mentee, "", state, FIRST_EVENTS[state], "", session.created_at)]
    if asked and session.confirmed_at:
        steps.append((mentor, state, BookingState.CONFIRMED, "accepted", "", session.confirmed_at))
        state = BookingState.CONFIRMED
    if session.ended_at:
        by = _ended_by(session.ended_by_mentor, mentor, session.mentee)
        steps.append((by, state, session.state, LAST_EVENTS[session.state], session.reason, session.ended_at))
    return steps
