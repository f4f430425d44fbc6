"""Plans an event with the solver. Only workers import this; `fill` does without."""

import time
from collections.abc import Iterable
from dataclasses import replace

from . import who
from .anyone import bound_meetings, plan_for_anyone
from .fill import fill_holes, leave_out_clashes, place_locks_for_anyone, plan_without_solver
from .pods import Pods
from .problem import Meeting, Pair, Person, Plan, Problem, Stage, Unproven, count_meetings, stand
from .proof import make_proof
from .rounds import Timetable, arrange, keep_to_tables, place_locks, place_pairs
from .tables import assign_tables

SECONDS = 20.0
# Over all rounds, for refilling; the second rarely gains anything.
PASSES = 3


def propose(problem: Problem, *, seconds: float = SECONDS) -> Plan:
    """The fairest plan: as many and as equal meetings as possible, then musts, then wishes and fit.

    If the solver isn't there or needs longer than these seconds, the plan is one that is only valid.
    """
    if not who.has_solver():
        return plan_without_solver(problem)
    if problem.anyone:
        return _propose_for_anyone(problem, seconds)
    deadline = time.monotonic() + seconds
    placing = Pods(problem) if problem.has_pods else Pairs(problem)
    choice = who.choose_pairs(problem, placing.locked, seconds=seconds)
    if not choice.stages:
        return plan_without_solver(problem, Unproven.OUT_OF_TIME)
    found, unplaced = placing.place(choice.pairs)
    if unplaced:
        found = refill(problem, found, placing.locked, deadline)
    kept, left_locks = leave_out_clashes(problem, found, placing.left_locks)
    if has_clashes := len(kept) < len(found):
        found = [*kept, *fill_holes(problem, kept)]
    meetings = assign_tables(problem, found)
    has_gaps = bool(unplaced) or has_clashes
    why_not = Unproven.OUT_OF_TIME if choice.is_cut_short else Unproven.GAPS if has_gaps else None
    most = len(choice.pairs) if choice.stages[0].is_proven else None
    proof = make_proof(problem, meetings, choice.stages, why_not, most)
    return Plan(tuple(meetings), count_meetings(problem, meetings), proof, left_locks)


def _propose_for_anyone(problem: Problem, seconds: float) -> Plan:
    fixed, left_locks = place_locks_for_anyone(problem)
    found, has_ended = plan_for_anyone(problem, fixed, seconds)
    meetings = assign_tables(problem, found)
    why_not = Unproven.OPEN if has_ended else Unproven.OUT_OF_TIME
    proof = make_proof(problem, meetings, why_not=why_not, most_meetings=bound_meetings(problem))
    return Plan(tuple(meetings), count_meetings(problem, meetings), proof, left_locks)


class Pairs:
    """Finds rounds for pairs that meet alone. `left_locks` are locks that can't be kept."""

    def __init__(self, problem: Problem) -> None:
        self.timetable, self.left_locks = place_locks(problem)

    @property
    def locked(self) -> set[Pair]:
        return self.timetable.locked

    def place(self, pairs: Iterable[Pair]) -> tuple[list[Meeting], list[Pair]]:
        unplaced = place_pairs(self.timetable, (pair for pair in pairs if pair not in self.locked))
        unplaced += arrange(self.timetable)
        return self.timetable.meetings(), unplaced


def refill(problem: Problem, meetings: list[Meeting], locked: set[Pair], deadline: float) -> list[Meeting]:
    """Plan one round after the other again, all others as they are, while that gives more or more equal meetings."""
    for _ in range(PASSES):
        gained = False
        for number in range(1, problem.rounds + 1):
            refilled, is_better = _refill_round(problem, meetings, number, locked, deadline)
            meetings, gained = refilled, gained or is_better
        if not gained:
            break
    return meetings


def _refill_round(
    problem: Problem, meetings: list[Meeting], number: int, locked: set[Pair], deadline: float
) -> tuple[list[Meeting], bool]:
    """The meetings with this round planned again, and whether there are more, or more equal ones, not only wishes."""
    present = {meeting.pair for meeting in meetings if meeting.round == number}
    alone = one_round(problem, meetings, number)
    choice, before = who.choose_beside(alone, present & locked, present, seconds=deadline - time.monotonic())
    if choice.is_cut_short or choice.values <= before:
        return meetings, False
    others = [meeting for meeting in meetings if meeting.round != number]
    return [*others, *(Meeting(number, *pair) for pair in choice.pairs)], choice.values[:2] > before[:2]


def one_round(problem: Problem, meetings: Iterable[Meeting], number: int) -> Problem:
    others = [meeting for meeting in meetings if meeting.round != number]
    return shift_problem(problem, others, [number])


