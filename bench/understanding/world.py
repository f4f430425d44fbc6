"""An invented world to measure a reading by: who would stand on the first five cards?

A thousand mentors with two to four topics each, drawn as the demo draws them, in a random order of their next starts.
"""

from collections.abc import Collection, Mapping
from functools import lru_cache
from random import Random

MENTORS = 1_000
WORLDS = 12
CARDS = 5
World = tuple[frozenset[str], ...]


def invent_world(groups: Mapping[str, str], seed: int) -> World:
    """The topics of each mentor, in the order of their next starts. `groups`: topic → group."""
    rng = Random(seed)
    topics = list(groups)
    world = []
    for _ in range(MENTORS):
        first = rng.choice(topics)
        near = [topic for topic in topics if groups[topic] == groups[first] and topic != first]
        chosen = [first, rng.choice(near)]
        for _more in range(rng.choice((0, 1, 1, 2))):
            chosen.append(rng.choice(near if rng.random() < 0.3 else topics))
        world.append(frozenset(chosen))
    return tuple(world)


class Worlds:
    """Several worlds, so that a figure does not hang on one draw."""

    def __init__(self, groups: Mapping[str, str]) -> None:
        self._worlds = [invent_world(groups, seed) for seed in range(WORLDS)]
        self._cards = lru_cache(maxsize=50_000)(self._find_cards)

    def share_of_cards(self, read: Collection[str], wanted: frozenset[str]) -> float:
        """Of the first five people who have a topic that was read, the share who have one that was wanted.

        Nothing read means that the soonest people are shown, whatever they know.
        """
        cards = self._cards(frozenset(read))
        shares = [sum(bool(topics & wanted) for topics in world) / max(1, len(world)) for world in cards]
        return sum(shares) / len(shares)

    def share_without_any(self, read: Collection[str], wanted: frozenset[str]) -> float:
        """How often none of the first five has a topic that was wanted."""
        cards = self._cards(frozenset(read))
        return sum(not any(topics & wanted for topics in world) for world in cards) / len(cards)

    def _find_cards(self, read: frozenset[str]) -> list[list[frozenset[str]]]:
        fitting = ([topics for topics in world if not read or topics & read] for world in self._worlds)
        return [found[:CARDS] for found in fitting]
