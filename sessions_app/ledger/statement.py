"""The ledger inside larger statements: which facts count against a person, and what they add up to.

`facts.list_against` says the same by QuerySets and `weights.number_at` step by step: tests compare them.
"""

from sessions_app.models import AttendanceKind, BookingState, Role
from sessions_app.models.attendance import DECISIONS
from sessions_app.models.bookings import Booking
from trust.models import parted_around_sql

from .weights import COUNTS_FOR, DECIMALS, HALVES_EVERY, PARTS_WITHIN, WEIGHTS, FactKind

MISSED_BY = {Role.MENTEE: BookingState.MENTEE_NO_SHOW, Role.MENTOR: BookingState.MENTOR_NO_SHOW}
KEPT = f"interval '{COUNTS_FOR.days} days'"
_DECIDED = ", ".join(f"'{kind.value}'" for kind in DECISIONS)
_IN_DISPUTE = f"""
    EXISTS (
        SELECT FROM sessions_app_attendanceact
        WHERE booking_id = fact.id AND kind = '{AttendanceKind.CONTESTED.value}'
    ) AND NOT EXISTS (SELECT FROM sessions_app_attendanceact WHERE booking_id = fact.id AND kind IN ({_DECIDED}))
"""
_SOON = f"interval '{PARTS_WITHIN.days} days'"
_PARTED = parted_around_sql("fact.mentor_id", "fact.mentee_id", "cancelled.at", within=_SOON)
_UNTOUCHED = f"""
    fact.state = '{BookingState.EXPIRED.value}' AND NOT fact.extended
    AND (fact.booked_with_id IS NULL OR fact.booked_with_id = fact.id)
    AND EXISTS (
        SELECT FROM sessions_app_bookingevent AS ended
        WHERE ended.booking_id = fact.id AND ended.from_state = '{BookingState.REQUESTED.value}'
            AND ended.to_state = '{BookingState.EXPIRED.value}'
    )
    AND NOT EXISTS (
        SELECT FROM sessions_app_message AS written
        WHERE written.engagement_id = fact.engagement_id AND written.author_id = fact.mentor_id
            AND written.sent_at >= fact.created_at AND written.sent_at <= fact.expires_at
    )
"""


def against_sql(side: Role, person: str, now: str) -> str:
    """Rows (at, id, weight) of what counts against this person on this side, each once."""
    of_theirs = f"""
        fact.{side.value}_id = {person} AND lower(fact.during) > {now} - {KEPT}
        AND NOT EXISTS (
            SELECT FROM sessions_app_excuse AS excuse WHERE excuse.booking_id = fact.id AND excuse.person_id = {person}
        )
    """
    parts = [
        f"""
        SELECT least(upper(fact.during), {now}) AS at, fact.id, {WEIGHTS[FactKind.MISSED]}::float8 AS weight
        FROM {TABLE} AS fact
        WHERE {of_theirs} AND fact.state = '{MISSED_BY[side].value}' AND NOT ({_IN_DISPUTE})
        """,
        f"""
        SELECT cancelled.at, fact.id, {WEIGHTS[FactKind.LATE]}::float8
        FROM {TABLE} AS fact
        JOIN sessions_app_bookingevent AS cancelled
            ON cancelled.booking_id = fact.id AND cancelled.to_state = '{BookingState.CANCELLED.value}'
        WHERE {of_theirs} AND fact.state = '{BookingState.CANCELLED.value}' AND fact.late
            AND fact.ended_by_id = {person} AND NOT ({_PARTED})
        """,
    ]
    if side == Role.MENTOR:
        parts.append(
            f"""
            SELECT fact.expires_at, fact.id, {WEIGHTS[FactKind.UNANSWERED]}::float8
            FROM {TABLE} AS fact WHERE {of_theirs} AND {_UNTOUCHED}
            """
        )
    return "UNION ALL".join(parts)


def may_count_sql() -> str:
    """Whether the row `booking` may be in the ledger of its mentee: a condition that holds wherever it is, and needs no
    other table.
    """
    missed, cancelled = MISSED_BY[Role.MENTEE].value, BookingState.CANCELLED.value
    return f"(booking.state = '{missed}' OR (booking.state = '{cancelled}' AND booking.late))"


def ledger_sql(side: Role, person: str, now: str) -> str:
    """A SELECT of one row for `FROM`: the person's `number`, and `last_fact`, when the newest thing happened that
    counts against them.

    The number after each fact is max(0, the one before + its weight). So it is the greatest sum of a last stretch of
    facts, or 0: sums from the newest backwards find it in one pass.
    """
    faded = f"weight * power(0.5::float8, extract(epoch FROM {now} - at)::float8 / {HALVES_EVERY.total_seconds()})"
    return f"""
        WITH against AS MATERIALIZED ({against_sql(side, person, now)})
        SELECT coalesce(round(greatest(max(so_far), 0)::numeric, {DECIMALS}), 0)::float8 AS number,
            (SELECT max(at) FROM against) AS last_fact
        FROM (
            SELECT sum({faded}) OVER (ORDER BY at DESC, id DESC ROWS UNBOUNDED PRECEDING) AS so_far
            FROM (
                SELECT at, id, weight FROM against
                UNION ALL
                SELECT upper(came.during), came.id, {WEIGHTS[FactKind.CAME]}::float8
                FROM {TABLE} AS came
                WHERE came.{side.value}_id = {person} AND came.state = '{BookingState.COMPLETED.value}'
                    AND lower(came.during) > (SELECT min(at) FROM against) - interval '1 day'
                    AND upper(came.during) >= (SELECT min(at) FROM against) AND upper(came.during) <= {now}
            ) AS facts
        ) AS sums
    """


TABLE = Booking._meta.db_table
