"""Counts what is long past in the records of mentors, so that pages count only the last days.

Nothing changes by itself a week after a session: feedback is closed and both may read it, nobody can dispute who came.
What can still change (staff's late decision, a worker that was away) is an act of `booking.transitions`, which forgets
the mentor's tally in its own transaction. It locks the mentor as we do, so neither overlooks the other.
"""

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from accounts.models import User
from mentors.models import MentorProfile
from sessions_app.models import MentorTally
from sessions_app.models.feedback import BLIND_FOR

from .track_record import COUNTED, count_parameters, counts_sql

logger = logging.getLogger(__name__)

# Longer than any transaction takes that began before a session was long past.
MARGIN = timedelta(hours=1)
AGAIN_AFTER = timedelta(days=1)
AT_ONCE, SECONDS = 100, 10
COLUMNS, EXCLUDED = ", ".join(COUNTED), ", ".join(f"excluded.{name}" for name in COUNTED)
TALLIES = f"""
SELECT person.id, held.sessions, said.answers, said.helped, written.answers, held.missed
FROM unnest(%(mentors)s::bigint[]) AS person(id) {counts_sql(until="%(until)s::timestamptz")}
"""
WRITE = f"""
INSERT INTO sessions_app_mentortally (person_id, {COLUMNS}, until)
SELECT counted.*, %(until)s FROM ({TALLIES}) AS counted
ON CONFLICT (person_id) DO UPDATE SET ({COLUMNS}, until) = ({EXCLUDED}, excluded.until)
"""


def tally_records(*, now: datetime, seconds: float = SECONDS) -> int:
    """Count those again that were counted longest ago, or never, until the time is up. Returns how many."""
    end, count = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        mentors = _due_mentors(now)
        count += len(mentors)
        if mentors:
            _tally(mentors, until=now - BLIND_FOR - MARGIN)
        if len(mentors) < AT_ONCE:
            break
    return count


def find_drift(mentors: Sequence[int]) -> list[int]:
    """Those of these mentors whose tally isn't what their rows give."""
    stored = MentorTally.objects.filter(person__in=mentors).values_list("until", "person", *COUNTED)
    found = []
    for until, *row in stored:
        with connection.cursor() as cursor:
            cursor.execute(TALLIES, count_parameters([row[0]], until=until))
            if list(cursor.fetchone()) != row:
                found.append(row[0])
    return found


def _due_mentors(now: datetime) -> list[int]:
    since = now - BLIND_FOR - MARGIN - AGAIN_AFTER
    due = MentorProfile.objects.filter(approved_at__isnull=False)
    never = due.filter(person__tally=None).order_by("pk").values_list("person", flat=True)[:AT_ONCE]
    stale = MentorTally.objects.filter(until__lt=since).order_by("until").values_list("person", flat=True)
    return list(never) or list(stale[:AT_ONCE])


@transaction.atomic
def _tally(mentors: Sequence[int], *, until: datetime) -> None:
    User.objects.lock_rows(*mentors)
    if drifted := find_drift(mentors):
        logger.warning("the tallies of mentors %s were wrong", drifted)
    with connection.cursor() as cursor:
        cursor.execute(WRITE, count_parameters(mentors, until=until))
