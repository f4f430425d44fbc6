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
    """By person id, in two queries. An answer counts once its mentor may know of it."""
    held = dict(
        Booking.objects.filter(mentor__in=mentors, state=BookingState.COMPLETED)
        .order_by()
        .values_list("mentor")
        .annotate(count=Count("pk"))
    )
    helped = Q(resolution__in=(Resolution.YES, Resolution.PARTLY))
    answers = {
        mentor: (count, good)
        for mentor, count, good in Feedback.objects.unveiled(now)
        .filter(booking__mentor__in=mentors, role=Role.MENTEE)
        .order_by()
        .values_list("booking__mentor")
        .annotate(count=Count("pk"), good=Count("pk", filter=helped))
    }
    return {person: Proof(held.get(person, 0), *answers.get(person, (0, 0))) for person in mentors}
