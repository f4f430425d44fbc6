"""What the public may know about how a mentor helped. No numbers below five answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from sessions_app.models import BookingState, Role, WrittenState
from sessions_app.models.feedback import BLIND_FOR, HELPED, UNVEILED_ON_ANSWER, UNVEILED_ON_SESSION

ENOUGH = 5
# Every list of mentors runs this. An answer counts once its mentor may read it, as in `Feedback.objects.unveiled`.
NUMBERS = f"""
SELECT mentor_id, sum(sessions)::int, sum(answers)::int, sum(helped)::int, sum(written)::int FROM (
SELECT booking.mentor_id, count(*) FILTER (WHERE booking.state = %(completed)s) AS sessions, count(said.id) AS answers,
    count(said.id) FILTER (WHERE said.resolution = ANY(%(helped)s)) AS helped, 0 AS written
FROM sessions_app_booking AS booking
LEFT JOIN sessions_app_feedback AS said ON said.booking_id = booking.id AND said.role = %(mentee)s
    AND {UNVEILED_ON_SESSION}
WHERE booking.mentor_id = ANY(%(mentors)s)
GROUP BY booking.mentor_id
UNION ALL
SELECT question.mentor_id, 0, count(said.id), count(said.id) FILTER (WHERE said.resolution = ANY(%(helped)s)), count(*)
FROM sessions_app_writtenquestion AS question
LEFT JOIN sessions_app_feedback AS said ON said.written_id = question.id AND {UNVEILED_ON_ANSWER}
WHERE question.mentor_id = ANY(%(mentors)s) AND question.state = %(answered)s
GROUP BY question.mentor_id
) AS given GROUP BY mentor_id
"""


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """`written`: how many questions they have answered in writing.

    `answers`: how many people said whether it helped.
    """

    sessions: int = 0
    answers: int = 0
    helped: int = 0
    written: int = 0

    @property
    def is_shown(self) -> bool:
        return self.answers >= ENOUGH

    @property
    def percent(self) -> int:
        """Rounded down, so that 100 means everybody."""
        return 100 * self.helped // self.answers if self.answers else 0


def track_records_of(mentors: Sequence[int], *, now: datetime) -> dict[int, TrackRecord]:
    """By person id, in one query."""
    values: dict[str, Any] = {
        "mentors": list(mentors),
        "blind_until": now - BLIND_FOR,
        "completed": BookingState.COMPLETED,
        "answered": WrittenState.ANSWERED,
        "helped": list(HELPED),
        "mentee": Role.MENTEE,
    }
    with connection.cursor() as cursor:
        cursor.execute(NUMBERS, values)
        numbers = {mentor: TrackRecord(*counts) for mentor, *counts in cursor.fetchall()}
    return {person: numbers.get(person, TrackRecord()) for person in mentors}
