"""Changing a plan by hand: each change is a new plan, so that going back is a press."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from events.errors import EventError, stale_error
from events.locks import lock_event
from events.models import Plan, PlanState
from events.models.plans import UNREADY
from events.scheduling.checking import find_violations
from events.scheduling.problem import Meeting, Pair, Person, Problem, Unproven, Wish
from events.scheduling.tables import assign_tables
from sessions_app.locks import atomic_act

from .plans import check_plannable, derive_plan, describe_change, facts_of
from .problems import EventFacts, Row, to_meetings, to_rows

EDITABLE = (PlanState.PROPOSED, PlanState.PUBLISHED, PlanState.REPLACED)


class Change(StrEnum):
    FREE = "free"
    MOVE = "move"
    SWAP = "swap"
    ADD = "add"
    LOCK = "lock"
    UNLOCK = "unlock"


# These move nobody, so they need no second press.
OF_LOCKS = (Change.LOCK, Change.UNLOCK)


@dataclass(frozen=True, slots=True)
class Edit:
    """What to do with the meeting of `mentee` and `mentor` (ids of registrations).

    `round`: where to move or add it. `other`: the mentee who takes the place, and whose own meeting of that round the
    first one gets.
    """

    change: Change
    mentee: int
    mentor: int
    round: int = 0
    other: int = 0


@dataclass(frozen=True, slots=True)
class Effect:
    """What an edit would bring. `counts`: people whose number of meetings changes, with how many before and after.

    `musts_lost` and `musts_won`: pairs of ids of which one asked for the other.
    """

    rows: Sequence[Row]
    locks: Sequence[Row]
    counts: Sequence[tuple[int, int, int]]
    musts_lost: Sequence[tuple[int, int]]
    musts_won: Sequence[tuple[int, int]]


WORDS = {
    "language": gettext_lazy("They have no language in common."),
    "attendance": gettext_lazy("One of them isn’t there in that round."),
    "most": gettext_lazy("One of them has as many meetings as they want."),
    "once": gettext_lazy("They already meet in another round."),
    "once_a_round": gettext_lazy("One of them already meets someone in that round."),
    "table": gettext_lazy("There’s no table left in that round."),
    "table_once": gettext_lazy("There’s no table left in that round."),
    "screen": gettext_lazy("There’s no table with a screen left in that round."),
    "seated": gettext_lazy("One of them stays at one table, which is taken in that round."),
    "round": gettext_lazy("There’s no such round."),
    "apart": gettext_lazy("They can’t be seated together."),
    "met": gettext_lazy("They can’t be seated together."),
    "known": gettext_lazy("One of them isn’t coming any more."),
}


def preview_edit(plan: Plan, edit: Edit) -> Effect:
    """What the edit would bring, without doing it. Raises EventError with the rule that it would break."""
    return find_effect(plan, facts_of(plan), edit)


def find_effect(plan: Plan, facts: EventFacts, edit: Edit) -> Effect:
    before = to_meetings(plan.meetings)
    locks: list[Row] = [tuple(row) for row in plan.locks]
    if edit.change in OF_LOCKS:
        return Effect(to_rows(before), change_locks(before, locks, edit), (), (), ())
    after = change_meetings(facts.problem, before, edit)
    if broken := find_violations(facts.problem, after):
        rule = str(broken[0].rule)
        raise EventError(rule, str(WORDS.get(rule, _("This change would break a rule of the timetable."))))
    counted = [Counter(person for one in rows for person in one.pair) for rows in (before, after)]
    changed = sorted(set(counted[0]) | set(counted[1]), key=int)
    musts = find_musts(facts.problem)
    pairs = [{one.pair for one in rows} & musts for rows in (before, after)]
    kept = {one.pair for one in after}
    return Effect(
        to_rows(after),
        [row for row in locks if (str(row[0]), str(row[1])) in kept],
        [(int(key), counted[0][key], counted[1][key]) for key in changed if counted[0][key] != counted[1][key]],
        [as_ids(pair) for pair in sorted(pairs[0] - pairs[1])],
        [as_ids(pair) for pair in sorted(pairs[1] - pairs[0])],
    )


def find_musts(problem: Problem) -> set[Pair]:
    """Pairs of which a mentee, or among equals one of the two, must meet the other."""
    if problem.anyone:
        return {(min(pair), max(pair)) for pair, wish in problem.wishes.items() if wish == Wish.MUST}
    return {(mentee, mentor) for mentee, asked in problem.must_pairs.items() for mentor in asked}


def as_ids(pair: tuple[str, str]) -> tuple[int, int]:
    return int(pair[0]), int(pair[1])


def change_meetings(problem: Problem, meetings: list[Meeting], edit: Edit) -> list[Meeting]:
    """The meetings as the edit leaves them. Only those that it touches change tables, if that is possible."""
    mentee, mentor = str(edit.mentee), str(edit.mentor)
    found = next((one for one in meetings if one.pair == (mentee, mentor)), None)
    if edit.change == Change.ADD:
        return seat(problem, [*meetings, Meeting(edit.round, mentee, mentor)], {(mentee, mentor)})
    if found is None:
        raise stale_error(_("This meeting isn’t in the plan any more. Look at the newest plan."))
    others = [one for one in meetings if one is not found]
    if edit.change == Change.FREE:
        return others
    if (edit.change == Change.MOVE and edit.round == found.round) or str(edit.other) in found.pair:
        return meetings
    if edit.change == Change.MOVE:
        return seat(problem, [*others, replace(found, round=edit.round, table=None)], {found.pair})
    swapped = swap(problem, others, found, str(edit.other))
    return seat(problem, swapped, {one.pair for one in swapped if one not in meetings})


def swap(problem: Problem, others: list[Meeting], found: Meeting, other: str) -> list[Meeting]:
    """`other` takes the mentee's place; the mentee gets the meeting that `other` has in that round, if there is one."""
    theirs = next((one for one in others if other in one.pair and one.round == found.round), None)
    rest = [one for one in others if one is not theirs]
    swapped = [pair_up(problem, found, other, found.mentor)]
    if theirs:
        partner = theirs.mentor if theirs.mentee == other else theirs.mentee
        swapped.append(pair_up(problem, theirs, found.mentee, partner))
    return [*rest, *swapped]


