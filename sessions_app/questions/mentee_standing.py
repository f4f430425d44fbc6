"""Everything about a mentee that limits their bookings, and what they have with one mentor, read in one statement."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from accounts.models import User
from common.known import known
from common.statements import Prepared, execute_together, write_array
from programmes.pairs import counts_for_sql, shared_sql, shut_by_sql
from sessions_app.availability.timetable import NO_BOOKING
from sessions_app.ledger.ledgers import Ledger
from sessions_app.ledger.statement import ledger_sql, may_count_sql
from sessions_app.models import Booking, Role
from sessions_app.models.bookings import overdue_sql
from sessions_app.models.states import OPEN, OPEN_OR_OVER
from sessions_app.models.written import OPEN_WRITTEN
from trust.models import is_barred_sql, pair_is_apart_sql
from trust.sanctions import Doing, kinds_that_bar

from .pace import DAY, FOUR_WEEKS, HOUR

AHEAD, COUNTED = f"'{write_array(OPEN)}'", f"'{write_array(OPEN_OR_OVER)}'"
MENTEE, MOMENT = "%(mentee)s::bigint", "%(now)s::timestamptz"
# Each part is said by a QuerySet too: `Booking.objects.overdue` and `open_for`, `trust.separations.are_apart`,
# `ledger.facts.list_against`, `Engagement.objects.live().between`, `WrittenQuestion.objects.open`.
_OWN_COLUMNS = f"""
    booked.before,
    EXISTS (
        SELECT FROM sessions_app_occupancy AS taken
        JOIN sessions_app_booking AS booking ON booking.id = taken.booking_id
        WHERE taken.person_id IN (%(mentor)s, %(mentee)s) AND {overdue_sql()}
    ),
    {pair_is_apart_sql("%(mentee)s", "%(mentor)s")},
    {is_barred_sql("%(mentee)s", kinds_that_bar(Doing.ASK))},
    {is_barred_sql("%(mentor)s", kinds_that_bar(Doing.MEET))},
    ledger.number,
    ledger.last_fact,
    coalesce(booked.mentors_ahead, ARRAY[]::bigint[]),
    ARRAY(
        SELECT ARRAY[lower(during), upper(during)] FROM sessions_app_occupancy
        WHERE person_id = %(mentee)s AND booking_id IS DISTINCT FROM %(leave_out)s
    ),
    EXISTS (
        SELECT FROM sessions_app_engagement
        WHERE mentee_id = %(mentee)s AND mentor_id = %(mentor)s AND closed_at IS NULL
    ),
    asked.open,
    coalesce(booked.lately || asked.lately, ARRAY[]::timestamptz[]),
    coalesce(booked.together || asked.together, ARRAY[]::timestamptz[])
"""
# All that is counted of a mentee's bookings, in one pass, and of their questions in writing.
_COUNTED = f"""
    (
        SELECT coalesce(bool_or(booking.idempotency_key = %(mark)s), false) AS before,
            coalesce(bool_or({may_count_sql()}), false) AS may_count,
            array_agg(DISTINCT booking.mentor_id) FILTER (
                WHERE booking.state = ANY({AHEAD}) AND upper(booking.during) > %(now)s AND NOT {overdue_sql()}
            ) AS mentors_ahead,
            array_agg(booking.created_at) FILTER (WHERE booking.created_at > %(an_hour_ago)s) AS lately,
            array_agg(booking.created_at) FILTER (
                WHERE booking.mentor_id = %(mentor)s AND booking.created_at > %(a_day_ago)s
            ) AS together
        FROM sessions_app_booking AS booking
        WHERE booking.mentee_id = %(mentee)s
    ) AS booked
    CROSS JOIN (
        SELECT count(*) FILTER (WHERE mentor_id <> %(mentor)s AND {OPEN_WRITTEN}) AS open,
            array_agg(asked_at) FILTER (WHERE asked_at > %(an_hour_ago)s) AS lately,
            array_agg(asked_at) FILTER (WHERE mentor_id = %(mentor)s AND asked_at > %(a_day_ago)s) AS together
        FROM sessions_app_writtenquestion
        WHERE mentee_id = %(mentee)s
    ) AS asked
"""
COLUMNS = f"""{_OWN_COLUMNS},
    {shut_by_sql("%(mentee)s::bigint", "%(mentor)s")},
    EXISTS ({shared_sql("%(mentee)s::bigint", "%(mentor)s")}),
    programme.id,
    programme.most_sessions,
    programme.most_open,
    ARRAY(
        SELECT booking.created_at FROM sessions_app_booking AS booking
        WHERE booking.mentee_id = %(mentee)s AND booking.programme_id = programme.id
            AND booking.state = ANY({COUNTED}) AND booking.created_at > %(four_weeks_ago)s AND NOT {overdue_sql()}
    ),
    ARRAY(
        SELECT DISTINCT booking.mentor_id FROM sessions_app_booking AS booking
        WHERE booking.mentee_id = %(mentee)s AND booking.programme_id = programme.id
            AND booking.state = ANY({AHEAD}) AND upper(booking.during) > %(now)s AND NOT {overdue_sql()}
    )
"""
# The only programme that the two share, or the `chosen` one of several; a row of nulls where there is none.
PROGRAMME = f"""
    (SELECT NULL) AS one_row
    LEFT JOIN programmes_programme AS programme ON programme.id = {counts_for_sql("%(mentee)s::bigint", "%(mentor)s")}
