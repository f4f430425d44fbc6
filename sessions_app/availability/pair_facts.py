"""Reads what programmes leave of mentors' offers and times to one mentee (`PairRules`), in one statement."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from common.statements import Prepared, reading_connection, write_array
from mentors.models import Offer
from programmes.models import Programme
from programmes.pairs import counts_for_sql, shared_sql
from sessions_app.models.bookings import overdue_sql
from sessions_app.models.states import OCCUPYING_OR_OVER, BookingState

from .pair_rules import PairRules

# Who had a session within that time is no first-timer.
LATELY = timedelta(days=90)
# A week's minutes are counted for weeks that touch the future. Of holds only those of the waiting list count for a
# programme: their minutes are promised.
GIVEN_SINCE = timedelta(days=9)
EVERYTHING = PairRules()
SHARED = shared_sql("%(mentee)s::bigint", "mentor")
STATEMENT = f"""
SELECT mentor, programme.lengths, programme.formats, theirs.minutes_a_week,
    ARRAY(
        SELECT ARRAY[
            floor(date_part('epoch', lower(booking.during)) / 60)::bigint,
            (date_part('epoch', upper(booking.during) - lower(booking.during)) / 60)::bigint
        ]
        FROM sessions_app_booking AS booking
        WHERE theirs.minutes_a_week IS NOT NULL
            AND booking.mentor_id = mentor AND booking.programme_id = programme.id
            AND booking.state = ANY('{write_array(OCCUPYING_OR_OVER)}') AND lower(booking.during) > %(given_since)s
            AND NOT {overdue_sql()}
    ),
    (
        SELECT max(keeps.first_share) FROM programmes_programme AS keeps
        WHERE keeps.id IN ({SHARED}) AND keeps.first_share IS NOT NULL AND EXISTS (
            SELECT FROM sessions_app_booking AS had
            WHERE had.mentee_id = %(mentee)s AND had.programme_id = keeps.id
                AND had.state = '{BookingState.COMPLETED.value}' AND upper(had.during) > %(lately)s
        )
    )
FROM unnest(%(mentors)s::bigint[]) AS mentor
LEFT JOIN programmes_programme AS programme ON programme.id = {counts_for_sql("%(mentee)s::bigint", "mentor")}
LEFT JOIN programmes_membership AS theirs ON theirs.programme_id = programme.id AND theirs.person_id = mentor
"""
PAIRS = Prepared(STATEMENT)


def load_pair_rules(
    reader: User | None, mentors: Iterable[User], *, now: datetime, chosen: int | None = None
) -> dict[int, PairRules]:
    """By the mentor's id; it takes no statement for a visitor, and for people in no programme.

    `chosen`: the id of the programme that the mentee chose, in case the two share several.
    """
    if reader is None or not reader.is_in_programmes:
        return {}
    people = [mentor.pk for mentor in mentors if mentor.is_in_programmes]
    return read_pair_rules(reader, people, now=now, chosen=chosen)


def read_pair_rules(
    mentee: User, mentors: Iterable[int], *, now: datetime, chosen: int | None = None
) -> dict[int, PairRules]:
    """The same, whatever is noted at the people themselves, which may have changed since they were read."""
    people = list(mentors)
    if not people:
        return {}
    with reading_connection().cursor() as cursor:
        PAIRS.execute(cursor, pair_parameters(mentee.pk, people, now=now, chosen=chosen))
        return read_pair_rows(cursor.fetchall())


def pair_parameters(
    mentee_id: int, mentors: Sequence[int], *, now: datetime, chosen: int | None = None
) -> dict[str, Any]:
    """The parameters of `STATEMENT`."""
    return {
        "mentee": mentee_id,
        "mentors": list(mentors),
        "chosen": chosen,
        "now": now,
        "lately": now - LATELY,
        "given_since": now - GIVEN_SINCE,
    }


def read_pair_rows(rows: Iterable[Sequence[Any]]) -> dict[int, PairRules]:
    """The rows of `STATEMENT`, by the mentor's id."""
    return {
        mentor: PairRules(
            None if lengths is None else frozenset(lengths),
            None if formats is None else frozenset(formats),
            minutes,
            tuple((first, length) for first, length in given),
            share,
        )
        for mentor, lengths, formats, minutes, given, share in rows
    }


def pair_rules_of(reader: User | None, mentor: User, *, now: datetime, chosen: int | None = None) -> PairRules:
    return load_pair_rules(reader, [mentor], now=now, chosen=chosen).get(mentor.pk, EVERYTHING)


def locked_pair_rules(
    mentee: User, mentor_id: int, *, shares: bool, now: datetime, chosen: int | None = None
) -> PairRules:
    """For an act under its locks, which has read whether the two share a programme."""
    return read_pair_rules(mentee, [mentor_id], now=now, chosen=chosen)[mentor_id] if shares else EVERYTHING


def offers_left(reader: User | None, offers: Iterable[Offer], *, now: datetime) -> list[Offer]:
    offers = list(offers)
    rules = load_pair_rules(reader, {offer.profile.person for offer in offers}, now=now)
    return [
        offer for offer in offers if rules.get(offer.profile.person_id, EVERYTHING).allows(offer.length, offer.format)
    ]


def are_offers_narrowed(reader: User | None) -> bool:
    if reader is None or not reader.is_in_programmes:
        return False
    return Programme.objects.narrowing_offers_of(reader).exists()
