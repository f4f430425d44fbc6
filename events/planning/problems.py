"""What the planner is told of an event: people, wishes, tables and who is kept apart, from the rows."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from django.db.models.functions import Now

from common.pages.seen import mark_of
from events.models import Attending, Event, EventMode, EventTable, Pairing, Registration, Side, Wish
from events.scheduling.problem import Lock, Meeting, Pair, Person, Problem, Table
from events.scheduling.problem import Wish as PlannedWish
from trust.separations import pairs_apart

# A meeting as a plan stores it: mentee, mentor (ids of registrations), round, and the table's number if there is one.
Row = tuple[int, int, int, int | None]
FULL_FIT = 100


@dataclass(frozen=True, slots=True)
class EventFacts:
    """What the rows of an event say, for the planner and for pages."""

    event: Event
    registrations: Mapping[int, Registration]
    tables: Sequence[EventTable]
    problem: Problem

    @property
    def mark(self) -> str:
        """Changes when people, what they said, their wishes or the tables change."""
        problem = self.problem
        people = [
            (
                one.id,
                sorted(one.languages),
                sorted(one.attends or ()),
                one.most,
                one.online,
                one.seated,
                one.seats,
                sorted(one.topics),
            )
            for one in (*problem.mentees, *problem.mentors)
        ]
        wishes = sorted((*pair, str(wish)) for pair, wish in problem.wishes.items())
        tables = [(table.id, table.screen) for table in problem.tables]
        return mark_of(people, tables, sorted(problem.apart | problem.not_beside), wishes, problem.rounds)


def key_of(registration: int) -> str:
    return str(registration)


def read_facts(event: Event, *, locks: Iterable[Row] = ()) -> EventFacts:
    """Reads everyone who is in, with their topics and wishes, in a fixed number of statements."""
    known = Registration.objects.who_are_in().filter(event=event).select_related("person").prefetch_related("topics")
    registrations = {one.pk: one for one in known.order_by("pk")}
    tables = list(EventTable.objects.filter(event=event))
    mentees = [one for one in registrations.values() if one.side != Side.MENTOR]
    mentors = [one for one in registrations.values() if one.side == Side.MENTOR]
    topics = {one.pk: frozenset(topic.name for topic in one.topics.all()) for one in registrations.values()}
    apart, not_beside = read_apart(event, mentees, mentors)
    problem = Problem(
        event=str(event.uuid),
        rounds=event.rounds_count,
        mentees=tuple(make_person(event, one, topics[one.pk]) for one in mentees),
        mentors=tuple(make_person(event, one, topics[one.pk]) for one in mentors),
        tables=tuple(Table(str(table.number), screen=table.has_screen) for table in tables),
        apart=frozenset(apart),
        not_beside=frozenset(not_beside),
        wishes=read_wishes(event, registrations),
        fit=weigh_topics(list_pairs(event, mentees, mentors), topics),
        locks=tuple(Lock(key_of(mentee), key_of(mentor), number) for mentee, mentor, number, _table in locks),
        anyone=event.is_for_equals,
    )
    return EventFacts(event, registrations, tables, problem)


def make_person(event: Event, registration: Registration, topics: frozenset[str]) -> Person:
    """At an online event nobody needs a table, whatever they said of how they take part."""
    return Person(
        id=key_of(registration.pk),
        languages=frozenset(registration.languages),
        attends=frozenset(registration.attends) if registration.attends else None,
        most=registration.most,
        online=event.mode == EventMode.ONLINE or registration.attending == Attending.ONLINE,
        seated=registration.stays_seated,
        topics=topics,
        seats=event.group_size if registration.side == Side.MENTOR else 1,
    )


def read_wishes(event: Event, registrations: Collection[int]) -> dict[Pair, PlannedWish]:
    wishes = Wish.objects.filter(event=event).values_list("by", "about", "kind")
    return {
        (key_of(by), key_of(about)): PlannedWish(kind)
        for by, about, kind in wishes
        if by in registrations and about in registrations
    }


def write_pair(event: Event, sides: Mapping[int, str], one: int, other: int) -> Pair:
    """As the planner writes a pair: the mentee first; among equals the lower key, compared as texts."""
    keys = key_of(one), key_of(other)
    if event.is_for_equals:
        return min(keys), max(keys)
    return keys if sides.get(one) == Side.MENTEE else (keys[1], keys[0])


def list_pairs(event: Event, mentees: Sequence[Registration], mentors: Sequence[Registration]) -> Iterator[Pair]:
    """All who could meet, were there no rule."""
    if event.is_for_equals:
        return combinations(sorted(key_of(one.pk) for one in mentees), 2)
    return product([key_of(one.pk) for one in mentees], [key_of(one.pk) for one in mentors])


def read_apart(
    event: Event, mentees: Sequence[Registration], mentors: Sequence[Registration]
) -> tuple[set[Pair], set[Pair]]:
    """Who must not meet: those whom the team keeps apart, and those who don’t meet at all. And the mentees among them
    who must not sit in one pod."""
    people = (*mentees, *mentors)
    sides = {one.pk: one.side for one in people}
    apart = set(Pairing.objects.filter(event=event, is_apart=True).values_list("one", "other"))
    by_person = {one.person_id: one.pk for one in people}
    beside: set[Pair] = set()
    for low, high in pairs_apart(by_person, now=Now()):
        pair = by_person[low], by_person[high]
        of_sides = {sides[one] for one in pair}
        if event.is_for_equals or len(of_sides) > 1:
            apart.add(pair)
        elif event.has_pods and of_sides == {Side.MENTEE}:
            one, other = sorted(map(key_of, pair))
            beside.add((one, other))
    return {write_pair(event, sides, *pair) for pair in apart}, beside


def weigh_topics(pairs: Iterable[Pair], topics: Mapping[int, frozenset[str]]) -> dict[Pair, int]:
    """How well the second one's topics cover the first one's, from 0 to 100; nothing for pairs that share none."""
    known = {key_of(pk): names for pk, names in topics.items()}
    return {
        (one, other): round(FULL_FIT * len(shared) / len(known[one]))
        for one, other in pairs
        if (shared := known[one] & known[other])
    }


def to_meetings(rows: Iterable[Sequence[int | None]]) -> list[Meeting]:
    """The meetings of a stored plan, as the planner takes them."""
    return [
        Meeting(int(number or 0), str(mentee), str(mentor), None if table is None else str(table))
        for mentee, mentor, number, table in rows
    ]


def to_rows(meetings: Iterable[Meeting]) -> list[Row]:
    """In the order of rounds and people, so that equal plans are stored equal."""
    rows: list[Row] = [
        (int(one.mentee), int(one.mentor), one.round, int(one.table) if one.table else None) for one in meetings
    ]
    return sorted(rows, key=lambda row: (row[2], row[0], row[1]))
