"""Every page of an event for each who might ask for it: its lead, its desk, who takes part, strangers and visitors.

What isn't a person's to see is a 404, as what doesn't exist; a visitor is led to signing in.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import uuid4

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import User
from events import urls
from events.models import Event, EventState, Goal, Pairing, Plan, PlanState, Registration, Side
from events.planning.wishes import set_wishes
from tests.conftest import NOW, make_mentor, make_person
from tests.events.making import come, make_event, publish_rows
from tests.signing_in import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.one_cast, pytest.mark.usefixtures("now")]
READERS = ("staff", "lead", "desk", "mentor", "mentee", "waiting", "gone", "stranger", "visitor")
TEAM, LEADS = {"staff", "lead", "desk"}, {"staff", "lead"}
COMING = {"mentor", "mentee"}
EVERYONE = set(READERS)


@dataclass
class World:
    """One event with a timetable, and a person of each kind; `clients` are signed in."""

    event: Event
    people: dict[str, User]
    own: dict[str, Registration]
    pair: Pairing
    clients: dict[str, Client] = field(default_factory=dict)
    # Every page as each reader has it, by page and reader.
    answers: dict[str, dict[str, HttpResponse]] = field(default_factory=dict)

    def address(self, name: str) -> str:
        known = {
            "key": self.event.board_key,
            "slug": self.event.slug,
            "uuid": self.pair.uuid if name in ("event_join", "event_pair") else self.own["mentee"].uuid,
            "number": 1,
            "mentee": self.own["mentee"].pk,
            "mentor": self.own["mentor"].pk,
        }
        [pattern] = [one for one in urls.urlpatterns if one.name == name]
        return reverse(name, kwargs={key: known[key] for key in pattern.pattern.converters})

    def be(self, state: str, **fields) -> None:
        Event.objects.filter(pk=self.event.pk).update(state=state, **fields)

    def ask(self, reader: str, address: str, method: str = "get", **data):
        return getattr(self.clients[reader], method)(address, data)

    def who_finds(self, address: str, method: str = "get", **data) -> set[str]:
        """Those who are neither led to signing in nor told that there is no such thing."""
        return found_by({reader: self.ask(reader, address, method, **data) for reader in READERS})

    def who_reads(self, name: str, words: str) -> set[str]:
        return {reader for reader, answer in self.answers[name].items() if words in answer.content.decode()}


def found_by(answers: dict[str, HttpResponse]) -> set[str]:
    return {
        reader
        for reader, answer in answers.items()
        if answer.status_code != 404 and not answer.get("Location", "").startswith("/sign-in/")
    }


@pytest.fixture(scope="module")
def made(one_cast, django_db_blocker) -> Iterator[World]:
    """Made once, within the transaction of `one_cast`."""
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=False):
        people = {name: make_person(f"{name}@example.org", f"{name.title()} Person") for name in READERS[1:-1]}
        people["staff"] = User.objects.get(pk=one_cast.people["maria"])
        make_mentor(people["mentor"])
        event = make_event(people["staff"], places={Side.MENTEE: 2, Side.MENTOR: 1})
        event.helpers.create(person=people["lead"], role="lead")
        event.helpers.create(person=people["desk"], role="desk")
        own = {"mentor": come(event, people["mentor"], side=Side.MENTOR)}
        gone = come(event, people["gone"])
        own["mentee"] = come(event, people["mentee"], access_needs="A canary’s perch")
        own["waiting"] = come(event, people["waiting"])
        set_wishes(registration=own["mentee"], wishes={own["mentor"].pk: "must"}, now=NOW)
        Registration.objects.filter(pk=gone.pk).update(state="cancelled", place=None)
        meetings = [[own["mentee"].pk, own["mentor"].pk, 1, 1]]
        proof = {"musts_asked": 0, "mentees": [1, 1, 1], "mentors": [1, 1, 1], "is_proven": False, "why_not": "by_hand"}
        state = {"state": PlanState.PUBLISHED, "by": event.by, "asked_at": NOW, "proof": proof}
        Plan.objects.create(event=event, number=1, meetings=meetings, **state)
        publish_rows(event, [(own["mentee"], own["mentor"], 1, 1)])
        world = World(event, people, own, Pairing.objects.get(event=event))
        for reader in READERS:
            world.clients[reader] = Client()
            if reader in people:
                sign_in(world.clients[reader], people[reader])
        for name in PAGES:
            world.answers[name] = {reader: world.ask(reader, world.address(name)) for reader in READERS}
        yield world


@pytest.fixture
def world(made, db) -> World:
    return made


# Who finds each page of a published event by GET. What only acts answers 405 to those who are signed in, and is asked
# by POST below.
PAGES = {
    "event": EVERYONE,
    "event_calendar": EVERYONE,
    "event_board": EVERYONE,
    "event_register": EVERYONE,
    "event_edit": LEADS,
    "event_cancel": LEADS,
    "event_people": LEADS,
    "event_plan": LEADS,
    "event_meeting": LEADS,
    "event_print": LEADS,
    "event_report": LEADS,
    "event_desk": TEAM,
    "event_walk_in": TEAM,
    "event_wishes": COMING,
    "event_timetable": {*COMING, "waiting", "gone"},
    "event_now": {*COMING, "waiting", "gone"},
    "event_join": COMING,
    "event_pair": COMING,
    "event_after": COMING,
    "event_goal": COMING,
    "event_call": set(),
}
# The same of what acts.
ACTS = {
    "event_open": LEADS,
    "event_invite": LEADS,
    "event_remove": LEADS,
    "event_tables": LEADS,
    "event_plan": LEADS,
    "event_edit": LEADS,
    "event_cancel": LEADS,
    "event_meeting": LEADS,
    "event_attendance": TEAM,
    "event_desk": TEAM,
    "event_answer": {*COMING, "waiting", "gone"},
    "event_me_too": {*COMING, "waiting", "gone"},
    "event_now": {*COMING, "waiting", "gone"},
    "event_wishes": COMING,
    "event_after": COMING,
    "event_goal": COMING,
    "event_witness": set(),
}
# Of no event that exists already, or an image: tests of their own ask for them.
APART = {"events", "event_card", "event_new", "event_hours_new", "event_worker"}


@pytest.mark.parametrize(("name", "readers"), PAGES.items())
def test_who_finds_a_page(world, name, readers):
    assert found_by(world.answers[name]) == readers


@pytest.mark.parametrize(("name", "readers"), ACTS.items())
def test_who_may_act(world, name, readers):
    assert world.who_finds(world.address(name), "post", answer="", press="nothing", act="nothing") == readers


@pytest.mark.parametrize("name", sorted({*PAGES} - {"event", "event_calendar", "event_board", "event_register"}))
def test_a_visitor_is_led_to_signing_in_whether_or_not_there_is_such_an_event(world, name):
    there = world.answers[name]["visitor"]
    elsewhere = world.ask("visitor", world.address(name).replace(world.event.slug, "no-such-event"))

    assert (there.status_code, elsewhere.status_code) == (302, 302)
    assert there["Location"].replace(world.event.slug, "no-such-event") == elsewhere["Location"]


@pytest.mark.parametrize("name", sorted(PAGES))
def test_what_is_not_ones_own_reads_as_what_does_not_exist(world, name):
    """A stranger can't tell a page that they may not open from one that there isn't."""
    if "stranger" in PAGES[name]:
        return
    kept = world.answers[name]["stranger"]
    none = world.ask("stranger", world.address(name).replace(world.event.slug, "no-such-event"))

    assert (kept.status_code, none.status_code) == (404, 404)
    assert kept.content.count(b"<h1") == none.content.count(b"<h1")
    assert world.event.title.encode() not in kept.content


def test_a_draft_is_found_by_its_team_alone(world):
    world.be(EventState.DRAFT)

    for name in ("event", "event_calendar", "event_register"):
        assert world.who_finds(world.address(name)) == TEAM
    assert world.who_finds(world.address("event_board")) == set()


def test_a_draft_is_in_the_list_of_its_team_alone(world):
    world.be(EventState.DRAFT)

    seen = {reader for reader in READERS if world.event.slug in world.ask(reader, "/events/").content.decode()}

    assert seen == TEAM


@pytest.mark.parametrize("state", EventState)
def test_the_board_is_there_from_the_timetable_on(world, state):
    world.be(state)

    is_shown = state in (EventState.SCHEDULED, EventState.LIVE, EventState.OVER, EventState.ARCHIVED)
    assert bool(world.who_finds(world.address("event_board"))) == is_shown


@pytest.mark.parametrize("state", EventState)
def test_the_report_is_there_once_it_is_over(world, state):
    world.be(state, ended_at=NOW)

    answer = world.ask("lead", world.address("event_report"))

    assert answer.status_code == (200 if state in (EventState.OVER, EventState.ARCHIVED) else 302)


# Parts of pages


def test_only_leads_make_events_and_only_staff_new_ones(world):
    found = {reader: world.ask(reader, "/events/new/").status_code for reader in READERS}

    assert {reader for reader, status in found.items() if status == 200} == {"staff"}


@pytest.mark.parametrize("name", sorted(PAGES))
def test_access_needs_are_read_by_the_team_and_by_oneself(world, name):
    readers = {"event_people": LEADS, "event_desk": TEAM, "event_print": LEADS, "event_register": {"mentee"}}

    assert world.who_reads(name, "canary") == readers.get(name, set())


@pytest.mark.parametrize("name", sorted(PAGES))
def test_addresses_of_people_are_shown_to_nobody_else(world, name):
    for key, person in world.people.items():
        assert world.who_reads(name, person.email) <= {key}


def test_codes_of_the_door_and_the_board_are_the_teams(world):
    """Who has them can look at the board from afar, or be checked in without being there."""
    for name in set(PAGES) - {"event_board"}:
        for key in (world.event.board_key, world.event.door_key):
            assert world.who_reads(name, key) <= TEAM


# Things of another event


@pytest.fixture
def other(world) -> Event:
    """Another event of the same day, led by another person."""
    event = make_event(world.people["staff"], title="Another")
    event.helpers.create(person=world.people["stranger"], role="lead")
    return event


@pytest.mark.parametrize("name", ["event_remove", "event_attendance"])
def test_a_lead_acts_on_people_of_their_own_event_only(world, other, name):
    address = world.address(name).replace(world.event.slug, other.slug)

    answer = world.ask("stranger", address, "post", press="gone")

    assert answer.status_code == 404
    assert Registration.objects.get(pk=world.own["mentee"].pk).is_in


def test_a_lead_of_one_event_leads_no_other(world, other):
    for name in ("event_people", "event_plan", "event_edit", "event_cancel", "event_desk"):
        assert world.ask("lead", world.address(name).replace(world.event.slug, other.slug)).status_code == 404
        assert world.ask("stranger", world.address(name)).status_code == 404


def test_a_meeting_of_people_of_another_event_is_not_there(world, other):
    Plan.objects.create(event=other, number=1, state="proposed", by=other.by, asked_at=NOW)

    address = world.address("event_meeting").replace(world.event.slug, other.slug)

    assert world.ask("stranger", address).status_code == 404


def test_a_call_is_for_its_pair_by_the_address_of_its_event(world, other):
    Registration.objects.create(
        event=other, person=world.people["mentee"], side="mentee", state="cancelled", registered_at=NOW
    )
    address = world.address("event_join").replace(world.event.slug, other.slug)

    assert world.ask("mentee", address).status_code == 404
    assert (
        world.ask("mentee", world.address("event_join").replace(str(world.pair.uuid), str(uuid4()))).status_code == 404
    )


def test_only_the_witness_that_was_asked_finds_the_goal(world):
    world.be(EventState.OVER, ended_at=NOW)
    Goal.objects.create(
        registration=world.own["mentee"], witness=world.own["mentor"], text="Ask", due=NOW.date(), set_at=NOW
    )

    assert world.who_finds(world.address("event_witness"), "post") == {"mentor"}
    assert Goal.objects.get().is_witnessed
