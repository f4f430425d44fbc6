"""What mentors have given at events."""

from datetime import date

from django.db.models import Q

from accounts.models import User
from events.models import Outcome, Pairing, Side
from sessions_app.impact.given import limit_to_days


def count_meetings_given(mentor: User, first: date) -> int:
    """Meetings that took place and in which they were the mentor, on this day of their own zone or later."""
    as_mentor = Q(one__person=mentor, one__side=Side.MENTOR) | Q(other__person=mentor, other__side=Side.MENTOR)
    held = Pairing.objects.filter(as_mentor, outcome=Outcome.HELD)
    return limit_to_days(held, "round__during__startswith", mentor, first, None).count()
