"""Searches of the last days, for staff to see how they are read: the words and how often, never who typed them.

Noted are those that were read with little certainty, and some of the others; counting is one statement by hand, since
two searches at once must neither lose a count nor fill the table beyond its limit.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef

from mentors.models import Topic
from search.models import LONGEST_EXAMPLE, NotedSearch, TopicExample
from search.understanding.understood import Because

from .question_reading import QuestionReading

KEPT = timedelta(days=14)
# How many different words a day may bring, so that nobody can fill the table.
MOST_A_DAY = 1000
# A best share under this one is little certainty.
LOW_SHARE = 0.5
# Of the words that were read with certainty one in so many is noted, always the same ones: a page of results writes
# nothing most of the time, and staff see what a change does to readings that were good.
ONE_IN = 8
MOST_TOPICS = 3
# A page is opened so long after the search at most.
OPENED_WITHIN = timedelta(days=1)
# Noted searches that one page looks through.
MOST_LOOKED_AT = 1000

NOTE = """
INSERT INTO search_notedsearch (words, day, count, opened, share, is_outside, claimed, topics)
SELECT %(words)s, %(day)s, 1, 0, %(share)s, %(is_outside)s, %(claimed)s, %(topics)s::bigint[]
WHERE EXISTS (SELECT FROM search_notedsearch WHERE words = %(words)s AND day = %(day)s)
    OR (SELECT count(*) FROM search_notedsearch WHERE day = %(day)s) < %(most)s
ON CONFLICT (words, day) DO UPDATE SET
    count = search_notedsearch.count + 1, share = excluded.share, is_outside = excluded.is_outside,
    claimed = excluded.claimed, topics = excluded.topics
"""


@dataclass(frozen=True, slots=True)
class SearchToLookAt:
    """Words that staff may want to add to a topic: how often they were searched for, and a page was opened then.

    `read_as` are the topics that people of were shown; `likely` those and the next readings.
    """

    words: str
    times: int
    opened: int
    share: float
    is_outside: bool
    read_as: tuple[Topic, ...]
    likely: tuple[Topic, ...]


def note_reading(words: str, reading: QuestionReading, *, day: date) -> None:
    """Count a search, if it is one of those that are noted. Words that no reader has read are not."""
    plain = " ".join(words.split())
    best = max((topic.share for topic in (*reading.topics, *reading.others)), default=None)
    if best is None or len(plain) > LONGEST_EXAMPLE or not (is_uncertain(reading) or _is_picked(plain)):
        return
    values: dict[str, Any] = {
        "words": plain,
        "day": day,
        "share": best,
        "is_outside": reading.is_outside,
        "claimed": min(len(reading.topics), MOST_TOPICS),
        "topics": [topic.pk for topic in (*reading.topics, *reading.others)][:MOST_TOPICS],
        "most": MOST_A_DAY,
    }
    with connection.cursor() as cursor:
        cursor.execute(NOTE, values)


def is_uncertain(reading: QuestionReading) -> bool:
    """Whether nothing was claimed, or something that is not very likely and that nobody named or chose."""
    return reading.is_open or all(
        topic.because == Because.MEANING and topic.share < LOW_SHARE for topic in reading.topics
    )


def count_opened(words: str, *, day: date) -> None:
    fresh = NotedSearch.objects.filter(words=" ".join(words.split()), day__gte=day - OPENED_WITHIN)
    fresh.update(opened=F("opened") + 1)


def list_to_look_at(*, since: date, count: int) -> list[SearchToLookAt]:
    """Searches read with little certainty, or after which no page was opened; the most frequent first.

    Those whose words are an example already are left out.
    """
    known = TopicExample.objects.filter(text=OuterRef("words"))
    rows = NotedSearch.objects.filter(~Exists(known), day__gte=since).order_by("-day", "-count", "pk")[:MOST_LOOKED_AT]
    by_words: dict[str, list[NotedSearch]] = {}
    for row in rows:
        by_words.setdefault(row.words, []).append(row)
    found = [same for same in by_words.values() if same[0].share < LOW_SHARE or not any(row.opened for row in same)]
    most_frequent = sorted(found, key=lambda same: -sum(row.count for row in same))[:count]
    topics = Topic.objects.in_bulk({pk for same in most_frequent for pk in same[0].topics})
    return [_describe(same, topics) for same in most_frequent]


def last_words(count: int) -> list[str]:
    rows = NotedSearch.objects.order_by("-day", "-pk").values_list("words", flat=True)[: 2 * count]
    return list(dict.fromkeys(rows))[:count]


def forget_noted(*, now: datetime) -> None:
    NotedSearch.objects.filter(day__lt=(now - KEPT).date()).delete()


def _describe(same: Sequence[NotedSearch], topics: dict[int, Topic]) -> SearchToLookAt:
    last = same[0]
    return SearchToLookAt(
        words=last.words,
        times=sum(row.count for row in same),
        opened=sum(row.opened for row in same),
        share=last.share,
        is_outside=last.is_outside,
        read_as=tuple(topics[pk] for pk in last.topics[: last.claimed] if pk in topics),
        likely=tuple(topics[pk] for pk in last.topics if pk in topics),
    )


def _is_picked(words: str) -> bool:
    return hashlib.sha256(words.encode()).digest()[0] % ONE_IN == 0
