"""What a page shows of how a question was read, with a link for each correction."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from search.reading.question_reading import QuestionReading, TopicRead
from search.understanding.understood import Because

from .criteria import SearchCriteria

# Next readings beside what was understood, and where nothing was.
MOST_BESIDE, MOST_ASKED = 3, 5


@dataclass(frozen=True, slots=True)
class Correction:
    """A topic, and the query string of the same search once the person has said something about it."""

    topic: TopicRead
    query: str


@dataclass(frozen=True, slots=True)
class Understood:
    """`topics` each with the search without it; `others` each with the search about it alone; `else_query` is the
    search that turns down all that is shown here. `like` is the example that comes nearest to the first topic."""

    topics: tuple[Correction, ...]
    others: tuple[Correction, ...]
    else_query: str
    like: str

    def __bool__(self) -> bool:
        return bool(self.topics or self.others)


def describe_reading(reading: QuestionReading, wish: SearchCriteria) -> Understood:
    """`wish` as it was asked, before a search gave anything up."""
    others = () if reading.is_outside else reading.others[: MOST_BESIDE if reading.topics else MOST_ASKED]
    return Understood(
        topics=tuple(Correction(topic, _turn_down([topic], wish)) for topic in reading.topics),
        others=tuple(Correction(topic, _say_about(topic, wish)) for topic in others),
        else_query=_turn_down([*reading.topics, *others], wish),
        like=_nearest_example(reading),
    )


def _nearest_example(reading: QuestionReading) -> str:
    """Only where it tells something: a topic that is named or was chosen needs no example."""
    first = next(iter(reading.topics), None)
    return first.like if first and first.because == Because.MEANING else ""


def _say_about(topic: TopicRead, wish: SearchCriteria) -> str:
    return wish.with_changes(about=(topic.slug,), unlike=()).query_string()


def _turn_down(topics: Sequence[TopicRead], wish: SearchCriteria) -> str:
    slugs = [topic.slug for topic in topics]
    about = tuple(slug for slug in wish.about if slug not in slugs)
    return wish.with_changes(about=about, unlike=tuple(dict.fromkeys(chain(wish.unlike, slugs)))).query_string()
