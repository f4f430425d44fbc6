"""Changing the rest of a timetable so that those with the fewest meetings get more: the desk asks, a worker works it
out beside what filling holes would give, and the desk decides. Rounds that are called never change."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from common.pages.seen import mark_of
from events.errors import EventError, stale_error
from events.locks import touch_event
from events.models import Chair, Event, EventKind, EventTable, Outcome, Pairing, Plan, PlanState
from events.planning.plans import ask_worker, check_pace
from events.planning.problems import Row, key_of, read_facts, to_meetings, to_rows
from events.scheduling.fill import fill_holes
from events.scheduling.problem import Meeting, Problem, count_meetings, stand
from sessions_app.locks import atomic_act

from .evening import Evening, Standing, standings_of
from .running import begin_act
from .seating import fill_rounds, meeting_of, narrow_problem, order_pair, write_meetings

TASK = "events.tasks.rebalance_evenings"


@dataclass(frozen=True, slots=True)
class Remainder:
    """What is left of an evening: the rounds that aren't called, with the people who are here and whom they'd meet."""

    problem: Problem
    meetings: Sequence[Meeting]
    here: frozenset[str]

    @property
    def mark(self) -> str:
        """Changes when someone comes or goes, or meets someone else."""
        rows = sorted((one.round, *one.pair) for one in self.meetings)
        return mark_of(rows, sorted(self.here), sorted(self.problem.met))

    @property
    def promised(self) -> list[Meeting]:
        """The meetings of which both are here."""
        return [one for one in self.meetings if stand(self.problem, one)]

    def fewest(self, meetings: Iterable[Meeting]) -> int:
        """How many meetings those have who have the fewest, in the whole evening: mentees, or guests, who are here."""
        counts = count_meetings(self.problem, meetings)
        return min((counts[one.id] for one in self.problem.mentees if one.id in self.here), default=0)


@dataclass(frozen=True, slots=True)
class Option:
    """What one of the two ways gives. `changed`: how many promised meetings would be with someone else or later."""

    fewest: int
    meetings: int
    changed: int = 0


def first_open(evening: Evening) -> int | None:
    return min((one.number for one in evening.uncalled), default=None)


def may_rebalance(evening: Evening) -> bool:
    """While the clock runs and rounds are left, where one mentor meets one mentee. Elsewhere there is only filling."""
    event = evening.event
    is_paired = event.kind == EventKind.SPEED and not event.has_pods
    return is_paired and evening.is_live and not evening.is_over and first_open(evening) is not None


def read_remainder(evening: Evening) -> Remainder:
    facts, standings = read_facts(evening.event), standings_of(evening.event)
    standing = list(
        Pairing.objects.filter(event=evening.event).that_stand().select_related("round", "table").order_by("pk")
    )
    problem = narrow_problem(facts, evening, standing, standings, only_here=True)
    numbers = {one.number for one in evening.uncalled}
    meetings = [meeting_of(one, problem) for one in standing if one.round and one.round.number in numbers]
    here = frozenset(key_of(key) for key, value in standings.items() if value == Standing.HERE)
    return Remainder(problem, [one for one in meetings if one], here)


def fill_option(rest: Remainder) -> Option:
    kept = rest.promised
    rows = [*kept, *fill_holes(rest.problem, kept)]
    return Option(rest.fewest(rows), len(rows))


def rebalance_option(rest: Remainder, meetings: Sequence[Meeting]) -> Option:
    places = {(one.pair, one.round) for one in meetings}
    changed = sum((one.pair, one.round) not in places for one in rest.promised)
    return Option(rest.fewest(meetings), len(meetings), changed)


@atomic_act
def ask_rebalance(*, event: Event, by: User, now: datetime) -> Plan:
    """Have a worker look for a fairer rest of the evening. Asked twice, it is one.

    Raises EventError: `closed`, `not_possible`, `too_often`.
    """
    evening = begin_act(event, seen=None, now=now)
    if not may_rebalance(evening):
        words = _("There’s nothing to rebalance: the first round hasn’t begun, or all rounds are called.")
        raise EventError("not_possible", words)
    plans = Plan.objects.filter(event=event)
    if asked := plans.filter(state=PlanState.ASKED, first=first_open(evening)).first():
        return asked
    check_pace(event, now)
    # One is worked out at a time, and one that is about fewer rounds by now is of no use.
    plans.filter(state=PlanState.ASKED).update(state=PlanState.FAILED, reason="late")
    plans.of_rest().filter(state=PlanState.PROPOSED).update(state=PlanState.REPLACED)
    return ask_worker(TASK, event=event, first=first_open(evening), by=by, now=now)


def store_options(plan: Plan, rest: Remainder, meetings: Sequence[Meeting], *, now: datetime) -> None:
    """Write what the worker found into a plan that was asked for."""
    plan.meetings = list(to_rows(meetings))
    plan.proof = {"fill": asdict(fill_option(rest)), "rebalance": asdict(rebalance_option(rest, meetings))}
    plan.made_from, plan.solved_at, plan.state = rest.mark, now, PlanState.PROPOSED
    plan.save()


@atomic_act
def use_rebalance(*, event: Event, number: int, now: datetime) -> Event:
    """Put the fairer rest in force. Raises EventError `closed`, `stale` (someone came or went, a round was called)."""
    evening, plan = begin_choice(event, number, now)
    rest = read_remainder(evening)
    if plan.first != first_open(evening) or plan.made_from != rest.mark:
        words = _(
            "People have come or gone since this was worked out, or a round was called. Look for a fairer rest again."
        )
        raise stale_error(words)
    write_rest(evening, rest.problem, [tuple(row) for row in plan.meetings])
    Plan.objects.filter(pk=plan.pk).update(state=PlanState.REPLACED, published_at=now)
    touch_event(evening.event)
    return evening.event


@atomic_act
def keep_and_fill(*, event: Event, number: int, now: datetime) -> Event:
    """Move nobody, and only fill the holes. Raises EventError `closed`, `stale`."""
    evening, plan = begin_choice(event, number, now)
    fill_rounds(evening, evening.uncalled)
    Plan.objects.filter(pk=plan.pk).update(state=PlanState.REPLACED)
    touch_event(evening.event)
    return evening.event


def begin_choice(event: Event, number: int, now: datetime) -> tuple[Evening, Plan]:
    evening = begin_act(event, seen=None, now=now)
    known = Plan.objects.of_rest().filter(event=event, number=number, state=PlanState.PROPOSED)
    plan = known.select_for_update(of=("self",)).first()
    if plan is None:
        raise stale_error(_("This has been decided already. Look at the desk again."))
    return evening, plan


def write_rest(evening: Evening, problem: Problem, rows: Sequence[Row]) -> None:
    """These are the meetings of the rounds that aren't called. Who stays together in a round keeps their row."""
    wanted = {one.pair: one for one in to_meetings(rows)}
    tables = {str(one.number): one for one in EventTable.objects.filter(event=evening.event)}
    planned = Pairing.objects.filter(round__in=evening.uncalled, outcome=Outcome.PLANNED).order_by("pk")
    kept, gone = [], []
    for pairing in planned:
        meeting = wanted.pop(order_pair(problem, key_of(pairing.one_id), key_of(pairing.other_id)), None)
        if meeting is None:
            gone.append(pairing.pk)
            continue
        pairing.round, pairing.table = evening.by_number[meeting.round], tables.get(meeting.table or "")
        kept.append(pairing)
    Pairing.objects.filter(pk__in=gone).update(outcome=Outcome.DROPPED)
    Pairing.objects.bulk_update(kept, ["round", "table"])
    Chair.objects.filter(round__in=evening.uncalled).delete()
    Chair.objects.bulk_create(
        Chair(round=one.round, registration_id=key, table=one.table)
        for one in kept
        for key in (one.one_id, one.other_id)
    )
    write_meetings(evening, problem, wanted.values())
