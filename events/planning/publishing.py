"""A plan becomes the timetable: rounds, pairs and chairs as rows, and everyone is told theirs."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from events.errors import EventError
from events.locks import is_called, lock_event, touch_event
from events.models import Chair, Event, EventState, EventTable, Pairing, Plan, PlanState, Registration, Round
from events.registering.webhooks import EventNews, announce
from events.scheduling.checking import Rule, find_violations
from events.scheduling.fill import fill_holes
from events.scheduling.pods import part_pods
from events.scheduling.problem import Meeting, Problem, Unproven
from sessions_app.locks import atomic_act

from .notices import tell_timetable
from .plans import check_plannable, derive_plan, describe_change, facts_of, violations_of
from .problems import EventFacts, Row, key_of, read_facts, to_meetings, to_rows
from .timetables import reasons_to_store


@atomic_act
def publish_plan(*, plan: Plan, now: datetime) -> Plan:
    """Make this plan the timetable and tell everyone. It closes registration for good.

    Raises EventError: `closed`, `stale` (someone has left, or said otherwise, since the plan was made), `empty`.
    """
    event = lock_event(plan.event_id)
    plan = Plan.objects.select_for_update(of=("self",)).select_related("event").get(pk=plan.pk)
    if plan.state == PlanState.PUBLISHED:
        return plan
    check_plannable(event, now)
    if plan.state not in (PlanState.PROPOSED, PlanState.REPLACED):
        raise EventError("closed", _("Only a plan that’s ready can be published."))
    if not plan.meetings:
        words = _("This plan has no meetings. Invite mentors, or change who is kept apart, then plan again.")
        raise EventError("empty", words)
    facts = facts_of(plan)
    rows: list[Row] = [tuple(row) for row in plan.meetings]
    if violations_of(facts, rows):
        words = _("People have left or changed what they said since this plan was made. Plan again, then publish.")
        raise EventError("outdated", words)
    return put_in_force(plan, facts, rows, now=now)


def put_in_force(plan: Plan, facts: EventFacts, rows: list[Row], *, now: datetime, keeps_rounds: bool = False) -> Plan:
    """Write the rows of a plan of a locked event, and tell everyone for whom anything is different.

    `keeps_rounds`: those that the desk has skipped stay skipped.
    """
    event = facts.event
    before = timetable_of(event)
    Chair.objects.filter(round__event=event).delete()
    Pairing.objects.filter(event=event, is_apart=False).delete()
    if not keeps_rounds:
        write_rounds(event)
    write_pairs(event, facts, rows)
    Plan.objects.filter(event=event, state=PlanState.PUBLISHED).update(state=PlanState.REPLACED)
    Plan.objects.filter(pk=plan.pk).update(state=PlanState.PUBLISHED, published_at=now)
    is_first = event.state != EventState.SCHEDULED
    touch_event(event, state=EventState.SCHEDULED)
    plan.refresh_from_db()
    announce(event, EventNews.PUBLISHED, now=now, plan=plan.number, meetings=len(rows))
    tell_changed(plan, facts, before, is_first=is_first, now=now)
    return plan


def mend_timetable(registration: Registration, now: datetime) -> Plan | None:
    """A person with a timetable doesn't come after all: their partners meet others who are free then. Or someone gets
    the place, and meets who is left. Nobody else moves. None where there is no timetable yet, or a round is called."""
    event = registration.event
    published = Plan.objects.filter(event=event, state=PlanState.PUBLISHED).first()
    if published is None or event.state != EventState.SCHEDULED or is_called(event):
        return None
    published.event = event
    rounds = rounds_left(event)
    rows: list[Row] = [tuple(row) for row in published.meetings if registration.pk not in row[:2] and row[2] in rounds]
    locks = [row for row in published.locks if registration.pk not in row[:2] and row[2] in rounds]
    facts = read_facts(event, locks=[tuple(row) for row in locks])
    kept = without_parted(facts.problem, to_meetings(rows))
    return fill_and_put(published, facts, kept, locks, rounds, now=now)


def rounds_left(event: Event) -> set[int]:
    """The numbers of those that the desk hasn't skipped."""
    return set(Round.objects.filter(event=event, is_skipped=False).values_list("number", flat=True))


