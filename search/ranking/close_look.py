"""The close look at a few candidates: those of their offers that suit, and their timetables as of this moment.

In one statement, since every search asks it; its text hardly ever differs, so each connection plans it once.
"""

from collections.abc import Sequence
from typing import NamedTuple

from common.statements import Prepared, reading_connection
from mentors.models import ProfileState
from search.bounds.offer_bits import writing_bits
from sessions_app.availability import timetable
from sessions_app.availability.timetable import Timetable, read_timetable, timetable_parameters

from .candidates import IndexQuery, is_seen_sql, values_of

# Of a mentor who isn't public any more, or whom the reader doesn't see, there is no row.
LOOK = """
SELECT profile.person_id, row.offers & {writing} <> 0, row.topics,
    (
        SELECT json_agg(json_build_array(
            offer.id, offer.length, offer.step, offer.position, offer.issue_types @> %(kind)s::varchar[],
            offer.format
        ))
        FROM mentors_offer AS offer
        WHERE offer.profile_id = profile.id AND offer.is_active AND offer.length = ANY(%(lengths)s::int[])
            AND offer.format = ANY(%(formats)s::text[]) AND (offer.instant OR %(any)s::boolean)
    ),
    {timetable}
FROM sessions_app_schedule AS schedule
JOIN mentors_mentorprofile AS profile ON profile.id = schedule.profile_id
JOIN accounts_user AS person ON person.id = profile.person_id
JOIN search_mentorindex AS row ON row.profile_id = profile.id
WHERE schedule.profile_id = ANY(%(profiles)s::bigint[]) AND profile.state = '{approved}' AND person.is_active
    AND {is_seen}
"""


def _prepare(*, is_visitor: bool) -> Prepared:
    is_seen = is_seen_sql(is_visitor=is_visitor)
    approved = ProfileState.APPROVED.value
    return Prepared(
        LOOK.format(writing=writing_bits(), timetable=timetable.COLUMNS, approved=approved, is_seen=is_seen)
    )


OF_VISITOR, OF_READER = _prepare(is_visitor=True), _prepare(is_visitor=False)


class Offered(NamedTuple):
    """`format` is the value of a `Format`. `is_of_kind`: it is for the kind of help that decides, or none does."""

    pk: int
    length: int
    step: int | None
    position: int
    is_of_kind: bool
    format: str


class Seen(NamedTuple):
    """A mentor whom the reader sees. `writes`: they answer in writing too. `topics`: those that they and their offers
    name. `offers` are those that suit the wish.
    """

    person_id: int
    writes: bool
    topics: Sequence[int]
    offers: Sequence[Offered]
    timetable: Timetable


def look_at(profiles: Sequence[int], asked: IndexQuery) -> dict[int, Seen]:
    """Those of these profiles whom the reader sees and who have an offer that suits, by the profile's id."""
    values = values_of(asked) | timetable_parameters(now=asked.now) | {"profiles": list(profiles)}
    with reading_connection().cursor() as cursor:
        (OF_READER if asked.mentee_id else OF_VISITOR).execute(cursor, values)
        rows = cursor.fetchall()
    seen = {}
    for person, writes, topics, offers, *row in rows:
        if offers and (theirs := read_timetable(row, now=asked.now)):
            seen[row[0]] = Seen(person, writes, topics, [Offered(*offer) for offer in offers], theirs)
    return seen