def pair_up(problem: Problem, meeting: Meeting, one: str, other: str) -> Meeting:
    """The meeting, with these two in it."""
    pair = (min(one, other), max(one, other)) if problem.anyone else (one, other)
    return replace(meeting, mentee=pair[0], mentor=pair[1])


def seat(problem: Problem, meetings: list[Meeting], changed: set[Pair]) -> list[Meeting]:
    """Tables for the meetings of these pairs. All others keep theirs, unless no table is left in that round.

    Where someone isn't known any more, nothing is done: that is found afterwards.
    """
    if any(key not in problem.people for one in meetings for key in one.pair):
        return meetings
    problem = with_places(problem, meetings)
    if not find_unseated(problem, meetings):
        return meetings
    cleared = [replace(one, table=None) if one.pair in changed else one for one in meetings]
    seated = assign_tables(problem, cleared)
    rounds = find_unseated(problem, seated)
    return assign_tables(problem, [replace(one, table=None) if one.round in rounds else one for one in seated])


def find_unseated(problem: Problem, meetings: list[Meeting]) -> set[int]:
    """The rounds in which a meeting has no table, or one that doesn't suit it."""
    wrong: set[int] = set()
    taken: set[tuple[int, str, str]] = set()
    screens = {table.id for table in problem.tables if table.screen}
    for one in meetings:
        homes = {problem.homes[key].id for key in one.pair if key in problem.homes}
        place = (one.round, one.table or "", one.mentor if problem.has_pods else "")
        lacks = problem.needs_table(*one.pair) and one.table is None
        needs_other = bool(homes) and one.table not in homes
        no_screen = problem.needs_screen(*one.pair) and one.table not in screens
        if lacks or needs_other or no_screen or (one.table and not problem.has_pods and place in taken):
            wrong.add(one.round)
        taken.add(place)
    return wrong


def with_places(problem: Problem, meetings: list[Meeting]) -> Problem:
    """The problem, in which people who stay at one table have the one of these meetings."""
    known = {key: one.table for one in reversed(meetings) if one.table for key in one.pair}

    def place(person: Person) -> Person:
        stays = person.seated or person.seats > 1
        return replace(person, table=known.get(person.id, person.table)) if stays else person

    return replace(problem, mentees=tuple(map(place, problem.mentees)), mentors=tuple(map(place, problem.mentors)))


def change_locks(meetings: list[Meeting], locks: list[Row], edit: Edit) -> list[Row]:
    others = [row for row in locks if (row[0], row[1]) != (edit.mentee, edit.mentor)]
    if edit.change == Change.UNLOCK:
        return others
    kept = [row for row in to_rows(meetings) if (row[0], row[1]) == (edit.mentee, edit.mentor)]
    return [*others, *kept]


def check_editable(plan: Plan, now: datetime) -> None:
    """Whether this plan is the newest of an event that can still be planned. Raises EventError `stale`, `closed`."""
    check_plannable(plan.event, now)
    newest = Plan.objects.whole().filter(event=plan.event).exclude(state__in=UNREADY).first()
    if newest is None or newest.pk != plan.pk or plan.state not in EDITABLE:
        raise stale_error(_("There’s a newer plan. Look at it, then make your change there."))


def is_editable(plan: Plan, now: datetime) -> bool:
    try:
        check_editable(plan, now)
    except EventError:
        return False
    return True


@atomic_act
def edit_plan(*, plan: Plan, edit: Edit, by: User, now: datetime) -> Plan:
    """A new plan, which is the given one with one change. Raises EventError `stale`, `closed`, or a broken rule's."""
    lock_event(plan.event_id)
    plan = Plan.objects.select_related("event").get(pk=plan.pk)
    check_editable(plan, now)
    facts = facts_of(plan)
    effect = find_effect(plan, facts, edit)
    proof = describe_change(facts.problem, effect.rows, plan, Unproven.BY_HAND)
    return derive_plan(plan, facts, effect.rows, effect.locks, proof=proof, by=by, now=now)


@atomic_act
def use_plan_again(*, plan: Plan, by: User, now: datetime) -> Plan:
    """Go back to an earlier plan: a new one with what stands in it. Raises EventError `closed` or a broken rule's."""
    event = lock_event(plan.event_id)
    check_plannable(event, now)
    plan.refresh_from_db()
    if plan.state not in EDITABLE:
        raise EventError("closed", _("There’s nothing in this plan to go back to. Choose another one."))
    facts = facts_of(plan)
    if broken := find_violations(facts.problem, to_meetings(plan.meetings)):
        rule = str(broken[0].rule)
        raise EventError(rule, str(WORDS.get(rule, _("This plan would break a rule of the timetable by now."))))
    return derive_plan(plan, facts, plan.meetings, plan.locks, proof=plan.proof, by=by, now=now)
