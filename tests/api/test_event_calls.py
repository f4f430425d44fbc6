"""Events over the API: who may call what, what each refusal answers, and that nothing of others is in any answer."""

from datetime import timedelta

import pytest

from accounts.models import Scope
from events.models import (
    Event,
    EventKind,
    EventMode,
    EventState,
    Helper,
    Pairing,
    Place,
    Plan,
    PlanState,
    Registration,
    Side,
    Wish,
)
from events.planning.plans import ask_plan
from events.planning.solving import solve_asked
from events.registering.inviting import invite_mentors
from mentors.models import Topic
from tests.conftest import NOW
from tests.events.making import EVENING, come, make_event, make_guests

pytestmark = [pytest.mark.django_db, pytest.mark.one_cast, pytest.mark.usefixtures("now")]
SLUG = "first-jobs-2026-12-03"
HERE = f"events/{SLUG}/"
SAID = {"question": "Which offer do I take?", "languages": ["en"]}
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def event(maria) -> Event:
    return make_event(maria)


def be(state: str, **fields) -> None:
    Event.objects.update(state=state, **fields)


# Who may call what


CALLS = [
    ("GET", "me/", None),
    ("POST", "cancel/", {"version": 1}),
    ("POST", "take-place/", {"version": 1}),
    ("GET", "wishes/", None),
    ("PUT", "wishes/", {"wishes": []}),
]
OF_TEAM = [("POST", "plans/", {}), ("GET", "plans/1/", None), ("POST", "plans/1/publish/", {})]


@pytest.mark.parametrize(("method", "path", "body"), [*CALLS, *OF_TEAM, ("POST", "register/", SAID)])
def test_nobody_calls_without_being_someone(program, event, method, path, body):
    assert program().send(method, HERE + path, body)[0] == 401
    assert not Registration.objects.exists()


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_who_has_nothing_to_do_with_an_event_finds_nothing(program, event, bob, method, path, body):
    status, answer = program(bob).send(method, HERE + path, body)
    other, nowhere = program(bob).send(method, f"events/no-such-event/{path}", body)

    assert (status, other) == (404, 404)
    assert answer == nowhere


@pytest.mark.parametrize(("method", "path", "body"), OF_TEAM)
@pytest.mark.parametrize("role", [None, "desk", "lead"])
def test_plans_are_the_leads(program, event, maria, bob, role, method, path, body):
    Plan.objects.create(event=event, number=1, state=PlanState.FAILED, by=maria, asked_at=NOW)
    if role:
        Helper.objects.create(event=event, person=bob, role=role)

    status, _answer = program(bob).send(method, HERE + path, body)

    assert (status == 404) == (role != "lead")


@pytest.mark.parametrize("path", ["plans/", "plans/1/", "plans/1/publish/"])
def test_a_lead_plans_no_event_of_others(program, event, maria, bob, path):
    other = make_event(maria, title="Other")
    Helper.objects.create(event=other, person=bob, role="lead")
    Plan.objects.create(event=event, number=1, state=PlanState.PROPOSED, by=maria, asked_at=NOW)

    method = "GET" if path == "plans/1/" else "POST"

    assert program(bob).send(method, HERE + path, None if method == "GET" else {})[0] == 404


def test_a_draft_is_its_teams(program, event, maria, bob, charlie):
    be(EventState.DRAFT)
    Helper.objects.create(event=event, person=charlie, role="desk")

    assert [program(one).get(HERE)[0] for one in (None, bob, charlie, maria)] == [404, 404, 200, 200]
    assert program(bob).post(f"{HERE}register/", SAID)[0] == 404
    assert program().get("events/")[1]["results"] == []


# What the links say can be done


@pytest.mark.parametrize(
    ("state", "links"),
    [("open", {"self", "page", "register"}), ("closed", {"self", "page"}), ("over", {"self", "page"})],
)
def test_links_of_an_event_say_whether_one_can_register(program, event, state, links):
    be(state)

    found = program().get(HERE)[1]

    assert (set(found["links"]), found["is_open"]) == (links, "register" in links)


