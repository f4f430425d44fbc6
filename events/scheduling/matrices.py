"""A problem as arrays: a row for each mentee, a column for each mentor, both in an order that ties alone decide."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .problem import MENTEE_WISHED, MENTOR_WISHED, WISHED, Pair, Person, Problem, Wish

Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]
Mark = Callable[[Iterable[Pair]], Flags]


@dataclass(frozen=True)
class Matrices:
    """`allowed` says who may meet, `shares` who then needs a shared table, `screens` who one with a screen."""

    most: int
    mentees: list[Person]
    mentors: list[Person]
    allowed: Flags
    points: Whole
    ties: NDArray[np.uint64]
    shares: Flags
    screens: Flags
    musts: Flags
    kept: Flags

    def mark(self, pairs: Iterable[Pair]) -> Flags:
        return mark_pairs(pairs, _positions(self.mentees), _positions(self.mentors))


def _positions(people: list[Person]) -> dict[str, int]:
    return {person.id: number for number, person in enumerate(people)}


def mark_pairs(pairs: Iterable[Pair], rows: dict[str, int], columns: dict[str, int]) -> Flags:
    marked = np.zeros((len(rows), len(columns)), bool)
    known = [(rows[one], columns[other]) for one, other in pairs if one in rows and other in columns]
    if known:
        marked[tuple(np.array(known).T)] = True
    return marked


def build_matrices(problem: Problem, kept: Iterable[Pair] = ()) -> Matrices:
    """`kept` are pairs of the present plan."""
    mentees, mentors = (sorted(side, key=lambda p: problem.ranks[p.id]) for side in (problem.mentees, problem.mentors))
    rows, columns = _positions(mentees), _positions(mentors)

    def mark(pairs: Iterable[Pair]) -> Flags:
        return mark_pairs(pairs, rows, columns)

    refused = [pair for pair, wish in problem.wishes.items() if wish == Wish.NO]
    never = mark(problem.apart) | mark(problem.met) | mark(refused) | mark((other, one) for one, other in refused)
    has_table, shares, screens = _tables(problem, mentees, mentors)
    allowed = ~never & has_table & _have_time(problem, mentees, mentors) & _share_language(mentees, mentors)
    musts = mark((one, other) for one, others in problem.must_pairs.items() for other in others)
    return Matrices(
        problem.rounds * max((person.seats for person in problem.mentors), default=1),
        mentees,
        mentors,
        allowed,
        _points(problem, rows, columns, mark),
        _ties(problem, mentees, mentors),
        shares,
        screens,
        musts & allowed,
        mark(kept) & allowed,
    )


def _have_time(problem: Problem, mentees: list[Person], mentors: list[Person]) -> Flags:
    one, other = (
        np.array([sum(1 << number for number in problem.present[person.id]) for person in side], np.int64)
        for side in (mentees, mentors)
    )
    return (one[:, None] & other[None, :]) != 0


def _share_language(mentees: list[Person], mentors: list[Person]) -> Flags:
    shared = np.zeros((len(mentees), len(mentors)), bool)
    for language in sorted({language for person in mentees for language in person.languages}):
        one, other = (np.array([language in person.languages for person in side], bool) for side in (mentees, mentors))
        shared |= one[:, None] & other[None, :]
    return shared


def _tables(problem: Problem, mentees: list[Person], mentors: list[Person]) -> tuple[Flags, Flags, Flags]:
    """Who can sit somewhere together, who needs a shared table for it, and who one with a screen."""
    online, home, screen = (
        tuple(np.array([ask(person) for person in side], bool) for side in (mentees, mentors))
        for ask in (
            lambda person: person.online,
            lambda person: person.id in problem.homes,
            lambda person: person.id in problem.homes and problem.homes[person.id].screen,
        )
    )
    mixed = online[0][:, None] != online[1][None, :]
    remote = online[0][:, None] & online[1][None, :]
    at_home = home[0][:, None] | home[1][None, :]
    stuck = home[0][:, None] & home[1][None, :]
    home_screen = screen[0][:, None] | screen[1][None, :]
    shared_screen = any(table.screen for table in problem.shared_tables)
    shared = bool(problem.shared_tables) and not problem.has_pods
    there = np.where(mixed, np.where(at_home, home_screen, shared and shared_screen), at_home | shared)
    shares = ~remote & ~at_home
    return (remote | there) & ~stuck, shares, shares & mixed


def _points(problem: Problem, rows: dict[str, int], columns: dict[str, int], mark: Mark) -> Whole:
    points = np.zeros((len(rows), len(columns)), np.int64)
    for (one, other), fit in problem.fit.items():
        if one in rows and other in columns:
            points[rows[one], columns[other]] = fit
    wished = [pair for pair, wish in problem.wishes.items() if wish in WISHED]
    points += MENTEE_WISHED * mark(wished).astype(np.int64)
    points += MENTOR_WISHED * mark((other, one) for one, other in wished).astype(np.int64)
    return points


def _ties(problem: Problem, mentees: list[Person], mentors: list[Person]) -> NDArray[np.uint64]:
    """The same numbers as `Problem.tie`."""
    one, other = (np.array([problem.ranks[p.id] for p in side], np.uint64) for side in (mentees, mentors))
    value = (one * np.uint64(0x9E3779B97F4A7C15))[:, None] + other[None, :]
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))
