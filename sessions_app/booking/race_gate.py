"""Who comes second for a time learns so at once, and doesn't queue for the lock to be told when it is their turn.

The gate only says who is first; what may be written is decided under the lock, and by the constraint.
"""

from datetime import datetime, timedelta
from functools import partial

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from accounts.models import User
from common.statements import Prepared, execute_together
from mentors.models import Offer
from sessions_app.availability.refusals import explain_refusal
from sessions_app.availability.timetable import load_timetable
from sessions_app.errors import SessionError
from sessions_app.models.states import PENDING
from sessions_app.questions.mentee_standing import standing_of

# The first number of an advisory lock; the second is a person's.
GATE = 7001
LARGEST_KEY = 0x7FFFFFFF
TRY = "pg_try_advisory_xact_lock(%(gate)s, key)"
# The first holds the gate until its transaction ends; then all who came meanwhile go on together. Had they waited for a
# row, each would wait for the one before.
WAIT = Prepared(
    f"""
SELECT CASE WHEN NOT {TRY} THEN pg_advisory_xact_lock_shared(%(gate)s, key) END
FROM unnest(%(keys)s::int[]) AS key
"""
)
# Nobody's for who was first, or is alone again: they are told all that stands against it, under the lock. Nor for who
# has booked this mentor themselves meanwhile: it may have been the same form, sent twice.
IN_THE_WAY = Prepared(
    f"""
SELECT array_agg(taken.person_id)
FROM sessions_app_occupancy AS taken
JOIN sessions_app_booking AS booking ON booking.id = taken.booking_id
WHERE taken.person_id IN (%(mentor)s, %(mentee)s) AND taken.during && %(during)s
    AND NOT (booking.state = ANY(%(waiting)s) AND booking.expires_at <= %(now)s)
    AND NOT (booking.mentor_id = %(mentor)s AND booking.mentee_id IS NOT DISTINCT FROM %(mentee)s)
    AND NOT (SELECT bool_and({TRY}) FROM unnest(%(keys)s::int[]) AS key)
"""
)


def refuse_second(offer: Offer, mentee: User, *, start: datetime, now: datetime) -> None:
    """Go on at once if nobody is booking these two people; else wait for whoever is, and look what they left.

    Raises SessionError `taken` or `own_overlap`.
    """
    mentor = offer.profile.person_id
    asked = {
        "gate": GATE,
        # In one order for all, so that nobody waits in a circle.
        "keys": sorted(person & LARGEST_KEY for person in (mentor, mentee.pk)),
        "mentor": mentor,
        "mentee": mentee.pk,
        "during": DateTimeTZRange(start, start + timedelta(minutes=offer.length), "[)"),
        "waiting": list(PENDING),
        "now": now,
    }
    with connection.cursor() as cursor:
        execute_together(cursor, (WAIT, asked), (IN_THE_WAY, asked))
        (people,) = cursor.fetchone()
    if people:
        code = "taken" if mentor in people else "own_overlap"
        raise SessionError(
            code, explain_refusal(code, offer.profile), earliest=partial(earliest_start, offer, mentee, start, now)
        )


def earliest_start(offer: Offer, mentee: User, start: datetime, now: datetime) -> datetime | None:
    """From when on they could have it; looked up if somebody wants to know, since few do."""
    timetable = load_timetable(offer.profile, now=now)
    if timetable is None:
        return None
    own = standing_of(mentee, offer.profile.person_id, now=now).own
    spans = [(first, last) for first, last in own]
    refusal = timetable.why_not(start=start, length=offer.length, step=offer.step, now=now, own=spans)
    return refusal.earliest if refusal else start