# What can be done with a registration, by its state and the event's, until the event begins.
POSSIBLE = [
    ("in", "open", {"register", "cancel", "wishes"}),
    ("in", "closed", {"register", "cancel", "wishes"}),
    ("in", "scheduled", {"register", "cancel"}),
    ("in", "live", set()),
    ("in", "over", set()),
    ("waiting", "open", {"register", "cancel", "take_place"}),
    ("waiting", "closed", {"register", "cancel", "take_place"}),
    ("waiting", "over", set()),
    ("invited", "open", {"register", "cancel"}),
    ("invited", "closed", {"cancel"}),
    ("invited", "live", set()),
    ("cancelled", "open", {"register"}),
    ("cancelled", "closed", set()),
    ("removed", "closed", set()),
]


@pytest.mark.parametrize(("own", "state", "links"), POSSIBLE)
def test_links_of_a_registration_say_what_can_be_done(program, event, bob, own, state, links):
    one = come(event, bob)
    fields = {} if own == "in" else {"place": None, "waiting_since": NOW}
    Registration.objects.filter(pk=one.pk).update(state=own, **fields)
    be(state)

    found = program(bob).get(f"{HERE}me/")[1]

    assert set(found["links"]) - {"self", "page"} == links
    assert (found["state"], found["timetable"]) == (own, [])


@pytest.mark.parametrize(("own", "state", "links"), [row for row in POSSIBLE if row[1] != "over"])
def test_what_the_links_say_is_so(program, event, bob, own, state, links):
    """Each act that is linked is done, and each that is not is refused."""
    one = come(event, bob)
    fields = {} if own == "in" else {"place": None, "waiting_since": NOW}
    Registration.objects.filter(pk=one.pk).update(state=own, **fields)
    be(state)
    asked, version = program(bob), one.version

    if "cancel" in links:
        assert asked.post(f"{HERE}cancel/", {"version": version})[0] == 200
    elif own in ("in", "waiting", "invited"):
        assert asked.post(f"{HERE}cancel/", {"version": version})[0] == 409
    if own != "in":
        Registration.objects.filter(pk=one.pk).update(state=own, version=version, **fields)
        taken = asked.post(f"{HERE}take-place/", {"version": version})[0]
        assert taken == (200 if "take_place" in links else 409)


# Registering


def test_all_that_can_be_said_is_kept(program, maria, bob, topic):
    make_event(maria, mode=EventMode.MIXED)
    said = {
        **SAID,
        "topics": ["negotiation"],
        "attending": "online",
        "attends": [3, 1],
        "most": 2,
        "board_name": "Robert",
        "stays_seated": True,
        "wants_quiet": True,
        "access_needs": "A ramp",
        "takes_place_at_once": False,
    }

    status, found = program(bob).post(f"{HERE}register/", said)

    one = Registration.objects.get()
    assert status == 200
    assert {name: found[name] for name in ("topics", "attending", "attends", "most", "board_name")} == {
        "topics": ["negotiation"],
        "attending": "online",
        "attends": [1, 3],
        "most": 2,
        "board_name": "Robert",
    }
    assert (one.stays_seated, one.wants_quiet, one.access_needs, one.takes_place_at_once) == (
        *(True, True, "A ramp", False),
    )


def test_a_program_reads_no_access_needs_and_no_contact(program, event, bob):
    come(event, bob, access_needs="A canary’s perch", contact="canary@example.org")

    assert "canary" not in str(program(bob).get(f"{HERE}me/"))


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"attends": [0]}, 400, "malformed"),
        ({"attends": [13]}, 400, "malformed"),
        ({"attends": "1"}, 400, "malformed"),
        ({"most": 0}, 400, "malformed"),
        ({"stays_seated": "maybe"}, 400, "malformed"),
        ({"side": "guest"}, 422, "wrong_side"),
        ({"attends": [4]}, 422, "too_few_rounds"),
        ({"topics": ["negotiation", "nothing"]}, 422, "rule"),
        ({"question": "x" * 301}, 400, "malformed"),
    ],
)
def test_what_cannot_be_said_changes_nothing(program, event, bob, topic, change, status, code):
    come(event, bob)
    before = Registration.objects.values().get()

    answer = program(bob).post(f"{HERE}register/", {**SAID, **change})

    assert (answer[0], answer[1]["code"]) == (status, code)
    assert Registration.objects.values().get() == before


