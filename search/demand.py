"""Where people ask and find nobody, or wait long: for staff, from the index alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from search.bounds.lower_bounds import ANY, lower_bound_sql
from sessions_app.availability.walltime import instant_at, minute_at_or_after

SOON = timedelta(days=7)

TOPICS = """
SELECT topic.name, parent.name, count(row.profile_id),
    count(row.profile_id) FILTER (WHERE row.floor < %(soon)s),
    min(row.floor)
FROM mentors_topic AS topic
JOIN mentors_topic AS parent ON parent.id = topic.parent_id
LEFT JOIN (
    SELECT profile_id, topics, {floor} AS floor FROM search_mentorindex WHERE open_from IS NOT NULL
) AS row ON topic.id = ANY(row.topics)
WHERE topic.is_active AND parent.is_active
GROUP BY topic.id, parent.id
ORDER BY min(row.floor) DESC NULLS FIRST, topic.name
LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class TopicWait:
    """`mentors` with any hours at all, `soon` of whom may be free within seven days; `first`: not before it."""

    topic: str
    parent: str
    mentors: int
    soon: int
    first: datetime | None


def topic_waits(*, now: datetime, limit: int = 50) -> list[TopicWait]:
    """Topics for which people wait longest, those with nobody first."""
    bound, values = lower_bound_sql(ANY, now)
    with connection.cursor() as cursor:
        cursor.execute(TOPICS.format(floor=bound), values | {"soon": minute_at_or_after(now + SOON), "limit": limit})
        rows = cursor.fetchall()
    return [
        TopicWait(topic, parent, mentors, soon, None if first is None else instant_at(first))
        for topic, parent, mentors, soon, first in rows
    ]
