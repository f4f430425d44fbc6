"""Events by way of the services, as organisers and guests make them."""

from datetime import datetime, timedelta

from accounts.models import User
from events.models import Event, EventKind, EventMode, Registration, Side
from events.registering.acts import register
from events.registering.inputs import RegistrationInput
from events.registering.managing import EventInput, create_event, open_event
from tests.conftest import NOW, at, make_person

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
    said = RegistrationInput(board_name=person.first_name, languages=["en"], **words | said)
    return register(event=event, person=person, side=side, said=said, now=now)


def make_guests(count: int) -> list[User]:
    return [make_person(f"guest{number}@example.org", f"Guest {number}") for number in range(1, count + 1)]
