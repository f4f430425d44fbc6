"""A question as it was understood, for those who show it and search by it: topics with their ids and addresses."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Self

from search.understanding.understood import Because, ReadTopic, Understanding

# A next reading widens a search only if it is at least so likely; more than two would water it down.
LIKELY_ENOUGH = 0.01
MOST_NEXT = 2


class TopicRow(NamedTuple):
    pk: int
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class TopicRead:
    """One topic and how likely the question is about it; `like` is the example that comes nearest, or empty."""

    pk: int
    slug: str
    name: str
    share: float
    because: Because
    like: str = ""


@dataclass(frozen=True, slots=True)
class QuestionReading:
    """`topics`: whom to show. `others`: the next readings, best first.

    `is_unsure`: nothing is likely enough to claim. `is_outside`: about nothing that mentors here are asked. `kind`: the
    kind of help that the words ask for, or empty. `is_crisis`: someone may be in danger.
    """

    topics: tuple[TopicRead, ...] = ()
    others: tuple[TopicRead, ...] = ()
    is_unsure: bool = False
    is_outside: bool = False
    kind: str = ""
    is_crisis: bool = False

    @classmethod
    def of(cls, understanding: Understanding, known: Iterable[TopicRow]) -> Self:
        """Topics that are not shown any more are left out."""
        by_name = {row.name: row for row in known}

        def match(readings: Iterable[ReadTopic]) -> tuple[TopicRead, ...]:
            return tuple(
                TopicRead(*by_name[read.topic], read.share, read.because, read.like)
                for read in readings
                if read.topic in by_name
            )

        topics = match(understanding.topics)
        is_unsure = understanding.is_unsure or not (topics or understanding.is_outside)
        return cls(
            topics=topics,
            others=match(understanding.others),
            is_unsure=is_unsure,
            is_outside=understanding.is_outside,
            kind=understanding.issue_type or "",
            is_crisis=understanding.is_crisis,
        )

    @property
    def is_open(self) -> bool:
        """Whether a reader looked, and claims nothing."""
        return self.is_unsure or self.is_outside

    @property
    def next_readings(self) -> tuple[TopicRead, ...]:
        """What a search asks for too where too few people know the first."""
        if not self.topics:
            return ()
        return tuple(read for read in self.others if read.share >= LIKELY_ENOUGH)[:MOST_NEXT]


NOT_READ = QuestionReading()


def reading_of_names(named: Iterable[TopicRow]) -> QuestionReading:
    """Without a reader: the topics that the words name."""
    return QuestionReading(tuple(TopicRead(*row, 1.0, Because.NAMED) for row in dict.fromkeys(named)))


def correct_reading(
    reading: QuestionReading, known: Iterable[TopicRow], *, about: Sequence[str], unlike: Sequence[str]
) -> QuestionReading:
    """What the person said wins: it is about these topics, and not about those."""
    if not about and not unlike:
        return reading
    read = {one.slug: one for one in (*reading.topics, *reading.others)}
    by_slug = {row.slug: row for row in known}
    chosen = tuple(
        replace(read[slug], because=Because.CHOSEN) if slug in read else TopicRead(*by_slug[slug], 0.0, Because.CHOSEN)
        for slug in dict.fromkeys(about)
        if slug in by_slug
    )
    left = tuple(one for one in reading.topics if one.slug not in unlike)
    topics = chosen or left
    beside = [one for one in (*reading.topics, *reading.others) if one not in left or chosen]
    others = tuple(one for one in beside if one.slug not in {*unlike, *(topic.slug for topic in topics)})
    is_unsure = not topics and (reading.is_unsure or bool(reading.topics))
    return replace(reading, topics=topics, others=others, is_unsure=is_unsure, is_outside=not topics and not is_unsure)
