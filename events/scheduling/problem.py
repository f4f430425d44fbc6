"""What the planner is told, in ids and facts, and what it answers.

Rounds are numbered from 1. A pair is always written with the mentee first: `(mentee, mentor)`.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

Pair = tuple[str, str]


class Wish(StrEnum):
    MUST = "must"
    LIKE = "like"
    NO = "no"


class Obstacle(StrEnum):
    """What keeps two people from meeting at all. A `PRIVATE` one is never explained further, whatever it is."""

    PRIVATE = "private"
    MET = "met"
    LANGUAGE = "language"
    TIME = "time"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Table:
    id: str
    screen: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """One participant. `had` counts meetings before the rounds of this problem; `most` limits them all together.

    A mentor with several `seats` is the host of a pod: so many mentees at once, who come to the host's table.

    `attends` are the rounds in which they are there; nothing said means all. Someone who is `seated` never changes
    tables. `table` is the one they have or would like.
    """

    id: str
    languages: frozenset[str] = frozenset()
    attends: frozenset[int] | None = None
    most: int | None = None
    online: bool = False
    seated: bool = False
    table: str | None = None
    topics: frozenset[str] = frozenset()
    had: int = 0
    seats: int = 1


@dataclass(frozen=True, slots=True)
class Lock:
    """A pair that must stay in the plan, in this round if one is named."""

    mentee: str
    mentor: str
    round: int | None = None

    @property
    def pair(self) -> Pair:
        return self.mentee, self.mentor


@dataclass(frozen=True, slots=True, order=True)
class Meeting:
    round: int
    mentee: str
    mentor: str
    table: str | None = None

    @property
    def pair(self) -> Pair:
        return self.mentee, self.mentor


# What a wish adds to the points of a pair; its fit adds 0 to 100.
MENTEE_WISHED, MENTOR_WISHED = 200, 100
WISHED = (Wish.MUST, Wish.LIKE)


@dataclass(frozen=True)
class Problem:
    """All that the planner knows of an event of mentees and mentors; or, with `anyone`, of people who all may meet.

    These are then all in `mentees`, and a pair is written with the lower id first.

    `event` is a key that settles ties. `apart` and `met` are pairs that must not meet (again), `not_beside` are mentees
    who must not sit in one pod, the lower id first; `wishes` go from one person to another, `fit` to a pair. `tables`
    stand there in each round, and only pairs of which someone is on site need one.
    """

    event: str
    rounds: int
    mentees: tuple[Person, ...]
    mentors: tuple[Person, ...]
    tables: tuple[Table, ...] = ()
    apart: frozenset[Pair] = frozenset()
    met: frozenset[Pair] = frozenset()
    not_beside: frozenset[Pair] = frozenset()
    wishes: Mapping[Pair, Wish] = field(default_factory=dict)
    fit: Mapping[Pair, int] = field(default_factory=dict)
    locks: tuple[Lock, ...] = ()
    anyone: bool = False

    def __post_init__(self) -> None:
        ids = Counter(person.id for person in (*self.mentees, *self.mentors))
        if twice := [key for key, count in ids.items() if count > 1]:
            raise ValueError(f"people named twice: {sorted(twice)}")
        # A separation that is written the other way round must not be lost in silence.
        if turned := [pair for pair in (*self.apart, *self.met) if self._is_turned(*pair)]:
            raise ValueError(f"pairs written the wrong way round: {turned}")
        if self.rounds < 0:
            raise ValueError("there can't be fewer than no rounds")

    def _is_turned(self, one: str, other: str) -> bool:
        if self.anyone:
            return one > other
        return self.are_sides(other, one)

    @cached_property
    def people(self) -> dict[str, Person]:
        return {person.id: person for person in (*self.mentees, *self.mentors)}

    @cached_property
    def ranks(self) -> dict[str, int]:
        """A number for each person that depends on the event and them alone: it settles all ties."""
        return {key: _hash_number(self.event, key) for key in self.people}

    @cached_property
    def present(self) -> dict[str, frozenset[int]]:
        everyone = frozenset(range(1, self.rounds + 1))
        return {
            key: everyone if person.attends is None else person.attends & everyone
            for key, person in self.people.items()
        }

    @cached_property
    def capacity(self) -> dict[str, int]:
        """How many more meetings each person can have: in the rounds they attend, up to the most they want."""
        there = {key: len(self.present[key]) * person.seats for key, person in self.people.items()}
        return {
            key: there[key] if person.most is None else max(0, min(there[key], person.most - person.had))
            for key, person in self.people.items()
        }

    @cached_property
    def homes(self) -> dict[str, Table]:
        """The tables of people who never change tables: the one they have, else the next that is left.

        These are all hosts of pods, or else people on site who stay seated. Where someone is online, tables with a
        screen are taken first. Who finds no table left moves like everyone else, and a host has no pod then.
        """
        left = {table.id: table for table in self.tables}
        homes: dict[str, Table] = {}
        seated = sorted((person for person in self.people.values() if self._stays(person)), key=self._by_rank)
        for person in seated:
            if person.table in left:
                homes[person.id] = left.pop(person.table)
        has_online = any(person.online for person in self.people.values())
        for person in seated:
            if person.id not in homes and left:
                best = min(left.values(), key=lambda table: table.screen != has_online)
                homes[person.id] = left.pop(best.id)
        return homes

    @cached_property
    def has_pods(self) -> bool:
        return any(person.seats > 1 for person in self.mentors)

    def _stays(self, person: Person) -> bool:
        if self.has_pods:
            return person.id not in self._mentee_ids
        return person.seated and not person.online

    def _by_rank(self, person: Person) -> int:
        return self.ranks[person.id]

    @cached_property
    def must_pairs(self) -> dict[str, tuple[str, ...]]:
        """Whom each mentee must meet. A mentor's own "must" counts as a wish like others."""
        found: dict[str, list[str]] = {}
        for (one, other), wish in self.wishes.items():
            if wish == Wish.MUST and self.are_sides(one, other):
                found.setdefault(one, []).append(other)
        return {mentee: tuple(sorted(mentors, key=self.ranks.__getitem__)) for mentee, mentors in found.items()}

    def points(self, mentee: str, mentor: str) -> int:
        return (
            MENTEE_WISHED * (self.wishes.get((mentee, mentor)) in WISHED)
            + MENTOR_WISHED * (self.wishes.get((mentor, mentee)) in WISHED)
            + self.fit.get((mentee, mentor), 0)
        )

    def tie(self, mentee: str, mentor: str) -> int:
        return mix(self.ranks[mentee], self.ranks[mentor])

    def are_sides(self, mentee: str, mentor: str) -> bool:
        if self.anyone:
            return mentee < mentor and {mentee, mentor} <= self.people.keys()
        return mentee in self._mentee_ids and mentor in self.people and mentor not in self._mentee_ids

    @cached_property
    def _mentee_ids(self) -> frozenset[str]:
        return frozenset(person.id for person in self.mentees)

    # Whether this mentee must not sit in one pod with one of these
    def clashes(self, mentee: str, others: Iterable[str]) -> bool:
        return any((min(mentee, one), max(mentee, one)) in self.not_beside for one in others)

    def needs_screen(self, mentee: str, mentor: str) -> bool:
        return self.people[mentee].online != self.people[mentor].online

    def needs_table(self, mentee: str, mentor: str) -> bool:
        return not (self.people[mentee].online and self.people[mentor].online)

    def obstacle(self, mentee: str, mentor: str) -> Obstacle | None:
        """Why these two can't meet in any round. The private reasons come first, so that no other hints at them."""
        one, other = self.people[mentee], self.people[mentor]
        found = None
        if (
            (mentee, mentor) in self.apart
            or self.wishes.get((mentee, mentor)) == Wish.NO
            or self.wishes.get((mentor, mentee)) == Wish.NO
        ):
            found = Obstacle.PRIVATE
        elif (mentee, mentor) in self.met:
            found = Obstacle.MET
        elif not one.languages & other.languages:
            found = Obstacle.LANGUAGE
        elif not self.present[mentee] & self.present[mentor]:
            found = Obstacle.TIME
        elif not self._has_table(mentee, mentor):
            found = Obstacle.TABLE
        return found

    def _has_table(self, mentee: str, mentor: str) -> bool:
        """Whether some table suits both. Two who never change tables can't sit at one."""
        homes = [self.homes[key] for key in (mentee, mentor) if key in self.homes]
        if len(homes) == 2:
            return False
        if not self.needs_table(mentee, mentor):
            return True
        usable = homes or (() if self.has_pods else self.shared_tables)
        return any(table.screen or not self.needs_screen(mentee, mentor) for table in usable)

    @cached_property
    def shared_tables(self) -> tuple[Table, ...]:
        """The tables that aren't anyone's for good."""
        taken = {table.id for table in self.homes.values()}
        return tuple(table for table in self.tables if table.id not in taken)

    def shares_table(self, mentee: str, mentor: str) -> bool:
        """Whether the pair takes one of the tables that aren't anyone's for good."""
        return self.needs_table(mentee, mentor) and mentee not in self.homes and mentor not in self.homes


