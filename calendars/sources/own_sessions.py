"""A person's own sessions, which some calendars can't tell from other appointments."""

from collections.abc import Callable
from datetime import datetime

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from accounts.models import User
from calendars.reading.busy import Span
from sessions_app.models import Occupancy
from sessions_app.models.states import PENDING


def sessions_of(person: User) -> Callable[[datetime, datetime], list[Span]]:
    """What lists the times, within a range, of sessions and events that they have agreed to.

    Not what is only asked for or held: it stands in no calendar, and may be gone in a moment.
    """

    def list_sessions(first: datetime, last: datetime) -> list[Span]:
        found = Occupancy.objects.filter(person=person, during__overlap=DateTimeTZRange(first, last, "[)"))
        spans = found.exclude(booking__state__in=PENDING).values_list("during", flat=True)
        return [Span(during.lower, during.upper) for during in spans]

    return list_sessions
