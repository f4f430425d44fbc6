"""All that a new booking asks of the database, in one statement: others may be waiting for the same people."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from accounts.models import LOCK_PEOPLE, User
from common.statements import Prepared, execute_together
from mentors import offers
from mentors.models import Offer
from sessions_app.availability import timetable
from sessions_app.availability.timetable import Timetable, timetable_of
from sessions_app.questions import mentee_standing
from sessions_app.questions.mentee_standing import MenteeStanding

LOCK = Prepared(LOCK_PEOPLE)
ASKED = Prepared(
    f"""
SELECT {offers.COLUMNS}, {mentee_standing.COLUMNS}, {timetable.COLUMNS}
FROM {offers.TABLES}
LEFT JOIN sessions_app_schedule AS schedule ON schedule.profile_id = profile.id
WHERE offer.id = %(offer)s
""",
)
STANDING_WIDTH = len(MenteeStanding.__slots__)


@dataclass(frozen=True, slots=True)
class LockedFacts:
    """As it is now, also the offer: while we waited for the lock it may have been changed, or its mentor."""

    offer: Offer
    standing: MenteeStanding
    timetable: Timetable | None


def lock_and_read(
    offer: Offer, mentee: User | None, *, now: datetime, mark: str | None = None, also_lock: int | None = None
) -> LockedFacts:
    """Lock the mentor, the mentee and the person `also_lock`, then read. Without a mentee, `standing` is nobody's."""
    mentor, mentee_id = offer.profile.person_id, mentee.pk if mentee else None
    asked = {
        **mentee_standing.standing_parameters(mentee_id, mentor, now=now, mark=mark),
        **timetable.timetable_parameters(now=now),
        "offer": offer.pk,
        "people": [person for person in (mentor, mentee_id, also_lock) if person is not None],
    }
    with connection.cursor() as cursor:
        # The second sees what was committed while the first waited.
        execute_together(cursor, (LOCK, asked), (ASKED, asked))
        row = cursor.fetchone()
    if row is None:
        raise Offer.DoesNotExist
    read, row = offers.take_offer(row)
    stands, times = MenteeStanding(*row[:STANDING_WIDTH]), row[STANDING_WIDTH:]
    return LockedFacts(read, stands, None if times[0] is None else timetable_of(*times))
