"""For staff: topics that few mentors, or none, have time for. Counts from the search index, never who asks."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from search.bounds.lower_bounds import ANY, lower_bound_sql
from sessions_app.availability.walltime import instant_at, minute_at_or_after

SOON = timedelta(days=7)
MOST_TOPICS = 50

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
LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class TopicWait:
    """How long people wait for help with a topic.

    `mentors` have any opening hours at all; `soon` of them may be free within seven days. `first` is a lower bound of
    the first free time of all, None without mentors.
    """

    topic: str
    parent: str
    mentors: int
    soon: int
    first: datetime | None


def topic_waits(*, now: datetime) -> list[TopicWait]:
    """Topics for which people wait longest, those without any mentor first."""
    bound, values = lower_bound_sql(ANY, now)
    values |= {"soon": minute_at_or_after(now + SOON), "most": MOST_TOPICS}
    with connection.cursor() as cursor:
        cursor.execute(TOPICS.format(floor=bound), values)
        rows = cursor.fetchall()
    return [
        TopicWait(topic, parent, mentors, soon, None if first is None else instant_at(first))
        for topic, parent, mentors, soon, first in rows
    ]