def test_a_topic_that_is_no_more_is_none(program, event, bob, topic):
    Topic.objects.filter(pk=topic.pk).update(is_active=False)

    assert program(bob).post(f"{HERE}register/", {**SAID, "topics": [topic.slug]})[0] == 422


def test_the_same_topic_named_twice_is_one(program, event, bob, topic):
    status, found = program(bob).post(f"{HERE}register/", {**SAID, "topics": [topic.slug, topic.slug]})

    assert (status, found["topics"]) == (200, [topic.slug])


def test_who_was_invited_registers_on_the_side_they_were_asked_for(program, event, alice):
    invite_mentors(event=event, profiles=[alice.mentor_profile], now=NOW)

    status, found = program(alice).post(f"{HERE}register/", {"languages": ["en"], "side": "mentee"})

    assert (status, found["side"], found["state"]) == (200, "mentor", "in")


@pytest.mark.parametrize(
    ("kind", "side", "body"),
    [
        (EventKind.NETWORKING, "guest", {**SAID, "contact": "bob@contact.example"}),
        (EventKind.SPEED, "mentee", SAID),
    ],
)
def test_each_kind_is_asked_for_what_it_needs(program, event, bob, kind, side, body):
    Event.objects.update(kind=kind)
    Place.objects.create(event=event, side=side, number=50)

    status, found = program(bob).post(f"{HERE}register/", body)

    assert (status, found["side"]) == (200, side)


def test_a_token_that_may_only_read_registers_nobody(program, event, bob):
    reader = program(bob, Scope.READ)

    assert reader.post(f"{HERE}register/", SAID)[0] == 403
    assert reader.get(HERE)[0] == 200
    assert not Registration.objects.exists()


# Versions


def test_cancelling_an_old_version_sends_the_present_one(program, event, bob):
    one = come(event, bob)

    status, answer = program(bob).post(f"{HERE}cancel/", {"version": one.version - 1})

    assert (status, answer["code"], answer["registration"]["version"]) == (409, "stale", one.version)
    assert answer["registration"]["state"] == "in"
    one.refresh_from_db()
    assert one.is_in


@pytest.mark.parametrize("body", [{}, {"version": None}, {"version": "x"}, {"version": -1}, {"version": 2**31}])
@pytest.mark.parametrize("act", ["cancel/", "take-place/"])
def test_a_version_has_to_be_named(program, event, bob, act, body):
    come(event, bob)

    assert program(bob).post(HERE + act, body)[0] == 400
    assert Registration.objects.get().is_in


@pytest.mark.parametrize(
    ("own", "links", "after"), [("in", True, "cancelled"), ("waiting", True, "left"), ("invited", True, "declined")]
)
def test_one_call_ends_what_stands(program, event, bob, own, links, after):
    one = come(event, bob)
    fields = {} if own == "in" else {"place": None, "waiting_since": NOW}
    Registration.objects.filter(pk=one.pk).update(state=own, **fields)

    status, found = program(bob).post(f"{HERE}cancel/", {"version": one.version})

    assert (status, found["state"], found["version"]) == (200, after, one.version + 1)
    assert ("cancel" in found["links"]) != links


def test_a_call_with_one_key_cancels_once(program, event, bob):
    one = come(event, bob)
    asked = program(bob)

    answers = [asked.post(f"{HERE}cancel/", {"version": one.version}, key="k") for _time in range(2)]

    assert answers[0] == answers[1]
    assert answers[0][1]["state"] == "cancelled"


# Wishes


