"""What may be said in public about how a mentor helped: nothing numeric under five answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from .models import Booking, BookingState, Feedback, Resolution, Role

ENOUGH = 5


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
    """By person id, in one query. An answer counts once its mentor may know of it."""
    given = Feedback.objects.unveiled(now).filter(booking__mentor__in=mentors, role=Role.MENTEE)
    answer = Q(feedback__in=given)
    helped = answer & Q(feedback__resolution__in=(Resolution.YES, Resolution.PARTLY))
    rows = (
        Booking.objects.filter(mentor__in=mentors)
        .order_by()
        .values_list("mentor")
        .annotate(
            held=Count("pk", filter=Q(state=BookingState.COMPLETED), distinct=True),
            all=Count("feedback", filter=answer, distinct=True),
            good=Count("feedback", filter=helped, distinct=True),
        )
    )
    numbers = {mentor: Proof(held, answers, good) for mentor, held, answers, good in rows}
    return {person: numbers.get(person, Proof()) for person in mentors}
