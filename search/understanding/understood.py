"""What a question was understood as."""

from dataclasses import dataclass
from enum import StrEnum


class Because(StrEnum):
    NAMED = "named"  # the words name it
    MEANING = "meaning"  # the question is like what people ask about it
    CHOSEN = "chosen"  # the reader of the page said so


@dataclass(frozen=True, slots=True)
class ReadTopic:
    """One topic and how likely the question is about it. `like` is the example that comes nearest, or empty."""

    topic: str
    share: float
    because: Because
    like: str = ""


@dataclass(frozen=True, slots=True)
class Understanding:
    """`topics` is the core set: whom to show. `others` are the next readings, best first, for "Or: …".

    When `is_unsure`, nothing was named and no topic is likely enough to claim: `topics` is empty and `others` are worth
    asking about. When `is_outside`, the question is about nothing that mentors here are asked about.
    """

    topics: tuple[ReadTopic, ...] = ()
    others: tuple[ReadTopic, ...] = ()
    is_unsure: bool = False
    is_outside: bool = False
    is_crisis: bool = False
    issue_type: str | None = None

    @property
    def topic_names(self) -> tuple[str, ...]:
        return tuple(read.topic for read in self.topics)
