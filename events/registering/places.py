"""Places of an event: rows that registrations take, so that they can't be oversold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from events.errors import EventError
from events.models import Event, Place, Registration, RegistrationState, Side


@dataclass(frozen=True, slots=True)
class PlaceCount:
    """`kept`: those that wait for the answer of a person on the waiting list."""

    side: Side
    total: int
    taken: int
    waiting: int
    kept: int

    @property
    def free(self) -> int:
        """Places that a new person can take: those who wait come first."""
        return max(self.total - self.taken - max(self.kept, self.waiting), 0)

    @property
    def open(self) -> int:
        """Places that nobody has and that are kept for nobody."""
        return max(self.total - self.taken - self.kept, 0)


def count_places(event: Event, now: datetime) -> dict[str, PlaceCount]:
    """By side; read in two statements."""
    return count_places_of([event], now)[event.pk]


def count_places_of(events: Sequence[Event], now: datetime) -> dict[int, dict[str, PlaceCount]]:
    """Of several events, by their ids; read in two statements."""
    places = Place.objects.filter(event__in=events).order_by().values_list("event_id", "side")
    totals = {(event, side): total for event, side, total in places.annotate(Count("pk"))}
    people = {
        (event, side): (taken, waiting, kept)
        for event, side, taken, waiting, kept in Registration.objects.filter(event__in=events)
        .values_list("event_id", "side")
        .annotate(
            taken=Count("pk", filter=Q(state=RegistrationState.IN)),
            waiting=Count("pk", filter=Q(state=RegistrationState.WAITING)),
            kept=Count("pk", filter=Q(state=RegistrationState.WAITING, answer_by__gt=now)),
        )
    }
    return {
        event.pk: {
            side: PlaceCount(side, totals.get((event.pk, side), 0), *people.get((event.pk, side), (0, 0, 0)))
            for side in event.sides
        }
        for event in events
    }


def set_places(event: Event, side: str, count: int, *, kept: int = 0) -> None:
    """Give a locked event this many places on one side. `kept`: so many wait for an answer, and count as taken.

    Raises EventError `places_taken` below those that are taken.
    """
    there = Place.objects.filter(event=event, side=side)
    total = there.count()
    if count > total:
        last = there.order_by("-number").values_list("number", flat=True).first() or 0
        Place.objects.bulk_create(
            [Place(event=event, side=side, number=last + number) for number in range(1, count - total + 1)]
        )
    elif count < total:
        free = list(there.free().order_by("-number").values_list("pk", flat=True))
        taken = total - max(len(free) - kept, 0)
        if taken > count:
            words = _("%(taken)d of these places are taken. Keep at least that many, or cancel %(more)d first.")
            raise EventError("places_taken", words % {"taken": taken, "more": taken - count}, field=f"places_{side}")
        Place.objects.filter(pk__in=free[: total - count]).delete()


def take_free_place(event: Event, side: str) -> Place | None:
    """A place that nobody has, for a registration of a locked event."""
    return Place.objects.filter(event=event, side=side).free().order_by("number").first()
