"""Asking for a plan, and making it in a worker."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from events.errors import EventError
from events.locks import is_called, lock_event
from events.models import Event, EventMode, EventTable, Plan, PlanState, Registration, Side
from events.models.states import BEFORE_START
from events.scheduling.checking import find_violations
from events.scheduling.problem import Plan as PlannedTimetable
from events.scheduling.problem import Problem, Unproven, count_meetings
from events.scheduling.proof import make_proof
from notifications.hints import wake_worker
from sessions_app.locks import atomic_act

from .problems import EventFacts, Row, read_facts, to_meetings, to_rows

MOST_AN_HOUR = 30
TASK = "events.tasks.solve_plans"
MOST_TABLES = 300


@atomic_act
def ask_plan(*, event: Event, by: User, now: datetime, locks: Iterable[Row] = ()) -> Plan:
    """Have a worker plan this event. `locks`: meetings that must stay. Asked twice, it is one plan.

    Raises EventError `closed`, `wrong_kind`, `too_often`.
    """
    event = lock_event(event)
    if asked := Plan.objects.whole().filter(event=event, state=PlanState.ASKED).first():
        return asked
    check_plannable(event, now)
    check_pace(event, now)
    make_tables(event)
    return ask_worker(TASK, event=event, locks=list(locks), by=by, now=now)


def check_pace(event: Event, now: datetime) -> None:
    """Raises EventError `too_often`."""
    lately = Plan.objects.filter(event=event, asked_at__gt=now - timedelta(hours=1)).count()
    if lately >= MOST_AN_HOUR:
        words = _("There have been %(count)d plans within an hour. Wait a while, then ask for another.")
        raise EventError("too_often", words % {"count": lately}, wait=timedelta(minutes=10))


def ask_worker(task: str, *, event: Event, by: User, now: datetime, **fields: Any) -> Plan:
    """A plan of this locked event that a worker is to make, which is told so once that is committed."""
    number = next_number(event)
    plan = Plan.objects.create(event=event, number=number, state=PlanState.ASKED, by=by, asked_at=now, **fields)
    transaction.on_commit(lambda: wake_worker(task), robust=True)
    return plan


def check_plannable(event: Event, now: datetime) -> None:
    if not event.has_rounds:
        raise EventError("wrong_kind", _("Office hours have no timetable: everyone meets in one call."))
    if event.state not in BEFORE_START or event.start <= now or is_called(event):
        raise EventError("closed", _("A timetable can only be planned before the event begins."))


def next_number(event: Event) -> int:
    last = Plan.objects.filter(event=event).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def make_tables(event: Event) -> None:
    """As many as there can be meetings at once, until the organisers say which there are. Online there are none."""
    known = EventTable.objects.filter(event=event)
    if event.mode == EventMode.ONLINE or known.filter(is_ours=False).exists():
        return
    inside = Registration.objects.who_are_in().filter(event=event)
    count = inside.count() // 2 if event.is_for_equals else inside.filter(side=Side.MENTOR).count()
    EventTable.objects.bulk_create(
        EventTable(event=event, number=number, name=_("Table %(number)d") % {"number": number}, is_ours=True)
        for number in range(known.count() + 1, min(count, MOST_TABLES) + 1)
    )


def describe_proof(problem: Problem, planned: PlannedTimetable) -> dict[str, Any]:
    """What is stored of a plan's proof, with the recount by code that shares nothing with the planner."""
    proof = asdict(planned.proof) | {"is_proven": planned.proof.is_proven}
    counts = planned.counts
    return proof | {
        "mentees": count_range([counts[one.id] for one in problem.mentees]),
        "mentors": count_range([counts[one.id] for one in problem.mentors]),
        "violations": [str(one.rule) for one in find_violations(problem, planned.meetings)],
        "left_locks": len(planned.left_locks),
    }


def describe_change(problem: Problem, rows: Iterable[Row], parent: Plan, why_not: Unproven) -> dict[str, Any]:
    """The same of a plan that was made from a proven one: it is valid, but no longer what was proven."""
    meetings = to_meetings(rows)
    proof = make_proof(problem, meetings, why_not=why_not, most_meetings=parent.proof.get("most_meetings"))
    return describe_proof(problem, PlannedTimetable(tuple(meetings), count_meetings(problem, meetings), proof))


def derive_plan(
    parent: Plan,
    facts: EventFacts,
    rows: Iterable[Row],
    locks: Iterable[Row],
    *,
    proof: dict[str, Any],
    by: User,
    now: datetime,
) -> Plan:
    """A plan that is ready at once, since it was made from another one of this locked event."""
    return Plan.objects.create(
        event=parent.event,
        number=next_number(parent.event),
        parent=parent,
        state=PlanState.PROPOSED,
        meetings=list(rows),
        locks=list(locks),
        proof=proof,
        made_from=facts.mark,
        by=by,
        asked_at=now,
        solved_at=now,
    )


def count_range(counts: list[int]) -> list[int]:
    """How many there are, and the fewest and most meetings that any of them has."""
    return [len(counts), min(counts, default=0), max(counts, default=0)]


def store_plan(plan: Plan, facts: EventFacts, planned: PlannedTimetable, *, now: datetime) -> Plan:
    """Write what was found into a plan that was asked for."""
    plan.meetings, plan.proof = list(to_rows(planned.meetings)), describe_proof(facts.problem, planned)
    plan.made_from, plan.solved_at = facts.mark, now
    plan.state = PlanState.PROPOSED
    if plan.proof["violations"]:
        plan.state, plan.reason = PlanState.FAILED, ", ".join(sorted(set(plan.proof["violations"])))
    plan.save()
    return plan


def facts_of(plan: Plan) -> EventFacts:
    return read_facts(plan.event, locks=[tuple(row) for row in plan.locks])


def violations_of(facts: EventFacts, rows: Iterable[Row]) -> list[str]:
    return [str(one.rule) for one in find_violations(facts.problem, to_meetings(rows))]
