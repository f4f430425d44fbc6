"""Locks the people of a new booking and reads everything it depends on, in one round trip: others may wait for the
lock.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from accounts.models import LOCK_PEOPLE, User
from common.statements import Prepared
from mentors import offers
from mentors.models import Offer
from sessions_app.availability import timetable
from sessions_app.availability.timetable import Timetable, timetable_of
from sessions_app.questions import mentee_standing
from sessions_app.questions.mentee_standing import MenteeStanding, StandingStatement

from .notices import how_told
from .notices.how_told import HowTold
from .notices.webhooks import CREATED

LOCK = Prepared(LOCK_PEOPLE)
STANDING_WIDTH, TOLD_WIDTH = len(MenteeStanding.__slots__), len(HowTold.__slots__)


# Made when it is first asked, since apps above have a part in it.
@cache
def asked_statement() -> StandingStatement:
    return StandingStatement(
        lambda columns, tables, condition: (
            f"""
        SELECT {offers.COLUMNS}, {how_told.columns_sql()}, {columns}, {timetable.COLUMNS}
        FROM {offers.TABLES}
        LEFT JOIN sessions_app_schedule AS schedule ON schedule.profile_id = profile.id
        CROSS JOIN {tables}
        WHERE offer.id = %(offer)s AND {condition}
        """
        )
    )


@dataclass(frozen=True, slots=True)
class LockedFacts:
    """The facts under the lock. `offer` is read again too: it may have changed while we waited."""

    offer: Offer
    standing: MenteeStanding
    timetable: Timetable | None
    how_told: HowTold


def lock_and_read(
    offer: Offer,
    mentee: User | None,
    *,
    now: datetime,
    mark: str | None = None,
    also_lock: int | None = None,
    chosen: int | None = None,
) -> LockedFacts:
    """Lock the mentor, the mentee and the person `also_lock`, then read. Without a mentee, `standing` has no limits.

    `chosen`: see `standing_of`.
    """
    mentor, mentee_id = offer.profile.person_id, mentee.pk if mentee else None
    people = [person for person in (mentor, mentee_id, also_lock) if person is not None]
    asked = {
        **mentee_standing.standing_parameters(mentee_id, mentor, now=now, mark=mark, chosen=chosen),
        **timetable.timetable_parameters(now=now),
        "offer": offer.pk,
        "people": people,
        "event": CREATED,
    }
    is_member = offer.profile.person.is_in_programmes or (mentee is not None and mentee.is_in_programmes)
    # Two statements, not one: each has a snapshot of its own, so the second sees what was committed while the first
    # waited for the lock.
    row = asked_statement().fetch_row(asked, is_member=is_member, after=(LOCK, asked))
    if row is None:
        raise Offer.DoesNotExist
    read, row = offers.take_offer(row)
    told, row = HowTold.from_row(people, *row[:TOLD_WIDTH]), row[TOLD_WIDTH:]
    stands, times = MenteeStanding(*row[:STANDING_WIDTH]), row[STANDING_WIDTH:]
    return LockedFacts(read, stands, None if times[0] is None else timetable_of(times, now=now), told)