@pytest.fixture
def pair(event, alice, bob) -> tuple[Registration, Registration]:
    """alice, a mentor, and bob, a mentee."""
    return come(event, alice, side=Side.MENTOR), come(event, bob)


@pytest.mark.parametrize("kind", ["must", "like", "no"])
def test_a_wish_is_read_by_its_author_alone(program, event, pair, alice, bob, charlie, maria, kind):
    mentor, mentee = pair
    come(event, charlie)

    def read_all() -> list:
        return [program(one).get(HERE + path) for one in (alice, charlie, maria) for path in ("", "me/", "wishes/")]

    before = read_all()

    saved = program(bob).send("PUT", f"{HERE}wishes/", {"wishes": [{"person": mentor.pk, "kind": kind}]})

    assert [one["kind"] for one in saved[1]["wishes"]] == [kind]
    assert read_all() == before
    assert list(Wish.objects.values_list("by", "kind")) == [(mentee.pk, kind)]


def test_wishes_replace_those_before(program, pair, bob, event, dora):
    mentor, other = pair[0], come(event, dora, side=Side.MENTOR)
    asked = program(bob)
    for wishes in ({mentor.pk: "must", other.pk: "like"}, {other.pk: "no"}):
        body = {"wishes": [{"person": pk, "kind": kind} for pk, kind in wishes.items()]}
        answer = asked.send("PUT", f"{HERE}wishes/", body)

    assert {one["person"]: one["kind"] for one in answer[1]["wishes"]} == {mentor.pk: "", other.pk: "no"}
    assert answer[1]["most_noes"] == 1


@pytest.mark.parametrize(("kind", "count", "code"), [("must", 3, "too_many_musts"), ("no", 2, "too_many_noes")])
def test_too_many_wishes_are_refused_beside_their_field(program, event, bob, kind, count, code):
    come(event, bob)
    mentors = []
    for number, guest in enumerate(make_guests(count)):
        place = Place.objects.create(event=event, side=Side.MENTOR, number=50 + number)
        fields = {"side": Side.MENTOR, "state": "in", "place": place, "board_name": guest.name, "registered_at": NOW}
        mentors.append(Registration.objects.create(event=event, person=guest, **fields))

    body = {"wishes": [{"person": one.pk, "kind": kind} for one in mentors]}
    status, answer = program(bob).send("PUT", f"{HERE}wishes/", body)

    assert (status, answer["code"], list(answer["fields"])) == (422, code, ["wishes"])
    assert not Wish.objects.exists()


def test_wishes_end_at_their_second(program, event, pair, bob):
    be(EventState.OPEN, wishes_until=NOW)

    status, answer = program(bob).send("PUT", f"{HERE}wishes/", {"wishes": [{"person": pair[0].pk, "kind": "must"}]})

    assert (status, answer["code"], Wish.objects.count()) == (409, "closed", 0)


def test_who_waits_or_has_left_wishes_nothing(program, event, pair, bob):
    for state in ("waiting", "cancelled", "invited"):
        Registration.objects.filter(pk=pair[1].pk).update(state=state, place=None, waiting_since=NOW)
        assert program(bob).get(f"{HERE}wishes/")[0] == 404


def test_a_mentor_reads_questions_in_no_order_of_names(program, event, pair, alice, charlie):
    Registration.objects.filter(pk=pair[1].pk).update(question="Z?")
    come(event, charlie, question="A?")

    rows = program(alice).get(f"{HERE}wishes/")[1]["wishes"]

    assert [(one["question"], one["name"]) for one in rows] == [("A?", None), ("Z?", None)]


# Plans


def test_asking_twice_is_one_plan(program, event, maria, pair):
    team = program(maria)

    numbers = [team.post(f"{HERE}plans/", {})[1]["number"] for _time in range(2)]

    assert numbers == [1, 1]


