"""Puts pairs into rounds where a mentor meets several mentees at once.

Each host's mentees are divided among chairs, as many to a chair as there are rounds, so that only the last chair has
gaps: a host's pods differ by one at most. Chairs are then like mentors who meet one person at a time.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import combinations

from .problem import Lock, Meeting, Pair, Person, Problem, Wish, in_order
from .rounds import Path, Timetable, even_out, place_locks, place_pairs, put_wishes_early

PASSES = 2


@dataclass
class Chair:
    host: Person
    number: int
    mentees: list[str]
    locked: dict[int, str]

    @property
    def id(self) -> str:
        return f"{self.host.id}\0{self.number}"


class Pods:
    """The pods of one event. `locked` are the pairs that have to stay, `left_locks` those that can't be."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.chairs = {person.id: self._chairs_of(person) for person in problem.mentors}
        self.locks: list[Lock] = []
        self.left_locks: tuple[Lock, ...] = ()
        for lock in sorted(problem.locks, key=lambda lock: (lock.round is None, lock.round or 0, *lock.pair)):
            if self._accepts(lock) and self._sit_down(lock.pair, lock.round):
                self.locks.append(lock)
            else:
                self.left_locks += (lock,)

    @property
    def locked(self) -> set[Pair]:
        return {lock.pair for lock in self.locks}

    def _chairs_of(self, host: Person) -> list[Chair]:
        return [Chair(host, number, [], {}) for number in range(host.seats)]

    def _accepts(self, lock: Lock) -> bool:
        problem = self.problem
        if not problem.are_sides(*lock.pair) or problem.obstacle(*lock.pair) is not None or lock.pair in self.locked:
            return False
        counts = {key: sum(key in other.pair for other in self.locks) for key in lock.pair}
        if any(counts[key] >= problem.capacity[key] for key in lock.pair):
            return False
        busy = {other.round for other in self.locks if other.mentee == lock.mentee and other.round is not None}
        both = problem.present[lock.mentee] & problem.present[lock.mentor]
        return lock.round is None or (lock.round in both and lock.round not in busy)

    def _sit_down(self, pair: Pair, number: int | None = None) -> bool:
        """Give a mentee the first chair that has room, and is free in this round if it has to be one."""
        mentee, mentor = pair
        most = len(self.problem.present[mentor])
        for chair in self.chairs[mentor]:
            if len(chair.mentees) < most and number not in chair.locked:
                chair.mentees.append(mentee)
                if number is not None:
                    chair.locked[number] = mentee
                return True
        return False

    def place(self, pairs: Iterable[Pair]) -> tuple[list[Meeting], list[Pair]]:
        """Meetings of these pairs, and the pairs that found no round."""
        waiting: dict[str, list[str]] = {}
        for mentee, mentor in sorted(set(pairs) - self.locked, key=lambda pair: self._by_topics(*pair)):
            waiting.setdefault(mentor, []).append(mentee)
        for mentor, mentees in waiting.items():
            self._deal(mentor, mentees)
        taken = [chair for chairs in self.chairs.values() for chair in chairs if chair.mentees]
        hosts = {chair.id: chair.host.id for chair in taken}
        timetable, _ = place_locks(self._as_pairs(taken))
        seated = [(mentee, chair.id) for chair in taken for mentee in chair.mentees]
        placed = {meeting.pair for meeting in timetable.meetings()}
        left = place_pairs(timetable, (pair for pair in seated if pair not in placed))
        even_out(timetable)
        put_wishes_early(timetable)
        Topics(timetable, hosts).bring_together()
        meetings = [replace(meeting, mentor=hosts[meeting.mentor]) for meeting in timetable.meetings()]
        unplaced = [(mentee, hosts[chair]) for mentee, chair in left]
        self.left_locks += tuple(lock for lock in self.locks if lock.pair in unplaced)
        self.locks = [lock for lock in self.locks if lock.pair not in unplaced]
        return meetings, unplaced

    def _by_topics(self, mentee: str, mentor: str) -> tuple[list[str], int, str]:
        return sorted(self.problem.people[mentee].topics), self.problem.tie(mentee, mentor), mentee

    def _deal(self, mentor: str, mentees: list[str]) -> None:
        """Give people who are alike different chairs, since those of one chair never sit together.

        Two who must not sit together get the same one, where it has room for both.
        """
        chairs, most = self.chairs[mentor], len(self.problem.present[mentor])
        count = len(mentees) + sum(len(chair.mentees) for chair in chairs)
        used = [chair for chair in chairs if chair.mentees or chair.number * most < count]
        for place, mentee in enumerate(self._group_clashes(mentees)):
            turns = used[place % len(used) :] + used[: place % len(used)]
            turns.sort(key=lambda chair: not self.problem.clashes(mentee, chair.mentees))
            # Only the last chair may keep gaps.
            free = [chair for chair in turns if len(chair.mentees) < min(most, count - chair.number * most)]
            next(iter(free or [chair for chair in chairs if len(chair.mentees) < most])).mentees.append(mentee)

    # Those who must not sit together follow each other, so that a chair still has room for all of them
    def _group_clashes(self, mentees: list[str]) -> list[str]:
        if not self.problem.not_beside:
            return mentees
        ordered: dict[str, None] = {}
        for mentee in mentees:
            ordered[mentee] = None
            ordered |= dict.fromkeys(one for one in mentees if self.problem.clashes(mentee, (one,)))
        return list(ordered)

    def _as_pairs(self, chairs: list[Chair]) -> Problem:
        """The event as if chairs were mentors. Who may meet has been decided, and hosts have their tables."""
        problem = self.problem
        chair_of = {(mentee, chair.host.id): chair.id for chair in chairs for mentee in chair.mentees}

        def rename(one: str, other: str) -> Pair:
            return chair_of.get((other, one), one), chair_of.get((one, other), other)

        mentees = tuple(replace(one, online=True, languages=frozenset("*"), most=None) for one in problem.mentees)
        mentors = tuple(
            Person(chair.id, frozenset("*"), problem.present[chair.host.id], online=True) for chair in chairs
        )
        wishes = {rename(*pair): wish for pair, wish in problem.wishes.items() if wish != Wish.NO}
        locks = tuple(replace(lock, mentor=chair_of[lock.pair]) for lock in self.locks)
        return Problem(problem.event, problem.rounds, mentees, mentors, wishes=wishes, locks=locks)


