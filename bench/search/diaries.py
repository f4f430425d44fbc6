"""Sessions of everyone in the world of searches: ten to come and thirty that were held for each mentor, in bulk.

Without them a search would be measured among people who are nearly always free, in tables that are nearly empty.
"""

from datetime import datetime

from django.db import connection, transaction

from bench.history.rows import continue_ids, insert_rows, next_id, without_foreign_key_checks, without_indexes
from sessions_app.afterwards.tallies import tally_records
from sessions_app.models import Booking, Brief, Engagement, Feedback, Occupancy

AHEAD, PAST, WEEKS = 10, 30, 4
# Starts within the mentor's windows of the next weeks, an hour apart, so that two of one mentor never meet. Numbered by
# their start and given to mentees in turn, so that a mentee's next one is long after. Who has a session of the demo's
# keeps those alone, and no two have more than one session ahead.
PLAN = """
CREATE TEMPORARY TABLE plan AS
WITH mentors AS (
    SELECT profile.id, profile.person_id, schedule.id AS schedule_id, schedule.timezone, offer.id AS offer_id,
        make_interval(mins => least(offer.length, 45)) AS length
    FROM mentors_mentorprofile AS profile
    JOIN sessions_app_schedule AS schedule ON schedule.profile_id = profile.id
    CROSS JOIN LATERAL (
        SELECT id, length FROM mentors_offer WHERE profile_id = profile.id AND is_active
        ORDER BY abs(length - 25), position, id LIMIT 1
    ) AS offer
    WHERE profile.state = 'approved'
        AND NOT EXISTS (SELECT FROM sessions_app_occupancy WHERE person_id = profile.person_id)
), mentees AS (
    SELECT row_number() OVER (ORDER BY id) - 1 AS number, id FROM accounts_user AS person
    WHERE NOT EXISTS (SELECT FROM mentors_mentorprofile WHERE person_id = person.id)
        AND NOT EXISTS (SELECT FROM sessions_app_occupancy WHERE person_id = person.id)
), ahead AS (
    SELECT mentors.person_id, offer_id, start, length, 'confirmed' AS state
    FROM mentors CROSS JOIN LATERAL (
        SELECT (day + make_interval(mins => "window".start + 60 * turn)) AT TIME ZONE timezone AS start
        FROM generate_series('{today}'::date + 1, '{today}'::date + 7 * {weeks}, '1 day') AS day
        JOIN sessions_app_availabilitywindow AS "window"
            ON "window".schedule_id = mentors.schedule_id AND "window".weekday = extract(isodow FROM day)
        CROSS JOIN generate_series(0, ("window"."end" - "window".start) / 60 - 1) AS turn
        ORDER BY hashtextextended(day::text || turn, mentors.id) LIMIT {ahead}
    ) AS chosen
), past AS (
    SELECT person_id, offer_id, date_trunc('hour', '{now}'::timestamptz)
            - turn * interval '6 days' - abs(hashint8extended(id, turn)) % 24 * interval '1 hour' AS start,
        length, 'completed' AS state
    FROM mentors CROSS JOIN generate_series(1, {past}) AS turn
), numbered AS (
    SELECT row_number() OVER (ORDER BY state, start, person_id) AS n, *
    FROM (SELECT * FROM ahead UNION ALL SELECT * FROM past) AS every
)
SELECT DISTINCT ON (mentor_id, mentee_id, CASE WHEN state = 'completed' THEN n END)
    n, numbered.person_id AS mentor_id, mentees.id AS mentee_id, offer_id, state, start - interval '3 days' AS made,
    tstzrange(start, start + length) AS during
FROM numbered JOIN mentees ON mentees.number = n % (SELECT count(*) FROM mentees)
WHERE state = 'completed' OR NOT EXISTS (
    SELECT FROM sessions_app_engagement AS other
    WHERE other.mentor_id = numbered.person_id AND other.mentee_id = mentees.id AND other.closed_at IS NULL
)
"""


def fill_diaries(*, now: datetime) -> int:
    """Write the sessions with their questions and feedback. Returns how many."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
            today, moment = now.date().isoformat(), now.isoformat()
            cursor.execute(PLAN.format(today=today, now=moment, ahead=AHEAD, past=PAST, weeks=WEEKS))
            cursor.execute("ANALYZE plan")
        with without_foreign_key_checks(), without_indexes(Brief, Engagement, Booking, Occupancy, Feedback):
            count = _write_sessions(now)
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE plan")
    while tally_records(now=now, seconds=600):
        pass
    return count


def _write_sessions(now: datetime) -> int:
    brief, engagement, booking = next_id(Brief), next_id(Engagement), next_id(Booking)
    insert_rows(
        Brief,
        "plan",
        now=now,
        id=f"{brief} + n",
        author_id="mentee_id",
        question="'How do I ask for the level, no ' || n || '?'",
        created_at="made",
    )
    insert_rows(
        Engagement,
        "plan",
        now=now,
        id=f"{engagement} + n",
        mentee_id="mentee_id",
        mentor_id="mentor_id",
        brief_id=f"{brief} + n",
        created_at="made",
        closed_at="CASE WHEN state = 'completed' THEN upper(during) END",
    )
    count = insert_rows(
        Booking,
        "plan",
        now=now,
        id=f"{booking} + n",
        engagement_id=f"{engagement} + n",
        offer_id="offer_id",
        mentor_id="mentor_id",
        mentee_id="mentee_id",
        during="during",
        format="'video'",
        state="state",
        room="md5(n::text)",
        created_at="made",
        confirmed_at="made",
    )
    _write_what_follows(booking, now)
    continue_ids(Brief, Engagement, Booking)
    return count


def _write_what_follows(booking: int, now: datetime) -> None:
    """The time that is taken, and what mentees said afterwards. `booking`: the id before the first session's."""
    insert_rows(
        Occupancy,
        "plan CROSS JOIN LATERAL (VALUES (mentor_id), (mentee_id)) AS who(person_id) WHERE state = 'confirmed'",
        now=now,
        booking_id=f"{booking} + n",
        person_id="person_id",
        during="during",
    )
    insert_rows(
        Feedback,
        "plan WHERE state = 'completed' AND n % 10 < 6",
        now=now,
        booking_id=f"{booking} + n",
        author_id="mentee_id",
        # What triggers write, which are off
        mentor_id="mentor_id",
        at="lower(during)",
        ended_at="upper(during)",
        role="'mentee'",
        resolution="(ARRAY['yes', 'yes', 'partly', 'no'])[1 + n % 4]",
        created_at="upper(during)",
    )