class Goal(StrEnum):
    """What the planner optimises, one after the other; none is given up for a later one."""

    FLOOR = "floor"
    PROMISES = "promises"
    HOLES = "holes"
    MENTEES = "mentees"
    MENTORS = "mentors"
    MUSTS = "musts"
    POINTS = "points"


@dataclass(frozen=True, slots=True)
class Stage:
    """What was reached for one goal, and what no schedule can exceed. Both are sums of whole numbers."""

    goal: Goal
    value: int
    bound: int

    @property
    def is_proven(self) -> bool:
        return self.value == self.bound


class Unproven(StrEnum):
    """Why a plan is valid but nothing more is known of it."""

    NO_SOLVER = "no_solver"
    OUT_OF_TIME = "out_of_time"
    GAPS = "gaps"
    OPEN = "open"
    BY_HAND = "by_hand"
    FILLED = "filled"


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known of a plan. It is proven if each stage reached its bound and every pair found its round."""

    stages: tuple[Stage, ...] = ()
    why_not: Unproven | None = None
    meetings: int = 0
    most_meetings: int | None = None
    musts_asked: int = 0
    musts_met: int = 0
    asked_must: int = 0
    met_a_must: int = 0

    @property
    def is_proven(self) -> bool:
        return self.why_not is None


@dataclass(frozen=True)
class Plan:
    """Who meets whom, when and where. `counts` has everyone, with what they had before; `left_locks` couldn't be."""

    meetings: tuple[Meeting, ...]
    counts: Mapping[str, int]
    proof: Proof
    left_locks: tuple[Lock, ...] = ()

    @cached_property
    def digest(self) -> str:
        """The same for the same meetings, in whatever order they or the people were given."""
        rows = "\n".join(
            f"{m.round} {m.mentee!r} {m.mentor!r} {m.table!r}" for m in sorted(self.meetings, key=in_order)
        )
        return hashlib.sha256(rows.encode()).hexdigest()


def in_order(meeting: Meeting) -> tuple[int, str, str]:
    return meeting.round, meeting.mentee, meeting.mentor


def count_meetings(problem: Problem, meetings: Iterable[Meeting]) -> dict[str, int]:
    counts = {key: person.had for key, person in problem.people.items()}
    for meeting in meetings:
        counts[meeting.mentee] += 1
        counts[meeting.mentor] += 1
    return counts


def stand(problem: Problem, meeting: Meeting) -> bool:
    return all(meeting.round in problem.present.get(key, ()) for key in meeting.pair)


MASK = (1 << 64) - 1


def mix(one: int, other: int) -> int:
    """A number that looks random and depends on both (the last steps of SplitMix64)."""
    value = (one * 0x9E3779B97F4A7C15 + other) & MASK
    value = ((value ^ value >> 30) * 0xBF58476D1CE4E5B9) & MASK
    value = ((value ^ value >> 27) * 0x94D049BB133111EB) & MASK
    return value ^ value >> 31


def _hash_number(*words: str) -> int:
    digest = hashlib.blake2b("\0".join(words).encode(), digest_size=8)
    return int.from_bytes(digest.digest())
