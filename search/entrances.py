"""Entrances for people who would rather choose than type: the topics that are asked about most."""

from typing import NamedTuple

from common.statements import reading_connection
from programmes.audiences import EVERYONE

ENTRANCES = 8
# So many of the latest bookings tell what is asked now, and cost the home page a millisecond.
LATEST = 500

# A booking counts for every topic of its mentor, since it does not say which of them it was about. Topics for which
# everyone finds nobody are no entrances; where nothing was booked yet, the order is that of the staff's list.
MOST_ASKED = """
WITH asked AS (
    SELECT topic, count(*) AS times
    FROM (
        SELECT mentor_id FROM sessions_app_booking WHERE mentee_id IS NOT NULL ORDER BY id DESC LIMIT %(latest)s
    ) AS booking
    JOIN search_mentorindex AS row ON row.person_id = booking.mentor_id AND row.open_from IS NOT NULL
        AND %(everyone)s = ANY(row.audience)
    CROSS JOIN unnest(row.topics) AS topic
    GROUP BY topic
)
SELECT topic.slug, topic.name
FROM mentors_topic AS topic
JOIN mentors_topic AS parent ON parent.id = topic.parent_id
LEFT JOIN asked ON asked.topic = topic.id
WHERE topic.is_active AND parent.is_active
    AND (asked.topic IS NOT NULL OR EXISTS (
        SELECT FROM search_mentorindex AS row
        WHERE row.topics @> ARRAY[topic.id::int] AND row.open_from IS NOT NULL AND %(everyone)s = ANY(row.audience)
    ))
ORDER BY coalesce(asked.times, 0) DESC, parent.position, topic.position, topic.name
LIMIT %(most)s
"""


class Entrance(NamedTuple):
    slug: str
    name: str


def list_entrances(*, most: int = ENTRANCES) -> list[Entrance]:
    """The topics asked about most, first of all; fewer than `most` where mentors know fewer."""
    with reading_connection().cursor() as cursor:
        cursor.execute(MOST_ASKED, {"latest": LATEST, "most": most, "everyone": EVERYONE})
        return [Entrance(*row) for row in cursor.fetchall()]
