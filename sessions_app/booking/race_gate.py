"""A gate before the locks: a person who comes second for a time learns so at once, instead of queueing for the locks.

The gate only tells who comes first. What may be written is decided under the locks, and by a constraint.
"""

from datetime import datetime, timedelta
from functools import partial

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from accounts.models import User
from common.statements import Prepared, execute_together
from mentors.models import Offer
from sessions_app.availability.refusals import explain_refusal
from sessions_app.availability.timetable import load_timetable_for
from sessions_app.errors import UnavailableTimeError
from sessions_app.models.bookings import overdue_sql
from sessions_app.questions.limits import check_mentee
from sessions_app.questions.mentee_standing import standing_of

# The first of the two numbers of an advisory lock; the second is a person's id.
GATE = 7001
LARGEST_KEY = 0x7FFFFFFF
TRY = "pg_try_advisory_xact_lock(%(gate)s, key)"
# The first transaction holds the gate until it ends. All that came meanwhile wait for a shared lock, so they go on
# together; had they waited for a row lock, they would go on one after the other, each waiting for the one before.
WAIT = Prepared(
    f"""
SELECT CASE WHEN NOT {TRY} THEN pg_advisory_xact_lock_shared(%(gate)s, key) END
FROM unnest(%(keys)s::int[]) AS key
"""
)
# Which of the two people are taken at that time. Always none for a transaction that has the gate itself (it was first,
# or is alone again): it goes on and is told under the locks what stands against it. A booking of the same two people
# doesn't count: it may come from the same form, sent twice.
IN_THE_WAY = Prepared(
    f"""
SELECT array_agg(taken.person_id)
FROM sessions_app_occupancy AS taken
LEFT JOIN sessions_app_booking AS booking ON booking.id = taken.booking_id
WHERE taken.person_id IN (%(mentor)s, %(mentee)s) AND taken.during && %(during)s
    AND NOT {overdue_sql()}
    AND (booking.mentor_id = %(mentor)s AND booking.mentee_id IS NOT DISTINCT FROM %(mentee)s) IS NOT TRUE
    AND NOT (SELECT bool_and({TRY}) FROM unnest(%(keys)s::int[]) AS key)
"""
)


def refuse_second(offer: Offer, mentee: User, *, start: datetime, now: datetime, chosen: int | None = None) -> None:
    """Go on at once if nobody else is booking these two people; otherwise wait for them, and see whether the time is
    taken now. `chosen`: as for `standing_of`.

    Raises SessionError `taken` or `own_overlap`, or what would stand against any other time too.
    """
    mentor = offer.profile.person_id
    asked = {
        "gate": GATE,
        # In one order for all transactions, so that they can't deadlock.
        "keys": sorted(person & LARGEST_KEY for person in (mentor, mentee.pk)),
        "mentor": mentor,
        "mentee": mentee.pk,
        "during": DateTimeTZRange(start, start + timedelta(minutes=offer.length), "[)"),
        "now": now,
    }
    with connection.cursor() as cursor:
        execute_together(cursor, (WAIT, asked), (IN_THE_WAY, asked))
        (people,) = cursor.fetchone()
    if people:
        standing = standing_of(mentee, mentor, now=now, chosen=chosen)
        check_mentee(mentee, offer.profile, now=now, standing=standing)
        code = "taken" if mentor in people else "own_overlap"
        raise UnavailableTimeError(
            code,
            explain_refusal(code, offer.profile),
            earliest=partial(earliest_start, offer, mentee, start, now, chosen),
        )


def earliest_start(
    offer: Offer, mentee: User, start: datetime, now: datetime, chosen: int | None = None
) -> datetime | None:
    """The next start that they could book. Only found out when it is asked for, which is seldom."""
    timetable = load_timetable_for(mentee, offer.profile, now=now, chosen=chosen)
    if timetable is None:
        return None
    own = standing_of(mentee, offer.profile.person_id, now=now).own
    spans = [(first, last) for first, last in own]
    refusal = timetable.why_not(start=start, length=offer.length, step=offer.step, now=now, own=spans)
    return refusal.earliest if refusal else start
