"""What the public may know about how a mentor helped. No numbers below five answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from sessions_app.models import BookingState, Role, WrittenState
from sessions_app.models.feedback import BLIND_FOR, HELPED, UNVEILED_ON_ANSWER, UNVEILED_ON_SESSION, Agreement
from sessions_app.models.states import OVER

ENOUGH = 5
# Every list of mentors runs this. An answer counts once its mentor may read it, as in `Feedback.objects.unveiled`.
NUMBERS = f"""
SELECT mentor_id, sum(sessions)::int, sum(answers)::int, sum(helped)::int, sum(written)::int, sum(missed)::int FROM (
SELECT booking.mentor_id, count(*) FILTER (WHERE booking.state = %(completed)s) AS sessions, count(said.id) AS answers,
    count(said.id) FILTER (WHERE said.resolution = ANY(%(helped)s)) AS helped, 0 AS written,
    count(*) FILTER (WHERE booking.state = %(missed)s AND upper(booking.during) <= %(blind_until)s) AS missed
FROM sessions_app_booking AS booking
LEFT JOIN sessions_app_feedback AS said ON said.booking_id = booking.id AND said.role = %(mentee)s
    AND {UNVEILED_ON_SESSION}
WHERE booking.mentor_id = ANY(%(mentors)s)
GROUP BY booking.mentor_id
UNION ALL
SELECT question.mentor_id, 0, count(said.id), count(said.id) FILTER (WHERE said.resolution = ANY(%(helped)s)), count(*),
    0
FROM sessions_app_writtenquestion AS question
LEFT JOIN sessions_app_feedback AS said ON said.written_id = question.id AND {UNVEILED_ON_ANSWER}
WHERE question.mentor_id = ANY(%(mentors)s) AND question.state = %(answered)s
GROUP BY question.mentor_id
) AS given GROUP BY mentor_id
"""


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """`written`: how many questions they have answered in writing.

    `answers`: how many people said whether it helped. `missed`: sessions they didn't come to, once nobody can dispute
    it any more.
    """

    sessions: int = 0
    answers: int = 0
    helped: int = 0
    written: int = 0
    missed: int = 0

    @property
    def agreed(self) -> int:
        return self.sessions + self.missed

    @property
    def is_kept_shown(self) -> bool:
        return self.agreed >= ENOUGH

    @property
    def is_shown(self) -> bool:
        return self.answers >= ENOUGH

    @property
    def percent(self) -> int:
        """Rounded down, so that 100 means everyone."""
        return 100 * self.helped // self.answers if self.answers else 0


def track_records_of(mentors: Sequence[int], *, now: datetime) -> dict[int, TrackRecord]:
    """By person id, in one query."""
    values: dict[str, Any] = {
        "mentors": list(mentors),
        "blind_until": now - BLIND_FOR,
        "completed": BookingState.COMPLETED,
        "missed": BookingState.MENTOR_NO_SHOW,
        "answered": WrittenState.ANSWERED,
        "helped": list(HELPED),
        "mentee": Role.MENTEE,
    }
    with connection.cursor() as cursor:
        cursor.execute(NUMBERS, values)
        numbers = {mentor: TrackRecord(*counts) for mentor, *counts in cursor.fetchall()}
    return {person: numbers.get(person, TrackRecord()) for person in mentors}


# The figures of the whole site come from so many of the latest bookings, so that they cost the same in every year.
LATEST = 1000
RECENT = f"""
SELECT count(*) FILTER (WHERE booking.state = %(completed)s), count(*),
    count(said.id) FILTER (WHERE said.resolution = ANY(%(helped)s)), count(said.id),
    count(said.id) FILTER (WHERE said.listened >= %(rather)s), count(said.listened)
FROM (SELECT id, state, during FROM sessions_app_booking ORDER BY id DESC LIMIT %(latest)s) AS booking
LEFT JOIN sessions_app_feedback AS said ON said.booking_id = booking.id AND said.role = %(mentee)s
    AND {UNVEILED_ON_SESSION}
WHERE booking.state = ANY(%(over)s)
"""


class Share(NamedTuple):
    """How many of how many."""

    part: int
    whole: int

    @property
    def is_shown(self) -> bool:
        return self.whole >= ENOUGH


@dataclass(frozen=True, slots=True)
class RecentRecord:
    """Of the latest sessions: which took place, and what mentees said of them."""

    took_place: Share
    helped: Share
    listened: Share


def read_recent_record(*, now: datetime) -> RecentRecord:
    values: dict[str, Any] = {
        "latest": LATEST,
        "blind_until": now - BLIND_FOR,
        "completed": BookingState.COMPLETED,
        "over": list(OVER),
        "helped": list(HELPED),
        "rather": Agreement.RATHER,
        "mentee": Role.MENTEE,
    }
    with connection.cursor() as cursor:
        cursor.execute(RECENT, values)
        counts = cursor.fetchone()
    return RecentRecord(Share(*counts[0:2]), Share(*counts[2:4]), Share(*counts[4:6]))
