"""What a calendar elsewhere says, as rows that the slot engine reads."""

from collections.abc import Iterable
from contextlib import nullcontext
from datetime import datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from accounts.models import User
from mentors.models import MentorProfile
from sessions_app.models import BusySpan

from .openings import announce_opened
from .reserved_time import reserving_what_opens


@transaction.atomic
def replace_busy_times(
    *, person: User, calendar: int, spans: Iterable[tuple[datetime, datetime]], now: datetime
) -> bool:
    """Make `spans` what this calendar says, all at once. Returns whether anything differed.

    Time that this frees goes the way of all freed time: the waiting list is asked first, and the search looks again.
    Time that it takes is only taken: what the search keeps are lower bounds. Sessions that are booked already stay.
    """
    # As bookings of their time do: the next booking reads what is written here.
    User.objects.locked(person.pk)
    stored = {(row.during.lower, row.during.upper): row.pk for row in BusySpan.objects.filter(calendar=calendar)}
    wanted = set(spans)
    gone = [number for span, number in stored.items() if span not in wanted]
    new = [
        BusySpan(person=person, calendar=calendar, during=DateTimeTZRange(*span, "[)"))
        for span in sorted(wanted - stored.keys())
    ]
    if not gone and not new:
        return False
    profile = MentorProfile.objects.filter(person=person).first() if gone else None
    with reserving_what_opens(profile, now) if profile else nullcontext():
        BusySpan.objects.filter(pk__in=gone).delete()
        BusySpan.objects.bulk_create(new)
        if profile:
            announce_opened(person.pk)
    return True
