"""What may be said in public about how a mentor helped: nothing numeric under five answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from .models import BookingState, Resolution, Role
from .models.feedback import BLIND_FOR

ENOUGH = 5
# Every list of people asks this. An answer counts once its mentor may know of it: as in `Feedback.objects.unveiled`.
NUMBERS = """
SELECT booking.mentor_id, count(*) FILTER (WHERE booking.state = %(completed)s), count(said.id),
    count(said.id) FILTER (WHERE said.resolution = ANY(%(helped)s))
FROM sessions_app_booking AS booking
LEFT JOIN sessions_app_feedback AS said ON said.booking_id = booking.id AND said.role = %(mentee)s AND (
    upper(booking.during) <= %(blind_until)s OR EXISTS (
        SELECT FROM sessions_app_feedback AS other
        WHERE other.booking_id = booking.id AND other.author_id <> said.author_id
    )
)
WHERE booking.mentor_id = ANY(%(mentors)s)
GROUP BY booking.mentor_id
"""


@dataclass(frozen=True, slots=True)
class Proof:
    sessions: int = 0
    answers: int = 0
    helped: int = 0

    @property
    def is_shown(self) -> bool:
        return self.answers >= ENOUGH

    @property
    def percent(self) -> int:
        """Rounded down, so that 100 means everybody."""
        return 100 * self.helped // self.answers if self.answers else 0


def proof_of(mentors: Sequence[int], *, now: datetime) -> dict[int, Proof]:
    """By person id, in one query."""
    values: dict[str, Any] = {
        "mentors": list(mentors),
        "blind_until": now - BLIND_FOR,
        "completed": BookingState.COMPLETED,
        "helped": [Resolution.YES, Resolution.PARTLY],
        "mentee": Role.MENTEE,
    }
    with connection.cursor() as cursor:
        cursor.execute(NUMBERS, values)
        numbers = {mentor: Proof(*counts) for mentor, *counts in cursor.fetchall()}
    return {person: numbers.get(person, Proof()) for person in mentors}
