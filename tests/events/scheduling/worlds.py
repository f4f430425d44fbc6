"""Invented events: people, wishes and everything that can be in the way, from a seed."""

import random
from dataclasses import replace

from events.scheduling.problem import Lock, Meeting, Person, Problem, Table, Wish

LANGUAGES = ("en", "de", "fr")


def person(key: str, **facts) -> Person:
    return replace(Person(key, frozenset({"en"})), **facts)


def simple_world(mentees: int, mentors: int, rounds: int, **facts) -> Problem:
    """Everyone is there in all rounds and may meet everyone; there are tables for all."""
    sides = [
        tuple(person(f"{side}{number}") for number in range(count)) for side, count in (("e", mentees), ("o", mentors))
    ]
    tables = tuple(Table(str(number)) for number in range(min(mentees, mentors)))
    return replace(Problem("spring", rounds, *sides, tables), **facts)


def change_people(problem: Problem, **changes) -> Problem:
    """The same world, with other facts of some people: `change_people(world, e0={"most": 2})`."""

    def changed(one: Person) -> Person:
        return replace(one, **changes.get(one.id, {}))

    return replace(problem, mentees=tuple(map(changed, problem.mentees)), mentors=tuple(map(changed, problem.mentors)))


def random_world(
    seed: int, mentees: int, mentors: int, rounds: int, *, gaps: float = 0, mixed: bool = False
) -> Problem:
    """Languages, wishes, fits, separations and limits at random; with `gaps`, late and early people; `mixed` modes."""
    dice = random.Random(seed)
    sides = [
        tuple(_random_person(dice, f"{side}{number}", rounds, gaps, mixed=mixed) for number in range(count))
        for side, count in (("e", mentees), ("o", mentors))
    ]
    pairs = [(one.id, other.id) for one in sides[0] for other in sides[1]]
    wishes = {}
    for one, other in pairs:
        for pair in ((one, other), (other, one)):
            kind = dice.choices((None, Wish.LIKE, Wish.MUST, Wish.NO), (8, 4, 1, 0.5))[0]
            if kind and not (kind == Wish.MUST and pair[0].startswith("o")):
                wishes[pair] = kind
    tables = tuple(Table(str(number), screen=mixed and number % 2 == 0) for number in range(min(mentees, mentors)))
    return Problem(
        "spring",
        rounds,
        *sides,
        tables,
        apart=frozenset(pair for pair in pairs if dice.random() < 0.08),
        met=frozenset(pair for pair in pairs if dice.random() < 0.03),
        wishes=wishes,
        fit={pair: dice.randrange(0, 101, 10) for pair in pairs},
    )


def _random_person(dice: random.Random, key: str, rounds: int, gaps: float, *, mixed: bool) -> Person:
    languages = {"en"} if dice.random() < 0.85 else {dice.choice(LANGUAGES)}
    attends = None
    if dice.random() < gaps:
        first = dice.randint(1, rounds)
        attends = frozenset(range(first, dice.randint(first, rounds) + 1))
    return Person(
        key,
        frozenset(languages),
        attends,
        most=dice.choice((None, None, None, 2)),
        online=mixed and dice.random() < 0.3,
        seated=mixed and dice.random() < 0.15,
        topics=frozenset(dice.sample("abcd", 2)),
        had=dice.choice((0, 0, 0, 1)) if mixed else 0,
    )


def random_locks(problem: Problem, seed: int, count: int) -> Problem:
    dice = random.Random(seed)
    locks = [
        Lock(dice.choice(problem.mentees).id, dice.choice(problem.mentors).id, dice.choice((None, dice.randint(1, 3))))
        for _ in range(count)
    ]
    return replace(problem, locks=tuple(locks))


def shuffle_world(problem: Problem, seed: int) -> Problem:
    """The same world, told in another order."""
    dice = random.Random(seed)

    def shuffled(items):
        return dice.sample(list(items), len(items))

    return replace(
        problem,
        mentees=tuple(shuffled(problem.mentees)),
        mentors=tuple(shuffled(problem.mentors)),
        wishes=dict(shuffled(problem.wishes.items())),
        fit=dict(shuffled(problem.fit.items())),
        locks=tuple(shuffled(problem.locks)),
    )


def pairs_of(meetings: list[Meeting]) -> set[tuple[str, str]]:
    return {meeting.pair for meeting in meetings}


def without_tables(meetings) -> list[tuple[int, str, str]]:
    return sorted((meeting.round, meeting.mentee, meeting.mentor) for meeting in meetings)
