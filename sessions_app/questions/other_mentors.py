"""For mails about a booking that failed: other mentors who could help, and when they are free first."""

from collections.abc import Collection
from datetime import datetime

from accounts.models import User
from common.mail.rendering import absolute_url
from common.times import when_text
from mentors.models import MentorProfile

from .suggestions import people_for

ELSEWHERE = 3


def free_elsewhere(
    question: str,
    *,
    mentee: User,
    without: MentorProfile,
    now: datetime,
    asked: Collection[int] = (),
    query: str = "",
) -> dict[str, list[tuple[str, str, str]]]:
    """Address, name and soonest time of each, by the clock of the mentee.

    `asked` are people who were asked the same before; `query` goes along in the addresses.
    """
    zone = mentee.zone_name
    count = ELSEWHERE + len(asked)
    found = people_for(question, zone=zone, now=now, mentee=mentee, without=without, count=count)
    others = [other for other in found if other.profile.person_id not in asked][:ELSEWHERE]
    return {
        "elsewhere": [
            (
                absolute_url("mentor_detail", other.profile.slug) + (f"?{query}" if query else ""),
                other.profile.name,
                when_text(other.slots[0].start, zone=zone, now=now, hour12=mentee.hour12, short=True),
            )
            for other in others
        ]
    }
