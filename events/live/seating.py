"""Who sits with whom when people are missing: pairs that can't be are dropped, and holes are filled. Nobody else moves.

All of it for a locked event.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from django.db.models import Exists, OuterRef, Q, QuerySet

from events.models import Chair, EventTable, Outcome, Pairing, Round
from events.planning.problems import EventFacts, key_of, read_facts
from events.planning.timetables import reasons_to_store
from events.scheduling.fill import fill_holes
from events.scheduling.problem import Meeting, Pair, Person, Problem

from .evening import Evening, Standing, standings_of


def fill_rounds(evening: Evening, rounds: Collection[Round]) -> int:
    """Seat people who are here and have nobody to meet in these rounds, none of which is called. Returns how many pairs
    that makes."""
    if not rounds:
        return 0
    facts = read_facts(evening.event)
    standing = list(
        Pairing.objects.filter(event=evening.event).that_stand().select_related("round", "table").order_by("pk")
    )
    problem = narrow_problem(facts, evening, standing, standings_of(evening.event))
    numbers = {one.number for one in rounds}
    open_rounds = {one.number for one in evening.uncalled}
    meetings = [meeting_of(one, problem) for one in standing if one.round and one.round.number in open_rounds]
    added = fill_holes(problem, [one for one in meetings if one], rounds=sorted(numbers))
    write_meetings(evening, facts.problem, added)
    return len(added)


def narrow_problem(
    facts: EventFacts,
    evening: Evening,
    standing: Iterable[Pairing],
    standings: Mapping[int, Standing],
    *,
    only_here: bool = False,
) -> Problem:
    """The problem of what is left: only people who are here can be seated again, and who has met doesn't again.

    Someone who isn't here attends the rounds in which they have a partner: they may still come, and are never moved.
    With `only_here` they attend none, since nobody should wait for them.
    """
    open_rounds = {one.number for one in evening.uncalled}
    busy: dict[str, set[int]] = {}
    places: dict[str, str] = {}
    had: dict[str, int] = {}
    met: set[Pair] = set()
    for pairing in standing:
        number = pairing.round.number if pairing.round else 0
        for key in (key_of(pairing.one_id), key_of(pairing.other_id)):
            busy.setdefault(key, set()).add(number)
            if number not in open_rounds:
                had[key] = had.get(key, 0) + 1
            if pairing.table:
                places[key] = str(pairing.table.number)
        if number not in open_rounds:
            met.add(order_pair(facts.problem, key_of(pairing.one_id), key_of(pairing.other_id)))

    def narrow(person: Person) -> Person:
        is_here = standings.get(int(person.id)) == Standing.HERE
        attends = set() if only_here and not is_here else set(busy.get(person.id, ()))
        if is_here:
            attends |= open_rounds if person.attends is None else person.attends
        return replace(
            person,
            attends=frozenset(attends & open_rounds),
            had=had.get(person.id, 0),
            table=places.get(person.id),
        )

    problem = facts.problem
    return replace(
        problem,
        mentees=tuple(map(narrow, problem.mentees)),
        mentors=tuple(map(narrow, problem.mentors)),
        met=problem.met | met,
        locks=(),
    )


def meeting_of(pairing: Pairing, problem: Problem) -> Meeting | None:
    """Nothing for a pair of which one has left the list of people."""
    one, other = key_of(pairing.one_id), key_of(pairing.other_id)
    table = str(pairing.table.number) if pairing.table else None
    if pairing.round is None or one not in problem.people or other not in problem.people:
        return None
    return Meeting(pairing.round.number, *order_pair(problem, one, other), table)


def order_pair(problem: Problem, one: str, other: str) -> Pair:
    """As the planner writes a pair."""
    return (one, other) if problem.are_sides(one, other) else (other, one)


def write_meetings(evening: Evening, problem: Problem, meetings: Iterable[Meeting]) -> None:
    tables = {str(one.number): one for one in EventTable.objects.filter(event=evening.event)}
    pairings: list[Pairing] = []
    chairs: list[Chair] = []
    for meeting in meetings:
        place, at = evening.by_number[meeting.round], tables.get(meeting.table or "")
        pairings.append(make_pairing(evening, problem, meeting.pair, place, at))
        chairs += [Chair(round=place, registration_id=int(key), table=at) for key in meeting.pair]
    Pairing.objects.bulk_create(pairings)
    # A mentor who meets several at one table has the chair already.
    Chair.objects.bulk_create(chairs, ignore_conflicts=True)


def make_pairing(
    evening: Evening, problem: Problem, pair: Pair, place: Round, table: EventTable | None, *, is_standby: bool = False
) -> Pairing:
    one, other = sorted(map(int, pair))
    return Pairing(
        event=evening.event,
        one_id=one,
        other_id=other,
        round=place,
        table=table,
        why=reasons_to_store(problem, pair),
        is_standby=is_standby,
    )


def drop_pairs(pairings: QuerySet[Pairing], rounds: Iterable[Round]) -> int:
    """These don't take place in these rounds, which aren't called: the two may be seated together again later."""
    count = pairings.filter(round__in=list(rounds), outcome=Outcome.PLANNED).update(outcome=Outcome.DROPPED)
    if count:
        remove_idle_chairs(rounds)
    return count


def remove_idle_chairs(rounds: Iterable[Round]) -> None:
    """Nobody keeps a chair in a round in which they meet nobody."""
    meets = Pairing.objects.that_stand().filter(
        Q(one=OuterRef("registration")) | Q(other=OuterRef("registration")), round=OuterRef("round")
    )
    Chair.objects.filter(round__in=list(rounds)).exclude(Exists(meets)).delete()
