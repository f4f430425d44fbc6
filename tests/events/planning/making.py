"""Events with people who wish and plan, as the tests of plans have them."""

from events.models import Event, Plan, Registration, Side
from events.planning.plans import ask_plan
from events.planning.solving import solve_asked
from tests.conftest import NOW, make_mentor, make_person
from tests.events.making import come, make_event, make_guests


def make_meeting_event(
    by, *, mentees: int = 4, mentors: tuple[str, ...] = ("Ann", "Ben", "Cas"), now=NOW, **fields
) -> Event:
    """Guest 1, Guest 2 … and these mentors are in; two more places are free on each side."""
    event = make_event(by, places={Side.MENTEE: mentees + 2, Side.MENTOR: len(mentors) + 2}, now=now, **fields)
    for guest in make_guests(mentees):
        come(event, guest, board_name=guest.name, now=now)
    for name in mentors:
        mentor = make_mentor(make_person(f"{name.lower()}@example.org", name)).person
        come(event, mentor, side=Side.MENTOR, board_name=name, now=now)
    return event


def one(event: Event, name: str) -> Registration:
    return event.registrations.select_related("event", "person").get(person__name=name)


def planned(event: Event, now=NOW, **fields) -> Plan:
    plan = ask_plan(event=event, by=event.by, now=now, **fields)
    assert solve_asked(now=now) == 1
    plan.refresh_from_db()
    return plan


def come_too(event: Event, *names: str) -> list[Registration]:
    """More mentees, who have a place or wait for one."""
    people = [make_person(f"{name.lower()}@example.org", name) for name in names]
    return [come(event, person, board_name=person.name) for person in people]
