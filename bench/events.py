"""The planner of events, beside two ways organisers plan by hand: `python -m bench.events` from the project's root.

Invented people, wishes that favour some mentors, and pairs who should stay apart. "rotation" moves mentees on by one
mentor each round, and only skips people who aren't there; "greedy" lets mentees choose in turns, round by round, those
with the fewest meetings first. For each way: the fewest meetings of a mentee, how many have none, and then what it does
badly: pairs kept apart who are seated together, or people with must-meets who got none of them. Time is CPU time of
this process. "late" has 15 in 100 people who come late and 15 who leave early.
"""

import argparse
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from events.scheduling.checking import find_false_claims, find_violations
from events.scheduling.fill import fill_holes
from events.scheduling.planner import propose, rebalance
from events.scheduling.problem import Meeting, Pair, Person, Plan, Problem, Table, Wish, count_meetings, stand

Answer = TypeVar("Answer")
SIZES = ((30, 30, 6), (60, 20, 6), (60, 60, 6), (200, 60, 8), (500, 120, 8), (500, 500, 8))
AIMS = {(60, 60, 6): 0.2, (500, 500, 8): 4.0}
FILL_AIM, REBALANCE_AIM = 0.05, 2.0


def make_world(mentees: int, mentors: int, rounds: int, *, late: bool = False) -> Problem:
    dice = random.Random(f"{mentees} {mentors} {rounds}")
    sides = [
        [_make_person(dice, f"{side}{number}", rounds, late=late) for number in range(count)]
        for side, count in (("mentee ", mentees), ("mentor ", mentors))
    ]
    fame = [1 / (place + 3) ** 0.5 for place in range(mentors)]
    wishes: dict[Pair, Wish] = {}
    for one in sides[0]:
        wanted = list(dict.fromkeys(dice.choices(sides[1], fame, k=12)))[:10]
        musts = dice.choice((0, 1, 2))
        wishes |= {(one.id, other.id): Wish.MUST if n < musts else Wish.LIKE for n, other in enumerate(wanted)}
    for other in sides[1]:
        wishes |= {(other.id, one.id): Wish.LIKE for one in dice.sample(sides[0], min(8, mentees))}
    pairs = [(one.id, other.id) for one in sides[0] for other in sides[1]]
    return Problem(
        "bench",
        rounds,
        tuple(sides[0]),
        tuple(sides[1]),
        tuple(Table(str(number)) for number in range(min(mentees, mentors))),
        apart=frozenset(dice.sample(pairs, mentees // 3)),
        wishes=wishes,
        fit={pair: dice.choice((0, 0, 20, 40, 60, 80, 100)) for pair in pairs},
    )


def _make_person(dice: random.Random, key: str, rounds: int, *, late: bool) -> Person:
    languages = {dice.choice(("en", "en", "en", "de", "fr"))} | ({"en"} if dice.random() < 0.8 else set())
    kind = dice.random() if late else 1
    first = 1 + dice.randint(1, rounds // 2) if kind < 0.15 else 1
    last = rounds - dice.randint(1, rounds // 2) if 0.15 <= kind < 0.3 else rounds
    return Person(key, frozenset(languages), frozenset(range(first, last + 1)))


def rotate(problem: Problem) -> list[Meeting]:
    """The usual circle: as many mentees as there are mentors take part, and all move on by one."""
    size = min(len(problem.mentees), len(problem.mentors))
    found = []
    for number in range(1, problem.rounds + 1):
        for place in range(size):
            one, other = problem.mentees[place], problem.mentors[(place + number) % len(problem.mentors)]
            if one.languages & other.languages:
                found.append(Meeting(number, one.id, other.id))
    return found


def choose_greedily(problem: Problem) -> list[Meeting]:
    found: list[Meeting] = []
    counts: Counter[str] = Counter()
    met: set[Pair] = set()
    for number in range(1, problem.rounds + 1):
        free = {person.id for person in problem.mentors}
        for one in sorted(problem.mentees, key=lambda person: counts[person.id]):
            possible = [key for key in free if (one.id, key) not in met and problem.obstacle(one.id, key) is None]
            if possible:
                best = max(possible, key=lambda key: (problem.points(one.id, key), key))
                free.remove(best)
                met.add((one.id, best))
                counts[one.id] += 1
                found.append(Meeting(number, one.id, best))
    return found


def take_time(act: Callable[[], Answer]) -> tuple[Answer, float]:
    begun = time.process_time()
    answer = act()
    return answer, time.process_time() - begun


def fewest(problem: Problem, meetings: list[Meeting]) -> tuple[int, int]:
    """The fewest meetings of a mentee who is there at all, and how many have none."""
    counts = [count_meetings(problem, meetings)[p.id] for p in problem.mentees if problem.capacity[p.id]]
    return min(counts), counts.count(0)


def count_apart(problem: Problem, meetings: list[Meeting]) -> int:
    return sum(meeting.pair in problem.apart for meeting in meetings)


def count_without_must(problem: Problem, meetings: list[Meeting]) -> int:
    met = {meeting.pair for meeting in meetings}
    return sum(not any((one, other) in met for other in others) for one, others in problem.must_pairs.items())


def plan_checked(problem: Problem) -> tuple[Plan, float]:
    plan, seconds = take_time(lambda: propose(problem))
    if faults := find_violations(problem, plan.meetings) + find_false_claims(problem, plan):
        sys.exit(f"The plan breaks rules: {faults[:3]}")
    return plan, seconds


def measure_plan(size: tuple[int, int, int], *, late: bool) -> str:
    problem = make_world(*size, late=late)
    plan, seconds = plan_checked(problem)
    ours = list(plan.meetings)
    rotation, greedy = ([], []) if late else (rotate(problem), choose_greedily(problem))
    cells = ["–" * bool(late) or "{}, {}, {}".format(*fewest(problem, rotation), count_apart(problem, rotation))]
    cells.append("–" * bool(late) or "{}, {}, {}".format(*fewest(problem, greedy), count_without_must(problem, greedy)))
    cells.append("{}, {}, {}".format(*fewest(problem, ours), count_apart(problem, ours)))
    known = "proven" if plan.proof.is_proven else plan.proof.why_not
    most = plan.proof.most_meetings or 0
    aim = "" if late else AIMS.get(size, "")
    name = "{} × {} × {}".format(*size) + " late" * late
    return (
        f"{name:20} {cells[0]:>12} {cells[1]:>12} {cells[2]:>10} {count_without_must(problem, ours):6}"
        f" {len(ours):6} {len(ours) - most:6} {known:>8} {seconds:8.2f} {aim:>5}"
    )


def measure_repair(size: tuple[int, int, int]) -> str:
    """After two rounds, 10 in 100 people have gone."""
    problem = make_world(*size)
    plan, _ = plan_checked(problem)
    dice = random.Random(7)
    gone = set(dice.sample(sorted(problem.people), len(problem.people) // 10))

    def leave(person: Person) -> Person:
        return replace(person, attends=problem.present[person.id] & {1, 2}) if person.id in gone else person

    after = replace(problem, mentees=tuple(map(leave, problem.mentees)), mentors=tuple(map(leave, problem.mentors)))
    standing = [meeting for meeting in plan.meetings if stand(after, meeting)]
    _, one_round = take_time(lambda: fill_holes(after, standing, [3]))
    rounds = range(3, problem.rounds + 1)
    added, all_rounds = take_time(lambda: fill_holes(after, standing, rounds))
    balanced, balancing = take_time(lambda: rebalance(after, standing, 3))
    anew = propose(after)
    filled = [*standing, *added]
    for meetings in (filled, list(balanced.meetings)):
        if faults := find_violations(after, meetings):
            sys.exit(f"The repair breaks rules: {faults[:3]}")
    there = replace(after, mentees=tuple(person for person in after.mentees if person.id not in gone))
    figures = [
        f"{len(meetings)} {min(count_meetings(after, meetings)[p.id] for p in there.mentees)}"
        for meetings in (standing, filled, list(balanced.meetings))
    ]
    cells = " ".join(f"{figure:>10}" for figure in figures)
    changed = [_broken(standing, other.meetings) for other in (balanced, anew)]
    return (
        f"{'{} × {} × {}'.format(*size):20} {cells} {changed[0]:9} {changed[1]:9}"
        f" {one_round:8.3f} {all_rounds:8.3f} {balancing:10.2f}"
    )


def _broken(promised: list[Meeting], present: tuple[Meeting, ...]) -> int:
    """How many promised meetings are gone or in another round."""
    kept = {(meeting.round, meeting.pair) for meeting in present}
    return sum((meeting.round, meeting.pair) not in kept for meeting in promised)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--largest", type=int, default=500, help="leave out events with more mentees")
    largest = parser.parse_args().largest
    sizes = [size for size in SIZES if size[0] <= largest]
    print(f"load {os.getloadavg()[0]:.1f}; seconds of CPU; fewest, with nobody, and")
    print(f"{'':20} {'apart':>12} {'no must':>12} {'apart':>10} no must")
    print(f"{'':20} {'rotation':>12} {'greedy':>12} {'ours':>10} {'ours':>6}  meet  below             CPU   aim")
    for late in (False, True):
        for size in sizes:
            print(measure_plan(size, late=late), flush=True)
    print("\nafter two rounds, 10 % gone: meetings and the fewest; promises changed")
    print(f"{'':20} {'holes':>10} {'filled':>10} {'rebalanced':>10} rebalance      anew     fill fill all  rebalance")
    for size in sizes:
        print(measure_repair(size), flush=True)
    print(f"{'aim':83} {FILL_AIM:8} {'':8} {REBALANCE_AIM:10}")
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
