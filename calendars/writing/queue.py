"""Which sessions have something to be done in a calendar elsewhere. What that is, is found out when it is done.

Acts enter the bookings that they change, in their own transaction. A sweep by the clock enters what was missed, and
what hasn't been looked at for long.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import connection, transaction

from accounts.models import User
from calendars.connecting import WRITING_TASK
from calendars.models import Connection
from common.statements import Prepared
from notifications.hints import wake_worker

# How often we look whether a session still stands where it was put
LOOKS_EVERY = timedelta(hours=3)
PEOPLE_AT_ONCE, ROWS_AT_ONCE = 1000, 200
GOES_ON_AFTER = "calendars:goes-on-after"

COLUMNS = "booking_id, person_id, calendar_id, state, remote_id, etag, next_at, attempts"
# One statement, since every booking that is agreed or changes afterwards asks; planning it takes five times as long as
# running it.
ENTER_BOOKINGS = Prepared(
    f"""
WITH touched AS (
    UPDATE calendars_exportedevent SET next_at = %(now)s, attempts = 0
    WHERE booking_id = ANY(%(bookings)s)
    RETURNING booking_id, person_id
), added AS (
    INSERT INTO calendars_exportedevent ({COLUMNS})
    SELECT booking.id, mine.person_id, mine.writes_to_id, 'absent', '', '', %(now)s, 0
    FROM sessions_app_booking AS booking
    JOIN calendars_connection AS mine ON mine.person_id IN (booking.mentor_id, booking.mentee_id)
    WHERE booking.id = ANY(%(bookings)s) AND booking.state = 'confirmed' AND mine.writes_to_id IS NOT NULL
        AND NOT EXISTS (
            SELECT FROM touched WHERE touched.booking_id = booking.id AND touched.person_id = mine.person_id
        )
    ON CONFLICT (booking_id, person_id) DO NOTHING
    RETURNING 1
)
SELECT (SELECT count(*) FROM touched) + (SELECT count(*) FROM added)
"""
)
# Nothing is entered for a new booking of people who have chosen no calendar to write into.
CONCERNS = (
    "EXISTS (SELECT FROM calendars_connection WHERE person_id = ANY(%(people)s::bigint[]) AND writes_to_id IS NOT NULL)"
)
# Of each of these people, by one of the two roles: their sessions ahead that aren't, or aren't entered, as they should.
ENTER_PEOPLE = f"""
INSERT INTO calendars_exportedevent ({COLUMNS})
SELECT wanted.booking_id, wanted.person_id, wanted.calendar_id, 'absent', '', '', %(now)s, 0
FROM (
    SELECT booking.id AS booking_id, mine.person_id, mine.writes_to_id AS calendar_id, booking.sequence
    FROM calendars_connection AS mine
    JOIN sessions_app_booking AS booking ON booking.mentor_id = mine.person_id
    WHERE mine.person_id = ANY(%(people)s) AND mine.writes_to_id IS NOT NULL
        AND booking.state = 'confirmed' AND upper(booking.during) > %(now)s
    UNION ALL
    SELECT booking.id, mine.person_id, mine.writes_to_id, booking.sequence
    FROM calendars_connection AS mine
    JOIN sessions_app_booking AS booking ON booking.mentee_id = mine.person_id
    WHERE mine.person_id = ANY(%(people)s) AND mine.writes_to_id IS NOT NULL
        AND booking.state = 'confirmed' AND upper(booking.during) > %(now)s
) AS wanted
LEFT JOIN calendars_exportedevent AS row ON row.booking_id = wanted.booking_id AND row.person_id = wanted.person_id
WHERE row.id IS NULL
    OR (row.next_at IS NULL AND (
        row.calendar_id <> wanted.calendar_id OR row.state IN ('absent', 'maybe')
        OR (row.state = 'there' AND row.sequence <> wanted.sequence)
    ))
ON CONFLICT (booking_id, person_id) DO UPDATE SET next_at = EXCLUDED.next_at, attempts = 0
"""
ENTER_OLD = """
UPDATE calendars_exportedevent SET next_at = %(now)s
WHERE id IN (
    SELECT id FROM calendars_exportedevent
    WHERE next_at IS NULL AND checked_at < %(before)s
    ORDER BY checked_at LIMIT %(most)s
    FOR UPDATE SKIP LOCKED
)
"""


def enter_bookings(bookings: Sequence[int], now: datetime) -> None:
    """They have changed. Called in the transaction of the change."""
    if not bookings:
        return
    with connection.cursor() as cursor:
        ENTER_BOOKINGS.execute(cursor, {"bookings": list(bookings), "now": now})
        entered = cursor.fetchone()[0]
    if entered:
        wake_when_committed()


def enter_person(person: User, now: datetime) -> None:
    """All sessions of this person that are ahead, for the calendar that is chosen now."""
    _enter_people([person.pk], now)
    wake_when_committed()


def enter_missed(*, now: datetime) -> int:
    """What no act has entered, and what wasn't looked at for long. Returns how many.

    A short piece of work however many people write: the next call goes on from here.
    """
    after = cache.get(GOES_ON_AFTER, 0)
    writing = Connection.objects.filter(writes_to__isnull=False, pk__gt=after).order_by("pk")
    found = list(writing.values_list("pk", "person_id")[:PEOPLE_AT_ONCE])
    cache.set(GOES_ON_AFTER, found[-1][0] if len(found) == PEOPLE_AT_ONCE else 0, timeout=None)
    entered = _enter_people([person for _pk, person in found], now) if found else 0
    with connection.cursor() as cursor:
        cursor.execute(ENTER_OLD, {"now": now, "before": now - LOOKS_EVERY, "most": ROWS_AT_ONCE})
        return entered + cursor.rowcount


def wake_when_committed() -> None:
    transaction.on_commit(lambda: wake_worker(WRITING_TASK), robust=True)


def _enter_people(people: list[int], now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(ENTER_PEOPLE, {"people": people, "now": now})
        return cursor.rowcount
