"""What the page of an event's plans shows to its organisers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import groupby

from events.locks import is_called
from events.models import Event, EventMode, EventTable, Plan, PlanState, Registration
from events.models.plans import UNREADY
from events.planning.plans import facts_of

from .proof_line import proof_lines

MOST_PLANS = 10


@dataclass(frozen=True, slots=True)
class PlannedMeeting:
    mentee: Registration
    mentor: Registration
    table: str
    table_number: int
    is_locked: bool

    @property
    def key(self) -> str:
        return f"{self.mentee.pk}-{self.mentor.pk}"


@dataclass(frozen=True, slots=True)
class PlannedRound:
    number: int
    start: datetime
    end: datetime
    meetings: Sequence[PlannedMeeting]

    @property
    def at_tables(self) -> list[tuple[str, str, str]]:
        """For each table who sits there: those who come to it, by name, and the mentor or the other one."""
        return [(table, names, host) for (_number, table), names, host in self.at_places]

    @property
    def at_places(self) -> list[tuple[tuple[int, str], str, str]]:
        """The same with each table's number before its name."""
        groups = groupby(sorted(self.meetings, key=host_of), key=host_of)
        return [
            (place, ", ".join(one.mentee.board_name for one in group), name) for (place, _pk, name), group in groups
        ]


def host_of(meeting: PlannedMeeting) -> tuple[tuple[int, str], int, str]:
    return (meeting.table_number, meeting.table), meeting.mentor.pk, meeting.mentor.board_name


@dataclass(frozen=True)
class PlanPage:
    event: Event
    now: datetime
    shown_number: int | None = None

    @cached_property
    def plans(self) -> list[Plan]:
        """The newest, without what stands in them: the page asks for them again and again while a plan is made."""
        plans = Plan.objects.whole().filter(event=self.event).defer("meetings", "locks", "proof")
        return list(plans[:MOST_PLANS])

    @property
    def ready(self) -> list[Plan]:
        return [plan for plan in self.plans if plan.state not in UNREADY]

    @cached_property
    def asked(self) -> Plan | None:
        return next((plan for plan in self.plans if plan.state == PlanState.ASKED), None)

    @cached_property
    def failed(self) -> Plan | None:
        """The newest plan, if it failed."""
        newest = self.plans[0] if self.plans else None
        return newest if newest and newest.state == PlanState.FAILED else None

    @cached_property
    def shown(self) -> Plan | None:
        """The plan that was chosen, else the newest that is ready."""
        number = self.shown_number
        if number is None:
            if not self.ready:
                return None
            number = self.ready[0].number
        known = Plan.objects.whole().filter(event=self.event, number=number).exclude(state__in=UNREADY)
        return known.select_related("event").first()

    @cached_property
    def published(self) -> Plan | None:
        return Plan.objects.filter(event=self.event, state=PlanState.PUBLISHED).first()

    @property
    def is_newest(self) -> bool:
        return bool(self.ready) and self.shown is not None and self.ready[0].pk == self.shown.pk

    @cached_property
    def can_plan(self) -> bool:
        return self.event.takes_changes(self.now) and not is_called(self.event)

    @property
    def can_publish(self) -> bool:
        return self.can_plan and self.shown is not None and self.shown.state != PlanState.PUBLISHED

    @property
    def is_outdated(self) -> bool:
        """People or wishes have changed since the plan was made."""
        return self.shown is not None and self.can_plan and facts_of(self.shown).mark != self.shown.made_from

    @cached_property
    def lacks_screens(self) -> bool:
        """Some are online and some on site, and no table has a screen: then these never meet."""
        if self.event.mode != EventMode.MIXED or not self.can_plan:
            return False
        if EventTable.objects.filter(event=self.event, has_screen=True).exists():
            return False
        inside = [one.attending for one in self.registrations.values() if one.is_in]
        return len(set(inside)) > 1

    @property
    def lines(self) -> list[str]:
        return proof_lines(self.shown) if self.shown else []

    @cached_property
    def registrations(self) -> dict[int, Registration]:
        return people_of(self.event)

    @cached_property
    def rounds(self) -> list[PlannedRound]:
        return plan_rounds(self.shown, self.registrations) if self.shown else []

    @cached_property
    def without(self) -> list[Registration]:
        """Who has no meeting at all in the plan."""
        if self.shown is None:
            return []
        seated = {person for row in self.shown.meetings for person in row[:2]}
        return [one for one in self.registrations.values() if one.is_in and one.pk not in seated]


def people_of(event: Event) -> dict[int, Registration]:
    return {one.pk: one for one in Registration.objects.filter(event=event).select_related("person").order_by("pk")}


def plan_rounds(plan: Plan, people: Mapping[int, Registration]) -> list[PlannedRound]:
    """The rounds of a plan with who meets whom."""
    event = plan.event
    tables = dict(EventTable.objects.filter(event=event).values_list("number", "name"))
    locked = {(row[0], row[1]) for row in plan.locks}
    return [
        PlannedRound(
            number,
            start,
            end,
            [
                PlannedMeeting(
                    people[mentee],
                    people[mentor],
                    tables.get(table, ""),
                    table or 0,
                    (mentee, mentor) in locked,
                )
                for mentee, mentor, of_round, table in sorted(plan.meetings, key=lambda row: (row[3] or 0, row[0]))
                if of_round == number and mentee in people and mentor in people
            ],
        )
        for number, (start, end) in enumerate(event.shape.spans(event.start), start=1)
    ]
