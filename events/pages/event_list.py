"""What the list of events shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, Q, Subquery

from accounts.models import User
from events.models import Event, Place, Registration, RegistrationState

MOST_AHEAD, MOST_PAST = 50, 12


@dataclass(frozen=True, slots=True)
class EventRow:
    event: Event
    total: int
    taken: int
    # The reader's own part, if they have one.
    state: str

    @property
    def free(self) -> int:
        return max(self.total - self.taken, 0)

    @property
    def is_in(self) -> bool:
        return self.state == RegistrationState.IN

    @property
    def is_waiting(self) -> bool:
        return self.state == RegistrationState.WAITING

    @property
    def is_invited(self) -> bool:
        return self.state == RegistrationState.INVITED


@dataclass(frozen=True, slots=True)
class EventList:
    ahead: Sequence[EventRow]
    past: Sequence[EventRow]
    drafts: Sequence[EventRow]
    may_create: bool


def list_events(person: User | None, *, now: datetime) -> EventList:
    visible = Event.objects.visible_to(person)
    drafts = list(visible.filter(state="draft").order_by("during", "pk")[:MOST_AHEAD]) if person else []
    ahead, past = list(visible.upcoming(now)[:MOST_AHEAD]), list(visible.past()[:MOST_PAST])
    figures = _count([*drafts, *ahead, *past])
    states = {}
    if person:
        own = Registration.objects.of(person).filter(event__in=[*drafts, *ahead, *past])
        states = dict(own.values_list("event_id", "state"))

    def rows(events: Sequence[Event]) -> list[EventRow]:
        return [EventRow(event, *figures.get(event.pk, (0, 0)), states.get(event.pk, "")) for event in events]

    return EventList(rows(ahead), rows(past), rows(drafts), person is not None and person.is_staff)


def _count(events: Sequence[Event]) -> dict[int, tuple[int, int]]:
    """Places in all, and taken, on the side of mentees (or guests): what a visitor wants to know."""
    places = Place.objects.filter(event=OuterRef("pk")).exclude(side="mentor").order_by()
    total = places.values("event").annotate(count=Count("pk")).values("count")
    counted = Event.objects.filter(pk__in=[event.pk for event in events]).annotate(
        total=Subquery(total),
        taken=Count("registrations", filter=Q(registrations__state="in") & ~Q(registrations__side="mentor")),
    )
    return {event.pk: (event.total or 0, event.taken) for event in counted}
