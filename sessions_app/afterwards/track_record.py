"""What the public may know about how a mentor helped. No numbers below five answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from common.statements import Prepared, write_array
from sessions_app.models import BookingState, Role, WrittenState
from sessions_app.models.feedback import BLIND_FOR, HELPED, UNVEILED, Agreement
from sessions_app.models.states import OVER

ENOUGH = 5
COUNTED = ("sessions", "answers", "helped", "written", "missed")


def counts_sql(*, since: str = "'-infinity'::timestamptz", until: str = "'infinity'::timestamptz") -> str:
    """What is counted of `person.id` that ended after `since` and by `until`, to be joined as held, said and written.

    An answer counts once its mentor may read it, as in `Feedback.objects.unveiled`; that a mentor missed a session once
    nobody can dispute it. Both are found by when they began; no session is longer than a day.
    States and roles are constants, or a prepared statement could not use indexes of some of them only.
    """
    return f"""
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE booking.state = '{BookingState.COMPLETED.value}')::int AS sessions,
        count(*) FILTER (
            WHERE booking.state = '{BookingState.MENTOR_NO_SHOW.value}' AND upper(booking.during) <= %(blind_until)s
        )::int AS missed
    FROM sessions_app_booking AS booking
    WHERE booking.mentor_id = person.id AND lower(booking.during) > {since} - interval '1 day'
        AND upper(booking.during) > {since} AND upper(booking.during) <= {until}
) AS held
CROSS JOIN LATERAL (
    SELECT count(*)::int AS answers,
        count(*) FILTER (WHERE said.resolution = ANY('{write_array(HELPED)}'))::int AS helped
    FROM sessions_app_feedback AS said
    WHERE said.mentor_id = person.id AND said.role = '{Role.MENTEE.value}' AND said.at > {since} - interval '1 day'
        AND said.ended_at > {since} AND said.ended_at <= {until} AND {UNVEILED}
) AS said
CROSS JOIN LATERAL (
    SELECT count(*)::int AS answers FROM sessions_app_writtenquestion AS question
    WHERE question.mentor_id = person.id AND question.state = '{WrittenState.ANSWERED.value}'
        AND question.settled_at > {since} AND {until} >= question.settled_at
) AS written"""


# What a `TrackRecord` is made of, for statements that have a row `person`. What is long past is in `MentorTally`, for
# those who have one.
RECORD_COLUMNS = """coalesce(tally.sessions, 0) + held.sessions, coalesce(tally.answers, 0) + said.answers,
    coalesce(tally.helped, 0) + said.helped, coalesce(tally.written, 0) + written.answers,
    coalesce(tally.missed, 0) + held.missed"""
RECORD_TABLES = f"""
LEFT JOIN sessions_app_mentortally AS tally ON tally.person_id = person.id
{counts_sql(since="coalesce(tally.until, '-infinity')")}
"""
RECORDS = Prepared(
    f"SELECT person.id, {RECORD_COLUMNS} FROM unnest(%(mentors)s::bigint[]) AS person(id) {RECORD_TABLES}"
)


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """`written`: how many questions they have answered in writing.

    `answers`: how many people said whether it helped. `missed`: sessions they didn't come to, once nobody can dispute
    it any more.
    """

    sessions: int = 0
    answers: int = 0
    helped: int = 0
    written: int = 0
    missed: int = 0

    @property
    def agreed(self) -> int:
        return self.sessions + self.missed

    @property
    def is_kept_shown(self) -> bool:
        return self.agreed >= ENOUGH

    @property
    def is_shown(self) -> bool:
        return self.answers >= ENOUGH

    @property
    def percent(self) -> int:
        """Rounded down, so that 100 means everyone."""
        return 100 * self.helped // self.answers if self.answers else 0


def track_records_of(mentors: Sequence[int], *, now: datetime) -> dict[int, TrackRecord]:
    """By person id, in one query."""
    with connection.cursor() as cursor:
        RECORDS.execute(cursor, count_parameters(mentors, until=now - BLIND_FOR))
        return {mentor: TrackRecord(*counts) for mentor, *counts in cursor.fetchall()}


def count_parameters(mentors: Sequence[int], *, until: datetime) -> dict[str, Any]:
    """`until`: whatever ended by then is settled."""
    return {"mentors": list(mentors), "until": until, "blind_until": until}


# The figures of the whole site come from so many of the latest bookings, so that they cost the same in every year.
LATEST = 1000
RECENT = f"""
SELECT count(*) FILTER (WHERE booking.state = %(completed)s), count(*),
    count(said.id) FILTER (WHERE said.resolution = ANY(%(helped)s)), count(said.id),
    count(said.id) FILTER (WHERE said.listened >= %(rather)s), count(said.listened)
FROM (SELECT id, state, during FROM sessions_app_booking ORDER BY id DESC LIMIT %(latest)s) AS booking
LEFT JOIN sessions_app_feedback AS said ON said.booking_id = booking.id AND said.role = %(mentee)s
    AND {UNVEILED}
WHERE booking.state = ANY(%(over)s)
"""


class Share(NamedTuple):
    """How many of how many."""

    part: int
    whole: int

    @property
    def is_shown(self) -> bool:
        return self.whole >= ENOUGH


@dataclass(frozen=True, slots=True)
class RecentRecord:
    """Of the latest sessions: which took place, and what mentees said of them."""

    took_place: Share
    helped: Share
    listened: Share


def read_recent_record(*, now: datetime) -> RecentRecord:
    values: dict[str, Any] = {
        "latest": LATEST,
        "blind_until": now - BLIND_FOR,
        "completed": BookingState.COMPLETED,
        "over": list(OVER),
        "helped": list(HELPED),
        "rather": Agreement.RATHER,
        "mentee": Role.MENTEE,
    }
    with connection.cursor() as cursor:
        cursor.execute(RECENT, values)
        counts = cursor.fetchone()
    return RecentRecord(Share(*counts[0:2]), Share(*counts[2:4]), Share(*counts[4:6]))
