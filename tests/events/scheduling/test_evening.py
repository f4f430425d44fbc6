"""A random evening: people come late, leave and come back, rounds are called, holes filled, the rest rebalanced.

After each act the checker recounts everything, and what was called stays as it was.
"""

import random
from collections import Counter
from dataclasses import replace

import pytest

from events.scheduling.checking import find_violations
from events.scheduling.fill import fill_holes
from events.scheduling.planner import propose, rebalance
from events.scheduling.problem import Meeting, Person, Problem, stand

from .worlds import random_world


class Evening:
    """An event under way. `now` is the round that is called next; what is before it can't change."""

    def __init__(self, seed: int, *, mixed: bool) -> None:
        self.dice = random.Random(seed)
        self.problem = random_world(seed, 12, 8, 5, mixed=mixed)
        self.meetings = list(propose(self.problem).meetings)
        self.called: list[Meeting] = []
        self.now = 1
        self.acts: Counter[str] = Counter()

    def change_attendance(self, chance: float) -> None:
        """Some people are away in rounds to come, or are there again."""

        def changed(person: Person) -> Person:
            if self.dice.random() > chance:
                return person
            before = {number for number in self.problem.present[person.id] if number < self.now}
            later = {number for number in range(self.now, 6) if self.dice.random() < 0.6}
            return replace(person, attends=frozenset(before | later))

        self.problem = replace(
            self.problem,
            mentees=tuple(map(changed, self.problem.mentees)),
            mentors=tuple(map(changed, self.problem.mentors)),
        )
        self.meetings = [meeting for meeting in self.meetings if stand(self.problem, meeting)]
        self.check("attendance")

    def part(self) -> None:
        """Two people are kept apart from now on."""
        if ahead := [meeting for meeting in self.meetings if meeting.round >= self.now]:
            pair = self.dice.choice(ahead).pair
            self.problem = replace(self.problem, apart=self.problem.apart | {pair})
            self.meetings = [meeting for meeting in self.meetings if meeting.pair != pair]
            self.check("part")

    def fill(self) -> None:
        before = set(self.meetings)
        self.meetings += fill_holes(self.problem, self.meetings, [self.now])
        assert before <= set(self.meetings)
        assert all(meeting.round == self.now for meeting in set(self.meetings) - before)
        self.check("fill")

    def rebalance(self) -> None:
        before = len(self.meetings)
        self.meetings = list(rebalance(self.problem, self.meetings, self.now).meetings)
        assert len(self.meetings) >= 0.9 * before
        self.check("rebalance")

    def call(self) -> None:
        self.called += [meeting for meeting in self.meetings if meeting.round == self.now]
        self.now += 1
        self.check("call")

    def check(self, act: str) -> None:
        self.acts[act] += 1
        assert find_violations(self.problem, self.meetings) == []
        assert {meeting for meeting in self.meetings if meeting.round < self.now} == set(self.called)

    def holes(self, number: int) -> list[tuple[str, str]]:
        """Pairs who are there, alone, and could meet."""
        busy = {key for meeting in self.meetings if meeting.round == number for key in meeting.pair}
        alone = [key for key, there in self.problem.present.items() if number in there and key not in busy]
        pairs = [(one, other) for one in alone for other in alone if self.problem.are_sides(one, other)]
        met = {meeting.pair for meeting in self.meetings}
        return [pair for pair in pairs if pair not in met and self.could_meet(*pair)]

    def could_meet(self, one: str, other: str) -> bool:
        counts = Counter(key for meeting in self.meetings for key in meeting.pair)
        people = self.problem.people[one], self.problem.people[other]
        is_free = all(who.most is None or counts[who.id] + who.had < who.most for who in people)
        return is_free and self.problem.obstacle(one, other) is None and not self.problem.needs_table(one, other)


@pytest.mark.parametrize("seed", range(8))
def test_a_random_evening_keeps_every_rule(seed):
    evening = Evening(seed, mixed=seed % 2 == 1)
    while evening.now <= 5:
        evening.change_attendance(0.15)
        act = evening.dice.choice((evening.part, evening.rebalance, evening.fill))
        act()
        evening.fill()
        assert evening.holes(evening.now) == []
        evening.call()

    assert evening.acts["call"] == 5
    assert sum(evening.acts.values()) >= 15


def test_an_evening_that_everyone_leaves_is_empty():
    evening = Evening(1, mixed=False)
    nobody = {person.id: frozenset() for person in (*evening.problem.mentees, *evening.problem.mentors)}
    problem = leave(evening.problem, nobody)

    assert fill_holes(problem, evening.meetings) == ()
    assert rebalance(problem, evening.meetings).meetings == ()
    assert propose(problem).meetings == ()


def leave(problem: Problem, attends: dict[str, frozenset[int]]) -> Problem:
    sides = [
        tuple(replace(one, attends=attends[one.id]) for one in side) for side in (problem.mentees, problem.mentors)
    ]
    return replace(problem, mentees=sides[0], mentors=sides[1])
