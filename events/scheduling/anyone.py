"""Plans events where anyone may meet anyone: round after round the best pairs, those with the fewest meetings first."""

import time
from collections.abc import Iterable
from itertools import combinations

from .fill import fill_holes
from .matching import match_best
from .problem import Meeting, Pair, Problem, Wish, count_meetings
from .rounds import Tables

CANDIDATES = 20
PASSES = 2
# More than the points of any pair: a must counts as the best of wishes once more.
MUST, MOST_POINTS = 400, 1200


def plan_for_anyone(problem: Problem, fixed: list[Meeting], seconds: float) -> tuple[list[Meeting], bool]:
    """Meetings for all rounds, and whether time sufficed. Each round is planned twice: once after the earlier ones, and
    once after all the others."""
    deadline = time.monotonic() + seconds
    partners = _candidates(problem)
    kept = {(meeting.round, meeting.pair) for meeting in fixed}
    meetings = list(fixed)
    for _ in range(PASSES):
        for number in range(1, problem.rounds + 1):
            found = _plan_round(problem, meetings, number, kept, partners, deadline)
            if found is None:
                return [*meetings, *fill_holes(problem, meetings)], False
            meetings = found
    return [*meetings, *fill_holes(problem, meetings)], True


def bound_meetings(problem: Problem) -> int:
    """No schedule has more: two people for each, a table if they need one, and as many as people want."""
    there = [sum(number in rounds for rounds in problem.present.values()) for number in range(1, problem.rounds + 1)]
    all_need_tables = not any(person.online or person.id in problem.homes for person in problem.mentees)
    most = [min(count // 2, len(problem.tables)) if all_need_tables else count // 2 for count in there]
    return min(sum(most), sum(problem.capacity.values()) // 2)


def _candidates(problem: Problem) -> set[Pair]:
    """For each person half of them by points, and half as ties fall, so that favourites don't leave others alone."""
    possible: dict[str, list[Pair]] = {key: [] for key in problem.people}
    for pair in combinations(sorted(problem.people), 2):
        if problem.obstacle(*pair) is None:
            for key in pair:
                possible[key].append(pair)
    chosen: set[Pair] = set()
    for pairs in possible.values():
        pairs.sort(key=lambda pair: (-_worth(problem, pair), problem.tie(*pair)))
        chosen.update(pairs[: CANDIDATES // 2])
        rest = sorted(pairs[CANDIDATES // 2 :], key=lambda pair: problem.tie(*pair))
        chosen.update(rest[: CANDIDATES // 2])
    return chosen


def _worth(problem: Problem, pair: Pair) -> int:
    musts = sum(problem.wishes.get(way) == Wish.MUST for way in (pair, pair[::-1]))
    return problem.points(*pair) + MUST * musts


def _plan_round(
    problem: Problem,
    meetings: list[Meeting],
    number: int,
    kept: set[tuple[int, Pair]],
    partners: Iterable[Pair],
    deadline: float,
) -> list[Meeting] | None:
    """All meetings with this round planned again. A meeting counts for more, the fewer two people have."""
    stay = [row for row in meetings if row.round != number or (number, row.pair) in kept]
    counts = count_meetings(problem, stay)
    busy = {key for row in stay if row.round == number for key in row.pair}
    free = {
        key
        for key, person in problem.people.items()
        if key not in busy and number in problem.present[key] and (person.most is None or counts[key] < person.most)
    }
    met = {row.pair for row in stay}
    scale = MOST_POINTS * (len(free) // 2 + 1)
    most = 2 * max(counts.values(), default=0) + 1
    gains = {
        pair: scale * (most - counts[pair[0]] - counts[pair[1]]) + _worth(problem, pair)
        for pair in partners
        if free.issuperset(pair) and pair not in met
    }
    taken = {row.table for row in stay if row.round == number}
    found = match_best(gains, Tables(problem, taken), deadline - time.monotonic())
    return None if found is None else [*stay, *(Meeting(number, *pair) for pair in found)]
