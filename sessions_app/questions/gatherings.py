"""Where several mentors can be met at once: an event that is open, as search and the waiting list mention it.

Events, an app above, registers the finder.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# An event that isn't about what was asked is mentioned only if it is as near as this.
NEAR = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Gathering:
    """`words` say what happens there: how many mentors, in what time."""

    title: str
    url: str
    start: datetime
    end: datetime
    timezone: str
    words: str
    free: int


# Each is asked with topics (ids), now, near and count, and answers at most so many, the best first.
finders: list[Callable[..., Sequence[Gathering]]] = []


def find_gatherings(
    topics: Collection[int] = (), *, now: datetime, near: timedelta = NEAR, count: int = 1
) -> list[Gathering]:
    """Open events with free places whose mentors know one of these topics, or that begin within `near`."""
    return [found for find in finders for found in find(topics, now=now, near=near, count=count)][:count]
