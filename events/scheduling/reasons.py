"""Why two people meet, and why they don't, as codes: pages have the words."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from .problem import WISHED, Meeting, Obstacle, Problem, count_meetings
from .rounds import Tables


class Reason(StrEnum):
    BOTH_ASKED = "both_asked"
    YOU_ASKED = "you_asked"
    TOPIC = "topic"
    LANGUAGE = "language"


class WhyNot(StrEnum):
    """Why a pair isn't in a plan. `PRIVATE` is one answer for all that stays between a person and the organisers."""

    THEY_MEET = "they_meet"
    PRIVATE = "private"
    MET = "met"
    LANGUAGE = "language"
    TIME = "time"
    TABLE = "table"
    MOST = "most"
    TAKES_FROM = "takes_from"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True)
class Absence:
    """`loses` names who would have one meeting less, with how many they have now; `round` is where that is best."""

    why: WhyNot
    round: int | None = None
    loses: tuple[tuple[str, int], ...] = ()
    about: tuple[str, ...] = ()


def reasons_for(problem: Problem, mentee: str, mentor: str, reader: str) -> tuple[Reason, ...]:
    """Why they meet, most personal first, as one of them may know it: the other's wish only if it is mutual."""
    one, other = problem.people[mentee], problem.people[mentor]
    partner = mentor if reader == mentee else mentee
    own, theirs = (problem.wishes.get(pair) in WISHED for pair in ((reader, partner), (partner, reader)))
    holds = {
        Reason.BOTH_ASKED: own and theirs,
        Reason.YOU_ASKED: own and not theirs,
        Reason.TOPIC: bool(one.topics & other.topics),
        Reason.LANGUAGE: bool(one.languages & other.languages),
    }
    return tuple(reason for reason, is_so in holds.items() if is_so)


def explain_absence(problem: Problem, meetings: Iterable[Meeting], mentee: str, mentor: str) -> Absence:
    """For organisers: why these two don't meet, or what it would take."""
    rows = list(meetings)
    if any(row.pair == (mentee, mentor) for row in rows):
        return Absence(WhyNot.THEY_MEET)
    if (obstacle := problem.obstacle(mentee, mentor)) is not None:
        return Absence(_AS_ANSWER[obstacle])
    counts = count_meetings(problem, rows)
    busy = [key for key in (mentee, mentor) if _has_most(problem, counts, key)]
    common = problem.present[mentee] & problem.present[mentor]
    options = [_cost(problem, rows, counts, number, (mentee, mentor)) for number in sorted(common)]
    best = min(options, key=lambda option: (len(option.loses), -sum(count for _, count in option.loses)))
    if busy and not best.loses:
        return Absence(WhyNot.MOST, about=tuple(busy))
    return best


_AS_ANSWER = {
    Obstacle.PRIVATE: WhyNot.PRIVATE,
    Obstacle.MET: WhyNot.MET,
    Obstacle.LANGUAGE: WhyNot.LANGUAGE,
    Obstacle.TIME: WhyNot.TIME,
    Obstacle.TABLE: WhyNot.TABLE,
}


def _has_most(problem: Problem, counts: dict[str, int], key: str) -> bool:
    most = problem.people[key].most
    return most is not None and counts[key] >= most


def _cost(problem: Problem, rows: list[Meeting], counts: dict[str, int], number: int, pair: tuple[str, str]) -> Absence:
    """What it takes to let a pair meet in one round: the partners they have there, or a table."""
    there = [row for row in rows if row.round == number]
    broken = [row for row in there if set(row.pair) & set(pair)]
    loses = tuple((key, counts[key]) for row in broken for key in row.pair if key not in pair)
    if loses:
        return Absence(WhyNot.TAKES_FROM, number, loses)
    if Tables(problem).excess([*(row.pair for row in there), pair]):
        return Absence(WhyNot.TABLE, number)
    return Absence(WhyNot.POSSIBLE, number)