def shift_problem(problem: Problem, past: Iterable[Meeting], rounds: list[int]) -> Problem:
    """The problem of some of the rounds alone, numbered from 1, after these other meetings."""
    past = list(past)
    counts = count_meetings(problem, past)
    numbers = {number: shifted for shifted, number in enumerate(rounds, 1)}

    def shift(person: Person) -> Person:
        attends = frozenset(numbers[number] for number in problem.present[person.id] if number in numbers)
        return replace(person, attends=attends, had=counts[person.id])

    return replace(
        problem,
        rounds=len(rounds),
        mentees=tuple(map(shift, problem.mentees)),
        mentors=tuple(map(shift, problem.mentors)),
        met=problem.met | {meeting.pair for meeting in past},
        locks=tuple(
            replace(lock, round=numbers.get(lock.round or 0)) for lock in problem.locks if lock.round in {None, *rounds}
        ),
    )


def rebalance(problem: Problem, meetings: Iterable[Meeting], first: int = 1, *, seconds: float = SECONDS) -> Plan:
    """Change the rounds from `first` on so that those with the fewest meetings get more, breaking few promises.

    Earlier rounds stay as they are. Meetings that someone can't attend are no promises any more. If nobody with few
    meetings can gain, holes are filled and nothing else changes.
    """
    rounds = list(range(first, problem.rounds + 1))
    standing = [meeting for meeting in meetings if stand(problem, meeting)]
    added = fill_holes(problem, standing, rounds)
    past = [meeting for meeting in standing if meeting.round < first]
    if not who.has_solver() or not rounds:
        return _finish(problem, [*standing, *added], (), Unproven.NO_SOLVER)
    if problem.has_pods or problem.anyone:  # there is more than one person who can take someone in
        return _finish(problem, [*standing, *added], (), Unproven.OPEN)
    rest = shift_problem(problem, past, rounds)
    promised, filled = (
        [replace(meeting, round=meeting.round - first + 1) for meeting in group if meeting.round >= first]
        for group in (standing, added)
    )
    timetable, left_locks = place_locks(rest)
    choice = who.choose_again(
        rest,
        timetable.locked,
        {meeting.pair for meeting in promised},
        {meeting.pair for meeting in filled},
        _usual_count(rest, [*promised, *filled]),
        seconds=seconds,
    )
    if choice.is_cut_short:
        return _finish(problem, [*standing, *added], (), Unproven.OUT_OF_TIME)
    unplaced = _place_again(timetable, choice.pairs, [*promised, *filled])
    tables = {(meeting.pair, meeting.round): meeting.table for meeting in (*standing, *added)}
    later = [replace(meeting, round=meeting.round + first - 1) for meeting in timetable.meetings()]
    later = keep_tables(problem, later, tables)
    later += fill_holes(problem, [*past, *later], rounds) if unplaced else ()
    plan = _finish(problem, [*past, *later], choice.stages, Unproven.GAPS if unplaced else None)
    return replace(plan, left_locks=left_locks)


def keep_tables(problem: Problem, meetings: list[Meeting], tables: dict[tuple[Pair, int], str | None]) -> list[Meeting]:
    """Leave meetings at their tables; in a round where a new one then finds none, all are put at tables again."""
    kept = [replace(meeting, table=tables.get((meeting.pair, meeting.round))) for meeting in meetings]
    seated = assign_tables(problem, kept)
    lacking = {meeting.round for meeting in seated if meeting.table is None and problem.needs_table(*meeting.pair)}
    return assign_tables(problem, (replace(m, table=None) if m.round in lacking else m for m in seated))


def _place_again(timetable: Timetable, pairs: list[Pair], present: list[Meeting]) -> list[Pair]:
    """Leave meetings of the present plan in their rounds, then add the other pairs. Returns those without a place."""
    timetable.moves_few = True
    chosen = set(pairs) - timetable.locked
    for meeting in present:
        if meeting.pair in chosen and all(meeting.round in timetable.free(key) for key in meeting.pair):
            timetable.put(meeting.pair, meeting.round)
            chosen.remove(meeting.pair)
    return place_pairs(timetable, chosen) + keep_to_tables(timetable)


def _usual_count(problem: Problem, meetings: list[Meeting]) -> int:
    """How many meetings the mentees who are still there have on average, rounded down."""
    counts = count_meetings(problem, meetings)
    there = [counts[person.id] for person in problem.mentees if problem.capacity[person.id]]
    return sum(there) // len(there) if there else 0


def _finish(problem: Problem, meetings: list[Meeting], stages: tuple[Stage, ...], why_not: Unproven | None) -> Plan:
    seated = assign_tables(problem, meetings)
    proof = make_proof(problem, seated, stages, why_not)
    return Plan(tuple(seated), count_meetings(problem, seated), proof)
