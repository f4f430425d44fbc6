"""A small event that begins in a few minutes, to run an evening with: planned, published, and with people signed up."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from accounts.models import User
from common.mail.rendering import absolute_url
from events.live.presence import check_in
from events.models import Event, Registration, Shape, Side
from events.models.states import AHEAD
from events.registering.managing import cancel_event

from .accounts import PASSWORD
from .events import EventWriter
from .people import DOMAIN

TITLE = "Try an evening"
MENTORS, MENTEES = 4, 8
BEGINS_IN = timedelta(minutes=10)
SHORT = Shape(rounds=4, minutes=5, change=1)
# Those that everyone knows come first, if they have nothing else then.
KNOWN = {Side.MENTOR: ("priya", "tomas"), Side.MENTEE: ("sam",)}


class NobodyFreeError(Exception):
    """Too few invented people have nothing else in the next hour."""


class EveningWriter(EventWriter):
    @transaction.atomic
    def write_evening(self, *, is_live: bool) -> Event:
        """Made, filled, planned and published. `is_live`: everyone is there too, so that Maria only has to start."""
        self.cancel_earlier()
        event = self.make_small()
        for side, names in KNOWN.items():
            for name in names:
                self.come(event, User.objects.get(email=f"{name}@{DOMAIN}"), side)
        self.fill(event, mentees=MENTEES, mentors=MENTORS)
        for side, fewest in ((Side.MENTOR, 2), (Side.MENTEE, 2)):
            if event.registrations.who_are_in().on(side).count() < fewest:
                raise NobodyFreeError
        self.wish(event)
        self.publish(event)
        if is_live:
            for registration in event.registrations.who_are_in().order_by("pk"):
                check_in(registration=registration, by=self.maria, now=self.now)
        event.refresh_from_db()
        return event

    def cancel_earlier(self) -> None:
        """One at a time, so that the same people are free again."""
        for event in Event.objects.filter(title=TITLE, by=self.maria, state__in=AHEAD):
            cancel_event(event=event, reason="A newer one has been made.", now=self.now)

    def make_small(self) -> Event:
        start = (self.now + BEGINS_IN).replace(second=0, microsecond=0)
        return self.make(TITLE, start, mentees=MENTEES + 2, mentors=MENTORS + 1, closes=timedelta(), shape=SHORT)


@dataclass(frozen=True, slots=True)
class Guest:
    email: str
    name: str
    side: str


def list_guests(event: Event) -> Iterator[Guest]:
    coming = Registration.objects.who_are_in().filter(event=event).select_related("person")
    for one in coming.order_by("-side", "pk"):
        yield Guest(one.person.email, one.board_name, str(Side(one.side).label))


def describe_evening(event: Event) -> str:
    """Where to look, and whom to sign in as."""
    guests = list(list_guests(event))
    width = max(len(guest.email) for guest in guests)
    pages = {
        "For everyone": absolute_url("event", event.slug),
        "Organiser's desk": absolute_url("event_desk", event.slug),
        "A guest's page": absolute_url("event_now", event.slug),
        "Board": absolute_url("event_board", event.board_key),
    }
    return "\n".join(
        [
            f"{event.title} begins at {event.start:%H:%M} UTC and has {event.rounds_count} rounds.",
            "",
            *(f"{name + ':':18} {address}" for name, address in pages.items()),
            "",
            f"Password of all: {PASSWORD}",
            f"{f'maria@{DOMAIN}':{width}}  Organiser: starts the clock at the desk",
            *(f"{guest.email:{width}}  {guest.side}, {guest.name}" for guest in guests),
        ]
    )
