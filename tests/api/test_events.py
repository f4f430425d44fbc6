"""Events over the API: a program registers, wishes and plans as the pages do."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Event, EventState, Plan, Registration, RegistrationState, Round, Side, Wish
from events.planning.solving import solve_asked
from events.registering.acts import cancel_registration
from notifications.models.webhooks import WebhookDelivery
from notifications.webhooks.services import make_endpoint
from tests.conftest import NOW
from tests.events.making import EVENING, come, make_event, make_guests

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
SLUG = "first-jobs-2026-12-03"
HERE = f"events/{SLUG}/"
SAID = {"question": "Which offer do I take?", "languages": ["en"]}


@pytest.fixture
def event(maria) -> Event:
    return make_event(maria)


def codes(*answers) -> list[tuple[int, str]]:
    return [(status, body.get("code", "")) for status, body in answers]


def test_events_upcoming_first_and_drafts_for_their_team(program, maria, event):
    make_event(maria, title="Later", start=EVENING + timedelta(days=1))
    make_event(maria, title="Draft", is_open=False)
    make_event(maria, title="Done", start=EVENING + timedelta(days=2))
    Event.objects.filter(title="Done").update(state=EventState.OVER)

    seen = [[one["title"] for one in program(who).get("events/")[1]["results"]] for who in (None, maria)]

    assert seen == [["First jobs", "Later", "Done"], ["First jobs", "Later", "Draft", "Done"]]


def test_a_page_of_events_takes_the_same_queries_however_long(program, maria, event):
    counts = []
    for days in (1, 2):
        with CaptureQueriesContext(connection) as found:
            program().get("events/")
        counts.append(len(found))
        make_event(maria, title="Later", start=EVENING + timedelta(days=days))

    assert counts[0] == counts[1]


def test_one_event_names_the_mentors_who_agreed(program, event, alice, bob):
    come(event, alice, side=Side.MENTOR)
    come(event, bob)

    status, found = program().get(HERE)

    address = f"http://localhost:8000/api/v1/{HERE}"
    assert status == 200
    assert found == {
        "slug": SLUG,
        "kind": "speed",
        "state": "open",
        "mode": "on_site",
        "title": "First jobs",
        "start": "2026-12-03T17:00:00Z",
        "end": "2026-12-03T17:34:00Z",
        "timezone": "Europe/Stockholm",
        "registration_until": "2026-12-03T15:00:00Z",
        "is_open": True,
        "places": [
            {"side": "mentee", "total": 2, "taken": 1, "waiting": 0, "free": 1},
            {"side": "mentor", "total": 2, "taken": 1, "waiting": 0, "free": 1},
        ],
        "links": {
            "self": address,
            "page": f"http://localhost:8000/events/{SLUG}/",
            "register": f"{address}register/",
        },
        "about": "",
        "place": "Kulturhuset",
        "access": "",
        "group_size": 1,
        "rounds": [
            {"number": 1, "start": "2026-12-03T17:00:00Z", "end": "2026-12-03T17:10:00Z"},
            {"number": 2, "start": "2026-12-03T17:12:00Z", "end": "2026-12-03T17:22:00Z"},
            {"number": 3, "start": "2026-12-03T17:24:00Z", "end": "2026-12-03T17:34:00Z"},
        ],
        "mentors": [{"slug": "alice-adair", "name": "Alice Adair", "headline": "Engineering director"}],
        "version": 2,
    }


def test_registering_twice_with_one_key_is_registering_once(program, event, bob):
    asked = program(bob)

    answers = [asked.post(f"{HERE}register/", SAID, key="k") for _attempt in range(2)]

    assert answers[0] == answers[1]
    assert (answers[0][0], answers[0][1]["state"], answers[0][1]["board_name"]) == (200, "in", "Bob Bose")
    assert set(answers[0][1]["links"]) == {"self", "page", "register", "cancel", "wishes"}
    assert Registration.objects.get().question == SAID["question"]


def test_registering_again_changes_what_was_said(program, event, bob):
    asked = program(bob)
    asked.post(f"{HERE}register/", SAID)

    status, changed = asked.post(f"{HERE}register/", {**SAID, "attends": [2], "side": "mentor"})

    assert (status, changed["attends"], changed["side"], changed["state"]) == (200, [2], "mentee", "in")


def test_a_place_is_not_offered_to_be_given_up_once_a_round_is_called(program, event, bob):
    asked = program(bob)
    asked.post(f"{HERE}register/", SAID)
    Event.objects.update(state=EventState.SCHEDULED)
    called = Round.objects.create(event=event, number=1, during=(EVENING, EVENING + timedelta(minutes=10)))
    before = asked.get(f"{HERE}me/")[1]
    Round.objects.filter(pk=called.pk).update(called_at=NOW)
    after = asked.get(f"{HERE}me/")[1]

    assert ("cancel" in before["links"], "cancel" in after["links"]) == (True, False)
    assert codes(asked.post(f"{HERE}cancel/", {"version": after["version"]})) == [(409, "closed")]


def test_who_was_taken_off_is_not_offered_to_register_again(program, event, bob, maria):
    asked = program(bob)
    asked.post(f"{HERE}register/", SAID)
    cancel_registration(registration=Registration.objects.get(), by=maria, now=NOW)

    assert set(asked.get(f"{HERE}me/")[1]["links"]) == {"self", "page"}
    assert codes(asked.post(f"{HERE}register/", SAID)) == [(409, "removed")]


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"question": ""}, 422, "question"),
        ({"topics": ["nothing"]}, 422, "topics"),
        ({"contact": "bob@example.org"}, 422, "contact"),
        ({"is_named": True}, 422, "is_named"),
        ({"side": "guest"}, 422, "side"),
        ({"side": "mentor"}, 422, "question"),
        ({"attends": [4]}, 422, "attends"),
        ({"languages": []}, 400, "languages"),
        ({"languages": ["xx"]}, 400, "languages.0"),
        ({"board_name": "https://example.org"}, 422, "board_name"),
        ({"seat": 1}, 400, "seat"),
    ],
)
def test_what_the_page_would_not_take_is_refused(program, event, bob, change, status, field):
    answer = program(bob).post(f"{HERE}register/", {**SAID, **change})

    assert (answer[0], list(answer[1]["fields"]), Registration.objects.count()) == (status, [field], 0)


def test_refusals_are_those_of_the_page(program, event, bob, booking):
    no_mentor = program(bob).post(f"{HERE}register/", {"side": "mentor", "languages": ["en"]})
    Event.objects.update(during=(booking.start, booking.end), registration_until=booking.start, wishes_until=None)
    overlap = program(bob).post(f"{HERE}register/", SAID)
    Event.objects.update(state=EventState.CLOSED)
    closed = program(bob).post(f"{HERE}register/", SAID)

    assert codes(no_mentor, overlap, closed) == [(422, "not_a_mentor"), (409, "own_overlap"), (409, "closed")]


def test_a_place_that_came_free_is_taken_by_the_version_that_was_read(program, event, bob, alice):
    guests = make_guests(2)
    first, _second = [come(event, guest) for guest in guests]
    asked = program(bob)
    waiting = asked.post(f"{HERE}register/", {**SAID, "takes_place_at_once": False})[1]
    assert (waiting["state"], set(waiting["links"])) == ("waiting", {"self", "page", "register", "cancel"})
    assert codes(asked.post(f"{HERE}take-place/", {"version": waiting["version"]})) == [(409, "full")]

    program(guests[0]).post(f"{HERE}cancel/", {"version": first.version})
    kept = asked.get(f"{HERE}me/")[1]
    assert "take_place" in kept["links"]
    stale = asked.post(f"{HERE}take-place/", {"version": waiting["version"]})
    taken = asked.post(f"{HERE}take-place/", {"version": kept["version"]})

    assert kept["answer_by"] is not None
    assert (stale[0], stale[1]["code"], stale[1]["registration"]["version"]) == (409, "stale", kept["version"])
    assert (taken[0], taken[1]["state"]) == (200, "in")


def test_wishes_name_people_to_mentees_and_questions_to_mentors(program, event, alice, bob, charlie):
    mentor, mentee = come(event, alice, side=Side.MENTOR), come(event, bob)
    come(event, charlie)

    of_mentee = program(bob).get(f"{HERE}wishes/")
    saved = program(bob).send("PUT", f"{HERE}wishes/", {"wishes": [{"person": mentor.pk, "kind": "must"}]})
    of_mentor = program(alice).get(f"{HERE}wishes/")[1]["wishes"]

    assert of_mentee[1]["wishes"] == [{"person": mentor.pk, "name": "Alice", "question": "", "kind": ""}]
    assert [one["kind"] for one in saved[1]["wishes"]] == ["must"]
    assert {(one["name"], one["question"], one["kind"]) for one in of_mentor} == {(None, SAID["question"], "")}
    assert list(Wish.objects.values_list("by", "about", "kind")) == [(mentee.pk, mentor.pk, "must")]


def test_wishes_that_cannot_be_are_refused_and_change_nothing(program, event, alice, bob):
    mentor, mentee = come(event, alice, side=Side.MENTOR), come(event, bob)
    asked, row = program(bob), {"person": mentor.pk, "kind": "like"}
    wrong = ([row, row], [{**row, "person": mentee.pk}], [{**row, "kind": "never"}])

    answers = [asked.send("PUT", f"{HERE}wishes/", {"wishes": wishes}) for wishes in wrong]

    assert codes(*answers) == [(422, "rule"), (409, "stranger"), (400, "malformed")]
    assert not Wish.objects.exists()
    Registration.objects.filter(person=bob).update(state=RegistrationState.LEFT, place=None)
    assert asked.get(f"{HERE}wishes/")[0] == 404


def test_organisers_plan_and_publish_and_others_read_their_own(program, event, maria, alice, bob):
    come(event, alice, side=Side.MENTOR)
    come(event, bob)
    make_endpoint(url="https://example.org/hook", events=["event.opened", "event.published"], by=maria, now=NOW)
    team = program(maria)

    asked = team.post(f"{HERE}plans/", {})
    early = team.post(f"{HERE}plans/1/publish/", {})
    solve_asked(now=NOW)
    plan = team.get(f"{HERE}plans/1/")[1]
    published = team.post(f"{HERE}plans/1/publish/", {})
    own = program(bob).get(f"{HERE}me/")[1]["timetable"]

    assert (asked[0], asked[1]["state"], asked[1]["rounds"][0]["meetings"]) == (201, "asked", [])
    assert codes(early) == [(409, "closed")]
    assert (plan["state"], plan["is_proven"], len(plan["lines"])) == ("proposed", True, 3)
    [meeting] = [one for row in plan["rounds"] for one in row["meetings"]]
    assert meeting == {"mentee": "Bob", "mentor": "Alice", "table": "Table 1", "is_locked": False}
    assert (published[0], published[1]["state"]) == (200, "published")
    assert [row["partner"] for row in own if row["partner"]] == ["Alice"]
    assert [row["round"] for row in own] == [1, 2, 3]
    told = WebhookDelivery.objects.get()
    assert (told.event, told.payload["meetings"], told.payload["places"]["mentee"]["taken"]) == (
        "event.published",
        1,
        1,
    )
    assert "Bob" not in str(told.payload)


def test_a_new_plan_keeps_the_locks_of_the_one_it_names(program, event, maria):
    team = program(maria)
    kept = [[1, 2, 1, None]]
    Plan.objects.create(event=event, number=1, state="proposed", locks=kept, by=maria, asked_at=NOW)

    missing = team.post(f"{HERE}plans/", {"keep": 7})
    made = team.post(f"{HERE}plans/", {"keep": 1})

    assert (missing[0], made[0], Plan.objects.get(number=made[1]["number"]).locks) == (404, 201, kept)
