"""What the code at the door, or the one on a person's card, shows to the person who reads it."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from events.live.evening import Standing, standing_of_one
from events.live.presence import DOORS_OPEN, doors_open_at
from events.models import Event, Registration
from events.models.states import RUNS

# Staff are in the team of every event.
MOST_NAMED = 3


@dataclass(frozen=True)
class DoorPage:
    registration: Registration
    reader: User
    now: datetime

    @property
    def event(self) -> Event:
        return self.registration.event

    @property
    def is_own(self) -> bool:
        return self.registration.person_id == self.reader.pk

    @cached_property
    def is_here(self) -> bool:
        return standing_of_one(self.registration) == Standing.HERE

    @property
    def runs(self) -> bool:
        return self.event.state in RUNS and self.registration.is_in

    @property
    def doors_open(self) -> datetime:
        return doors_open_at(self.event)

    @property
    def is_open(self) -> bool:
        return self.runs and self.now >= self.doors_open

    @cached_property
    def places_now(self) -> list[Registration]:
        """Where else this person has a place now. The desk is told of its own events only."""
        others = Registration.objects.who_are_in().filter(person=self.registration.person_id, event__in=self._on_now)
        if not self.is_own:
            others = others.filter(event__in=Event.objects.run_by(self.reader))
        return list(others.select_related("event").order_by("event__during", "pk")[:MOST_NAMED])

    @cached_property
    def desks_now(self) -> list[Event]:
        """The events on now at whose desk the reader may sit, where this person isn't known to have a place."""
        if self.is_own or self.places_now:
            return []
        return list(Event.objects.run_by(self.reader).filter(pk__in=self._on_now).order_by("during", "pk")[:MOST_NAMED])

    @property
    def is_elsewhere(self) -> bool:
        """A code for another day than the reader thinks: something else is on now."""
        return not self.is_open and bool(self.places_now or self.desks_now)

    @property
    def _on_now(self) -> QuerySet[Event, Any]:
        on_now = Event.objects.filter(state__in=RUNS, during__startswith__lte=self.now + DOORS_OPEN)
        return on_now.exclude(pk=self.event.pk).values("pk")
