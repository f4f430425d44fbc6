"""Recounts a plan from the facts alone. It shares nothing with the planner, so that both would have to be wrong."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from .problem import Meeting, Plan, Problem


class Rule(StrEnum):
    KNOWN = "known"
    ROUND = "round"
    ONCE_A_ROUND = "once_a_round"
    ONCE = "once"
    APART = "apart"
    MET = "met"
    LANGUAGE = "language"
    ATTENDANCE = "attendance"
    MOST = "most"
    TABLE = "table"
    TABLE_ONCE = "table_once"
    SCREEN = "screen"
    SEATED = "seated"
    LOCK = "lock"
    CLAIM = "claim"


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """A rule that is broken, and by whom: ids of people, tables and numbers of rounds."""

    rule: Rule
    about: tuple[str, ...]


def find_violations(problem: Problem, meetings: Iterable[Meeting]) -> list[Violation]:
    """Everything in these meetings that the problem forbids; nothing if they are valid."""
    rows = list(meetings)
    sides = {p.id for p in problem.mentees}, {p.id for p in problem.mentors}
    if problem.anyone:
        known = [row for row in rows if row.mentee < row.mentor and {row.mentee, row.mentor} <= sides[0]]
    else:
        known = [row for row in rows if row.mentee in sides[0] and row.mentor in sides[1]]
    strange = set(rows) - set(known)
    found = [Violation(Rule.KNOWN, (row.mentee, row.mentor)) for row in strange]
    for check in (_check_pairs, _check_pods, _check_people, _check_tables, _check_seats):
        found += check(problem, known)
    return sorted(found)


def find_false_claims(problem: Problem, plan: Plan) -> list[Violation]:
    """What a plan says of itself, beyond its meetings, that isn't so."""
    pairs = {(row.mentee, row.mentor) for row in plan.meetings}
    seen = Counter(key for pair in pairs for key in pair)
    mentees = {p.id for p in problem.mentees}
    asked = [(one, other) for (one, other), wish in problem.wishes.items() if wish == "must" and one in mentees]
    met = [pair for pair in asked if pair in pairs or (problem.anyone and pair[::-1] in pairs)]
    proof = plan.proof
    claims = {
        "counts": dict(plan.counts) == {p.id: p.had + seen[p.id] for p in (*problem.mentees, *problem.mentors)},
        "meetings": proof.meetings == len(plan.meetings),
        "musts": (proof.musts_asked, proof.musts_met) == (len(asked), len(met)),
        "people": (proof.asked_must, proof.met_a_must) == (len(dict(asked)), len(dict(met))),
        "bounds": all(stage.value <= stage.bound for stage in proof.stages),
        "proven": proof.why_not is not None or all(stage.value == stage.bound for stage in proof.stages),
        "most": proof.most_meetings is None or len(plan.meetings) <= proof.most_meetings,
    }
    wrong = [Violation(Rule.CLAIM, (name,)) for name, is_true in claims.items() if not is_true]
    places = {(row.mentee, row.mentor): row.round for row in plan.meetings}
    for lock in problem.locks:
        round_of = places.get((lock.mentee, lock.mentor))
        if lock not in plan.left_locks and (round_of is None or lock.round not in {None, round_of}):
            wrong.append(Violation(Rule.LOCK, (lock.mentee, lock.mentor)))
    return sorted(wrong)


def _check_pairs(problem: Problem, rows: list[Meeting]) -> Iterator[Violation]:
    languages = {p.id: p.languages for p in (*problem.mentees, *problem.mentors)}
    times = Counter((row.mentee, row.mentor) for row in rows)
    for (mentee, mentor), count in times.items():
        pair = mentee, mentor
        if count > 1:
            yield Violation(Rule.ONCE, pair)
        refused = "no" in (problem.wishes.get((mentee, mentor)), problem.wishes.get((mentor, mentee)))
        if pair in problem.apart or refused:
            yield Violation(Rule.APART, pair)
        if pair in problem.met:
            yield Violation(Rule.MET, pair)
        if languages[mentee].isdisjoint(languages[mentor]):
            yield Violation(Rule.LANGUAGE, pair)


def _check_pods(problem: Problem, rows: list[Meeting]) -> Iterator[Violation]:
    pods: dict[tuple[int, str], set[str]] = {}
    for row in rows:
        pods.setdefault((row.round, row.mentor), set()).add(row.mentee)
    for pod in pods.values():
        for pair in problem.not_beside:
            if pod.issuperset(pair):
                yield Violation(Rule.APART, pair)


def _check_people(problem: Problem, rows: list[Meeting]) -> Iterator[Violation]:
    taken = Counter((row.round, key) for row in rows for key in (row.mentee, row.mentor))
    seats = {p.id: p.seats for p in (*problem.mentees, *problem.mentors)}
    for (number, key), count in taken.items():
        if count > seats[key]:
            yield Violation(Rule.ONCE_A_ROUND, (str(number), key))
    for number in {row.round for row in rows}:
        if number not in range(1, problem.rounds + 1):
            yield Violation(Rule.ROUND, (str(number),))
    totals = Counter(key for row in rows for key in (row.mentee, row.mentor))
    for person in (*problem.mentees, *problem.mentors):
        if person.most is not None and totals[person.id] and person.had + totals[person.id] > person.most:
            yield Violation(Rule.MOST, (person.id,))
        if person.attends is not None:
            for number, key in taken:
                if key == person.id and number not in person.attends:
                    yield Violation(Rule.ATTENDANCE, (str(number), key))


def _check_tables(problem: Problem, rows: list[Meeting]) -> Iterator[Violation]:
    online = {p.id: p.online for p in (*problem.mentees, *problem.mentors)}
    screens = {table.id: table.screen for table in problem.tables}
    for row in rows:
        modes = {online[row.mentee], online[row.mentor]}
        if row.table is None:
            if modes != {True}:
                yield Violation(Rule.TABLE, (str(row.round), row.mentee, row.mentor))
        elif row.table not in screens:
            yield Violation(Rule.TABLE, (str(row.round), row.table))
        elif modes == {True, False} and not screens[row.table]:
            yield Violation(Rule.SCREEN, (str(row.round), row.table))
    used = Counter(
        (number, table) for number, table, _ in {(row.round, row.table, row.mentor) for row in rows if row.table}
    )
    yield from (Violation(Rule.TABLE_ONCE, (str(number), str(table))) for (number, table), n in used.items() if n > 1)


def _check_seats(problem: Problem, rows: list[Meeting]) -> Iterator[Violation]:
    """Everyone who stays seated has one table; where there are pods, these are their hosts.

    If there are more such people than tables, that can't be, and isn't asked.
    """
    if any(p.seats > 1 for p in problem.mentors):
        seated = {p.id for p in problem.mentors}
    else:
        seated = {p.id for p in (*problem.mentees, *problem.mentors) if p.seated and not p.online}
    if len(seated) > len(problem.tables):
        return
    places: dict[str, list[str]] = {}
    for row in rows:
        for key in (row.mentee, row.mentor):
            if key in seated and row.table is not None:
                places.setdefault(key, []).append(row.table)
    for key, tables in places.items():
        if any(one != other for one, other in pairwise(tables)):
            yield Violation(Rule.SEATED, (key,))
