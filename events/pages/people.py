"""The list of people of one event, for its team."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from events.models import Event, Registration, RegistrationState, Side
from events.models.states import NOT_ENDED
from events.registering.figures import Expected, expected_after_absence, expected_meetings
from events.registering.places import PlaceCount, count_places


@dataclass(frozen=True, slots=True)
class SideOfPeople:
    count: PlaceCount
    inside: Sequence[Registration]
    waiting: Sequence[Registration]
    invited: Sequence[Registration]

    @property
    def label(self) -> str:
        words = {Side.MENTEE: _("Mentees"), Side.MENTOR: _("Mentors"), Side.GUEST: _("Guests")}
        return words[self.count.side]


@dataclass(frozen=True, slots=True)
class People:
    sides: Sequence[SideOfPeople]
    # Meetings of each mentee if all places are taken and everyone comes, and if some stay away.
    all_come: Expected | None
    some_stay_away: Expected | None

    @property
    def told(self) -> int:
        """How many people are told of a change or a cancellation."""
        return sum(len(side.inside) + len(side.waiting) + len(side.invited) for side in self.sides)


def list_people(event: Event, *, now: datetime) -> People:
    counts = count_places(event, now)
    known = Registration.objects.filter(event=event, state__in=NOT_ENDED).select_related("person")
    registrations = list(known.order_by("waiting_since", "board_name", "pk"))

    def of(side: str, state: str) -> list[Registration]:
        return [one for one in registrations if one.side == side and one.state == state]

    sides = [
        SideOfPeople(
            counts[side],
            of(side, RegistrationState.IN),
            of(side, RegistrationState.WAITING),
            of(side, RegistrationState.INVITED),
        )
        for side in event.sides
    ]
    figures = {
        "mentees": counts[Side.MENTEE].total if Side.MENTEE in counts else 0,
        "mentors": counts[Side.MENTOR].total if Side.MENTOR in counts else 0,
        "rounds": event.rounds_count,
        "group_size": event.group_size,
    }
    if not event.has_rounds or Side.MENTOR not in counts:
        return People(sides, None, None)
    return People(sides, expected_meetings(**figures), expected_after_absence(**figures))