def test_a_plan_that_is_not_there_is_a_404(program, event, maria):
    team = program(maria)

    for method, path in (("GET", "plans/7/"), ("POST", "plans/7/publish/")):
        assert team.send(method, HERE + path, None if method == "GET" else {})[0] == 404
    assert team.post(f"{HERE}plans/", {"keep": 7})[0] == 404
    assert team.post(f"{HERE}plans/", {"keep": 0})[0] == 400
    assert not Plan.objects.exists()


def test_a_plan_of_another_event_is_not_there(program, event, maria, bob):
    other = make_event(maria, title="Other")
    Plan.objects.create(event=other, number=1, state=PlanState.PROPOSED, by=maria, asked_at=NOW)

    assert program(maria).get(f"{HERE}plans/1/")[0] == 404


@pytest.mark.parametrize("state", [EventState.LIVE, EventState.OVER, EventState.CANCELLED, EventState.DRAFT])
def test_nothing_is_planned_that_is_not_ahead(program, event, maria, state):
    be(state)

    assert program(maria).post(f"{HERE}plans/", {})[1]["code"] == "closed"


def test_publishing_twice_is_publishing_once(program, event, maria, pair):
    ask_plan(event=event, by=maria, now=NOW)
    solve_asked(now=NOW)
    team = program(maria)

    answers = [team.post(f"{HERE}plans/1/publish/", {}) for _time in range(2)]

    assert [(status, body["state"]) for status, body in answers] == [(200, "published")] * 2
    assert Pairing.objects.count() == 1
    assert answers[0][1]["published_at"] == answers[1][1]["published_at"] == "2026-11-24T13:46:00Z"


def test_a_plan_that_no_longer_holds_is_refused(program, event, maria, pair):
    ask_plan(event=event, by=maria, now=NOW)
    solve_asked(now=NOW)
    Registration.objects.filter(pk=pair[1].pk).update(state="cancelled", place=None)

    status, answer = program(maria).post(f"{HERE}plans/1/publish/", {})

    assert (status, answer["code"]) == (409, "outdated")
    assert Plan.objects.get().state == PlanState.PROPOSED


def test_a_published_timetable_is_read_by_each_for_themselves(program, event, maria, pair, alice, bob, charlie):
    come(event, charlie)
    ask_plan(event=event, by=maria, now=NOW)
    solve_asked(now=NOW)
    program(maria).post(f"{HERE}plans/1/publish/", {})

    def rows(person) -> set[tuple]:
        timetable = program(person).get(f"{HERE}me/")[1]["timetable"]
        return {(row["partner"], row["question"], row["table"]) for row in timetable}

    asked = SAID["question"]
    assert rows(alice) == {("Bob", asked, "Table 1"), ("Charlie", asked, "Table 1"), (None, "", "")}
    assert [row[0] for row in rows(bob) if row[0]] == ["Alice"]
    assert {row[1] for row in rows(bob)} == {""}
    assert "Charlie" not in str(rows(bob))


# Lists


def test_the_list_is_paged_the_soonest_first(program, maria):
    for days in range(5):
        make_event(maria, title=f"Day {days}", start=EVENING + days * DAY)
    asked = program()

    first = asked.get("events/", limit=3)[1]

    assert [one["title"] for one in first["results"]] == ["Day 0", "Day 1", "Day 2"]
    following = asked.client.get(first["next"]).json()
    assert [one["title"] for one in following["results"]] == ["Day 3", "Day 4"]
    assert following["next"] is None


def test_cards_in_the_list_are_the_events_own(program, event):
    [card] = program().get("events/")[1]["results"]
    whole = program().get(HERE)[1]

    assert card == {name: whole[name] for name in card}
    assert set(whole) - set(card) == {"about", "place", "access", "group_size", "rounds", "mentors", "version"}


def test_mentors_who_agreed_are_named_and_others_are_not(program, event, alice, dora, bob):
    come(event, alice, side=Side.MENTOR)
    come(event, dora, side=Side.MENTOR, is_named=False)
    come(event, bob)

    for reader in (None, bob, dora):
        found = program(reader).get(HERE)[1]
        assert [one["slug"] for one in found["mentors"]] == ["alice-adair"]
        assert "Bob" not in str(found)
