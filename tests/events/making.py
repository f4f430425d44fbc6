"""Events by way of the services, as organisers and guests make them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import User
from events.models import (
    Chair,
    Event,
    EventKind,
    EventMode,
    EventState,
    EventTable,
    Pairing,
    Registration,
    Round,
    Side,
)
from events.registering.acts import register
from events.registering.inputs import RegistrationInput
from events.registering.managing import EventInput, create_event, open_event
from tests.conftest import NOW, at, make_mentor, make_person

# A Thursday evening in Stockholm, nine days from NOW.
EVENING = at("2026-12-03 17:00")


def make_said(**fields) -> EventInput:
    start = fields.get("start", EVENING)
    usual = {
        "kind": EventKind.SPEED,
        "title": "First jobs",
        "start": start,
        "timezone": "Europe/Stockholm",
        "mode": EventMode.ON_SITE,
        "place": "Kulturhuset",
        "registration_until": start - timedelta(hours=2),
        "wishes_until": start - timedelta(hours=2),
        "places": {Side.MENTEE: 2, Side.MENTOR: 2},
        "rounds_count": 3,
        "round_minutes": 10,
        "change_minutes": 2,
    }
    return EventInput(**usual | fields)


def make_event(by: User, *, is_open: bool = True, now: datetime = NOW, **fields) -> Event:
    event = create_event(said=make_said(**fields), by=by)
    return open_event(event=event, now=now) if is_open else event


def come(event: Event, person: User, *, side: str = Side.MENTEE, now: datetime = NOW, **said) -> Registration:
    words = {"question": "Which offer do I take?"} if side == Side.MENTEE else {}
    said = RegistrationInput(**{"board_name": person.first_name, "languages": ["en"]} | words | said)
    return register(event=event, person=person, side=side, said=said, now=now)


def make_guests(count: int) -> list[User]:
    return [make_person(f"guest{number}@example.org", f"Guest {number}") for number in range(1, count + 1)]


# Who meets whom: two registrations, the number of the round, and the number of the table.
Seat = tuple[Registration, Registration, int, int | None]


def publish_rows(event: Event, meetings: list[Seat], *, tables: int = 4) -> dict[int, Round]:
    """The timetable as publishing a plan leaves it: rounds by the event's shape, pairs, and chairs."""
    places = {
        number: EventTable.objects.create(event=event, number=number, name=f"Table {number}")
        for number in range(1, tables + 1)
    }
    rounds = {
        number: Round.objects.create(event=event, number=number, during=(start, end))
        for number, (start, end) in enumerate(event.shape.spans(event.start), start=1)
    }
    for one, other, number, table in meetings:
        first, second = sorted((one, other), key=lambda registration: registration.pk)
        place = places.get(table)
        Pairing.objects.create(event=event, one=first, other=second, round=rounds[number], table=place, why=["topic"])
        for person in (one, other):
            Chair.objects.get_or_create(round=rounds[number], registration=person, defaults={"table": place})
    Event.objects.filter(pk=event.pk).update(state=EventState.SCHEDULED)
    event.refresh_from_db()
    return rounds


def make_evening(by: User, *, mentees: int = 3, mentors: int = 2, now: datetime = NOW, **fields) -> "MadeEvening":
    """A published event whose mentees rotate past the mentors, each pair once; who finds no mentor is free."""
    places = {Side.MENTEE: mentees, Side.MENTOR: mentors}
    event = make_event(by, places=places, now=now, **fields)
    come_as = {Side.MENTEE: [], Side.MENTOR: []}
    for side, count in places.items():
        for number in range(1, count + 1):
            person = make_person(f"{side}{number}@example.org", f"{side.title()} {number}")
            if side == Side.MENTOR:
                make_mentor(person)
            said = {"board_name": f"{side.title()} {number}"}
            come_as[side].append(come(event, person, side=side, now=now, **said))
    slots = max(mentees, mentors)
    meetings = [
        (come_as[Side.MENTEE][(table + number) % slots], mentor, number, table)
        for number in range(1, min(event.rounds_count, slots) + 1)
        for table, mentor in enumerate(come_as[Side.MENTOR], start=1)
        if (table + number) % slots < mentees
    ]
    rounds = publish_rows(event, meetings, tables=mentors)
    return MadeEvening(event, come_as[Side.MENTEE], come_as[Side.MENTOR], rounds)


@dataclass
class MadeEvening:
    event: Event
    mentees: list[Registration]
    mentors: list[Registration]
    rounds: dict[int, Round]

    @property
    def people(self) -> list[Registration]:
        return [*self.mentees, *self.mentors]