"""
_LEDGER = f"({ledger_sql(Role.MENTEE, MENTEE, MOMENT)}) AS ledger"
TABLES = f"{_LEDGER} CROSS JOIN {_COUNTED} CROSS JOIN {PROGRAMME}"


@dataclass(frozen=True, slots=True)
class MenteeStanding:
    """A row of `COLUMNS`. `booked_before`: the same form has made a booking.

    `is_barred`: a decision of our team keeps the mentee from asking; `mentor_is_barred`: or the mentor from meeting.
    `number` and `last_fact`: see `Ledger`. `overdue`: either person has a hold or request that counts as free.
    `mentors_ahead`: with whom a session is asked for or agreed. `in_writing`: how many open questions others have to
    answer; one to this mentor isn't counted, since it would become the session. `booked_lately` and
    `together_lately`: when they have booked or asked anyone within an hour, and this mentor within a day.

    `shut_by`: see `programmes.pairs`. `shares_programme`: the two share at least one. `programme_id`: what a booking of
    these two counts for now, with its limits `most_sessions` and `most_open`, and how far they are used: when sessions
    that count were booked in it within 28 days, and with whom something is ahead.
    """

    booked_before: bool
    overdue: bool
    is_apart: bool
    is_barred: bool
    mentor_is_barred: bool
    number: float
    last_fact: datetime | None
    mentors_ahead: list[int]
    own: list[list[datetime]]
    engaged: bool
    in_writing: int
    booked_lately: list[datetime]
    together_lately: list[datetime]
    shut_by: str | None
    shares_programme: bool
    programme_id: int | None
    most_sessions: int | None
    most_open: int | None
    counted: list[datetime]
    open_with: list[int]

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.number, self.last_fact)


class StandingStatement:
    """A statement with `COLUMNS` from `TABLES`, prepared: planning it takes several times as long as running it.

    It has two forms, since the ledger and what programmes say are most of the work, and have nothing to say of most
    people. The short one doesn't ask for them. It finds no row if one of the two people is in a programme, or if
    something may count against the mentee; then the whole one is asked.
    `compose`: makes its text of columns, tables and a condition.
    """

    def __init__(self, compose: Callable[[str, str, str], str]) -> None:
        nothing = "NULL::text, false, NULL::bigint, NULL::int, NULL::int, ARRAY[]::timestamptz[], ARRAY[]::bigint[]"
        no_facts = "(SELECT 0::float8 AS number, NULL::timestamptz AS last_fact) AS ledger"
        has_nothing = (
            "NOT EXISTS (SELECT FROM accounts_user AS member"
            " WHERE member.id IN (%(mentee)s::bigint, %(mentor)s::bigint) AND member.is_in_programmes)"
            " AND NOT booked.may_count"
        )
        self.short = Prepared(compose(f"{_OWN_COLUMNS}, {nothing}", f"{no_facts} CROSS JOIN {_COUNTED}", has_nothing))
        self.whole = Prepared(compose(COLUMNS, TABLES, "true"))

    def fetch_row(
        self, asked: Mapping[str, Any], *, is_member: bool, after: tuple[Prepared, Mapping[str, Any]] | None = None
    ) -> Sequence[Any] | None:
        """The row, None if there is none. `after`: a statement that goes before it on the same trip.

        `is_member`: whether either person was in a programme when they were read, so that the short form needn't be
        tried. If that has changed since, or isn't known, it takes a trip more and the answer is the same.
        """
        before = [after] if after else []
        with connection.cursor() as cursor:
            if not is_member:
                execute_together(cursor, *before, (self.short, asked))
                if row := cursor.fetchone():
                    return row
                before = []
            execute_together(cursor, *before, (self.whole, asked))
            return cursor.fetchone()


# All who lose a race ask it.
STANDING = StandingStatement("SELECT {} FROM {} WHERE {}".format)


def standing_of(
    mentee: User,
    mentor_id: int,
    *,
    now: datetime,
    mark: str | None = None,
    excluding: Booking | None = None,
    chosen: int | None = None,
) -> MenteeStanding:
    """`excluding`: a booking whose time doesn't count as their own, since it is the one they are about to take.

    `chosen`: the id of the programme that the mentee chose, in case the two share several.
    """
    asked = standing_parameters(mentee.pk, mentor_id, now=now, mark=mark, excluding=excluding, chosen=chosen)
    return MenteeStanding(*known(STANDING.fetch_row(asked, is_member=mentee.is_in_programmes)))


def standing_parameters(
    mentee_id: int | None,
    mentor_id: int,
    *,
    now: datetime,
    mark: str | None = None,
    excluding: Booking | None = None,
    chosen: int | None = None,
) -> dict[str, Any]:
    """The parameters of `COLUMNS` and `TABLES`; see `standing_of`.

    Without a mentee (a visitor) there are no limits and no time of their own.
    """
    return {
        "mentee": mentee_id,
        "mentor": mentor_id,
        "mark": mark,
        "chosen": chosen,
        "leave_out": excluding.pk if excluding else NO_BOOKING,
        "now": now,
        "an_hour_ago": now - HOUR,
        "a_day_ago": now - DAY,
        "four_weeks_ago": now - FOUR_WEEKS,
    }
