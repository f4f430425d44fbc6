"""What the list of events shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.roles import may
from accounts.rules.roles import Power
from events.models import Event, EventState, Registration, RegistrationState
from events.models.states import AHEAD, DONE
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
    # Whether people can still register: nobody is offered a place, or the waiting list, that they cannot have.
    is_open: bool

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
    # Where no event is ahead: whether they can look for a mentor instead.
    finds_mentors: bool


def list_events(person: User | None, *, now: datetime) -> EventList:
    """Drafts, what is coming and what is over, each up to so many; read in three statements, however many there are.

    A fourth looks for mentors where nothing is coming.
    """
    own = Registration.objects.filter(event=OuterRef("pk"), person=person).values("state")[:1]
    visible = Event.objects.visible_to(person).annotate(own_state=Coalesce(Subquery(own), Value("")))
    drafts = visible.filter(state=EventState.DRAFT).order_by("during", "pk")[:MOST_AHEAD]
    found = list(drafts.union(visible.upcoming(now)[:MOST_AHEAD], visible.past()[:MOST_PAST], all=True))
    counts = count_places_of(found, now)

    def rows(*states: str) -> list[EventRow]:
        events = sorted((one for one in found if one.state in states), key=lambda one: (one.start, one.pk))
        return [
            EventRow(one, counts[one.pk][one.sides[0]], one.own_state, one.takes_registrations(now)) for one in events
        ]

    is_staff = person is not None and may(person, Power.EVENTS)
    ahead = rows(*AHEAD)
    finds_mentors = not ahead and MentorProfile.objects.found_by(person).exists()
    return EventList(
        ahead, rows(*DONE)[::-1], rows(EventState.DRAFT), is_staff, may_host(person), finds_mentors=finds_mentors
    )


def may_host(person: User | None) -> bool:
    """Whether they are a mentor with a live profile, which the frame of each page has read already."""
    profile: MentorProfile | None = getattr(person, "mentor_profile", None)
    return profile is not None and profile.is_public