def fill_and_put(
    published: Plan,
    facts: EventFacts,
    kept: Sequence[Meeting],
    locks: Sequence[Row],
    rounds: set[int],
    *,
    now: datetime,
) -> Plan:
    """What is left of the published plan, with its holes in these rounds filled, becomes the timetable."""
    rows = to_rows([*kept, *fill_holes(facts.problem, kept, rounds)])
    proof = describe_change(facts.problem, rows, published, Unproven.FILLED)
    plan = derive_plan(published, facts, rows, locks, proof=proof, by=facts.event.by, now=now)
    return put_in_force(plan, facts, rows, now=now, keeps_rounds=True)


def part_timetable(event: Event, *, now: datetime) -> Plan | None:
    """Part pairs who must not meet any more, and let them meet others who are free then. None if there are none."""
    published = Plan.objects.filter(event=event, state=PlanState.PUBLISHED).first()
    if published is None or event.state != EventState.SCHEDULED or is_called(event):
        return None
    published.event = event
    facts = read_facts(event)
    rounds = rounds_left(event)
    meetings = to_meetings(tuple(row) for row in published.meetings if row[2] in rounds)
    kept = without_parted(facts.problem, meetings)
    if len(kept) == len(meetings):
        return None
    left = {tuple(row) for row in to_rows(kept)}
    locks = [row for row in published.locks if tuple(row) in left]
    facts = read_facts(event, locks=[tuple(row) for row in locks])
    return fill_and_put(published, facts, kept, locks, rounds, now=now)


def without_parted(problem: Problem, meetings: list[Meeting]) -> list[Meeting]:
    """But for those of people who must not meet any more, since one of them said so after the timetable was made."""
    parted = {broken.about for broken in find_violations(problem, meetings) if broken.rule == Rule.APART}
    return part_pods(problem, (one for one in meetings if one.pair not in parted))


def write_rounds(event: Event) -> None:
    """The rounds by the event's shape.

    Rounds that are there keep their rows: the log of who has come names them, and a log never changes.
    """
    rounds = [
        Round(event=event, number=number, during=DateTimeTZRange(start, end, "[)"))
        for number, (start, end) in enumerate(event.shape.spans(event.start), start=1)
    ]
    Round.objects.filter(event=event, number__gt=len(rounds)).delete()
    Round.objects.bulk_create(
        rounds,
        update_conflicts=True,
        unique_fields=["event", "number"],
        update_fields=["during", "called_at", "is_skipped"],
    )


def write_pairs(event: Event, facts: EventFacts, rows: list[Row]) -> None:
    rounds = {one.number: one for one in Round.objects.filter(event=event)}
    tables = {one.number: one for one in EventTable.objects.filter(event=event)}
    pairings = []
    chairs = {}
    for mentee, mentor, number, table in rows:
        one, other = sorted((mentee, mentor))
        place = tables[table] if table is not None else None
        why = reasons_to_store(facts.problem, (key_of(mentee), key_of(mentor)))
        pairings.append(Pairing(event=event, one_id=one, other_id=other, round=rounds[number], table=place, why=why))
        for person in (mentee, mentor):
            chairs[number, person] = Chair(round=rounds[number], registration_id=person, table=place)
    Pairing.objects.bulk_create(pairings)
    Chair.objects.bulk_create(chairs.values())


# Of one person: number of the round, whom they meet, and the table's id.
OwnRows = dict[int, set[tuple[int, int, int | None]]]


def timetable_of(event: Event) -> OwnRows:
    """Everyone's meetings as they are stored, by the ids of registrations."""
    own: OwnRows = defaultdict(set)
    pairs = Pairing.objects.filter(event=event).that_stand()
    for number, one, other, table in pairs.values_list("round__number", "one", "other", "table"):
        own[one].add((number, other, table))
        own[other].add((number, one, table))
    return own


def tell_changed(plan: Plan, facts: EventFacts, before: OwnRows, *, is_first: bool, now: datetime) -> None:
    """All are told of the first timetable; later, those whose own has changed."""
    after = timetable_of(plan.event)
    told = [one for key, one in facts.registrations.items() if is_first or before[key] != after[key]]
    tell_timetable(plan, told, is_first=is_first, now=now)