def part_pods(problem: Problem, meetings: Iterable[Meeting]) -> list[Meeting]:
    """But for those by which two people who must not would sit in one pod: of these the last in order is left out."""
    kept: list[Meeting] = []
    there: dict[tuple[int, str], list[str]] = {}
    for meeting in sorted(meetings, key=in_order):
        pod = there.setdefault((meeting.round, meeting.mentor), [])
        if not problem.clashes(meeting.mentee, pod):
            pod.append(meeting.mentee)
            kept.append(meeting)
    return kept


class Topics:
    """Moves people with like topics into the same pods, along paths that change nothing else."""

    def __init__(self, timetable: Timetable, hosts: dict[str, str]) -> None:
        self.timetable, self.hosts = timetable, hosts
        self.chairs: dict[str, list[str]] = {}
        for chair, host in hosts.items():
            self.chairs.setdefault(host, []).append(chair)

    def bring_together(self) -> None:
        for _ in range(PASSES):
            for number, other in combinations(self.timetable.rounds, 2):
                for path in list(self.timetable.paths(number, other)):
                    if self._is_balanced(path, number) and self.timetable.can_swap(path, number, other):
                        self._swap_if_better(path, number, other)

    def _is_balanced(self, path: Path, number: int) -> bool:
        """Whether both rounds keep their size, and their wishes."""
        problem = self.timetable.problem
        first = [pair for pair, now in path if now == number]
        second = [pair for pair, now in path if now != number]
        wished = [sum(pair in problem.wishes for pair in pairs) for pairs in (first, second)]
        return len(first) == len(second) and wished[0] == wished[1]

    def _swap_if_better(self, path: Path, number: int, other: int) -> None:
        hosts = {self.hosts[pair[1]] for pair, _ in path}
        before = self._likeness(hosts, number, other)
        self.timetable.swap(path, number, other)
        if self._likeness(hosts, number, other) <= before:
            back = [(pair, other if now == number else number) for pair, now in path]
            self.timetable.swap(back, number, other)

    def _likeness(self, hosts: set[str], number: int, other: int) -> int:
        """How many topics two people at one table share, over all of these pods."""
        return sum(self._likeness_of(host, one) for host in hosts for one in (number, other))

    def _likeness_of(self, host: str, number: int) -> int:
        partners = (self.timetable.partner[chair][number] for chair in self.chairs[host])
        topics = [self.timetable.problem.people[key].topics for key in partners if key is not None]
        return sum(len(one & other) for one, other in combinations(topics, 2))
