"""A gate before the locks: a person who comes second for a time learns so at once, instead of queueing for the locks.

The gate only tells who comes first. What may be written is decided under the locks, and by a constraint.
"""

from datetime import datetime, timedelta
from functools import partial

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from accounts.models import User
from common.known import known
from common.statements import Prepared
from mentors.models import Offer
from sessions_app.availability.refusals import explain_refusal
from sessions_app.availability.timetable import load_timetable_for
from sessions_app.errors import UnavailableTimeError
from sessions_app.models.bookings import overdue_sql
from sessions_app.questions.limits import check_mentee
from sessions_app.questions.mentee_standing import (
    MenteeStanding,
    StandingStatement,
    standing_of,
    standing_parameters,
)

# The first of the two numbers of an advisory lock; the second is a person's id.
GATE = 7001
LARGEST_KEY = 0x7FFFFFFF
# Whether this transaction has the gate. The first holds it until it ends. All that came meanwhile wait for a shared
# lock, so they go on together; had they waited for a row lock, they would go on one after the other, each waiting for
# the one before.
GATE_KEPT = Prepared(
    """
SELECT bool_and(CASE
    WHEN pg_try_advisory_xact_lock(%(gate)s, key) THEN true
    ELSE pg_advisory_xact_lock_shared(%(gate)s, key) IS NULL
END)
FROM unnest(%(keys)s::int[]) AS key
"""
)
# Which of the two people are taken at that time, and what limits the mentee. A booking of the same two people doesn't
# count: it may come from the same form, sent twice.
SECOND = StandingStatement(
    lambda columns, tables, condition: (
        f"""
SELECT
    ARRAY(
        SELECT taken.person_id
        FROM sessions_app_occupancy AS taken
        LEFT JOIN sessions_app_booking AS booking ON booking.id = taken.booking_id
        WHERE taken.person_id IN (%(mentor)s, %(mentee)s) AND taken.during && %(during)s
            AND NOT {overdue_sql()}
            AND (booking.mentor_id = %(mentor)s AND booking.mentee_id IS NOT DISTINCT FROM %(mentee)s) IS NOT TRUE
    ),
    {columns}
FROM {tables}
WHERE {condition}
"""
    )
)


def refuse_second(offer: Offer, mentee: User, *, start: datetime, now: datetime, chosen: int | None = None) -> None:
    """Go on at once if nobody else is booking these two people; otherwise wait for them, and see whether the time is
    taken now. `chosen`: as for `standing_of`.

    Raises SessionError `taken` or `own_overlap`, or what would stand against any other time too.
    """
    mentor = offer.profile.person_id
    # In one order for all transactions, so that they can't deadlock.
    keys = sorted(person & LARGEST_KEY for person in (mentor, mentee.pk))
    with connection.cursor() as cursor:
        GATE_KEPT.execute(cursor, {"gate": GATE, "keys": keys})
        if cursor.fetchone()[0]:
            # First, or alone: told under the locks what stands against it.
            return
    during = DateTimeTZRange(start, start + timedelta(minutes=offer.length), "[)")
    asked = standing_parameters(mentee.pk, mentor, now=now, chosen=chosen) | {"during": during}
    is_member = mentee.is_in_programmes or offer.profile.person.is_in_programmes
    people, *standing = known(SECOND.fetch_row(asked, is_member=is_member))
    if people:
        check_mentee(mentee, offer.profile, now=now, standing=MenteeStanding(*standing))
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
