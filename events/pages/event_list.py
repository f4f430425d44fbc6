"""What the list of events shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from events.models import Event, Registration, RegistrationState
from events.registering.places import PlaceCount, count_places_of
from mentors.models import MentorProfile

MOST_AHEAD, MOST_PAST = 50, 12


@dataclass(frozen=True, slots=True)
class EventRow:
    event: Event
    # Places of mentees (or guests): what a visitor wants to know.
    count: PlaceCount
    # The reader's own part, if they have one.
    state: str

    @property
    def total(self) -> int:
        return self.count.total

    @property
    def free(self) -> int:
        return self.count.free

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
    # Mentors with a live profile open their own office hours.
    may_host: bool


def list_events(person: User | None, *, now: datetime) -> EventList:
    visible = Event.objects.visible_to(person)
    drafts = list(visible.filter(state="draft").order_by("during", "pk")[:MOST_AHEAD]) if person else []
    ahead, past = list(visible.upcoming(now)[:MOST_AHEAD]), list(visible.past()[:MOST_PAST])
    counts = count_places_of([*drafts, *ahead, *past], now)
    states = {}
    if person:
        own = Registration.objects.of(person).filter(event__in=[*drafts, *ahead, *past])
        states = dict(own.values_list("event_id", "state"))

    def rows(events: Sequence[Event]) -> list[EventRow]:
        return [EventRow(event, counts[event.pk][event.sides[0]], states.get(event.pk, "")) for event in events]

    may_host = person is not None and MentorProfile.objects.public().filter(person=person).exists()
    return EventList(rows(ahead), rows(past), rows(drafts), person is not None and person.is_staff, may_host)
