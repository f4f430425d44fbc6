"""What the page of an event offers to each reader at each stage, and what the page of plans says of a plan."""

import re
from datetime import timedelta

import pytest

from events.models import (
    Event,
    EventState,
    Helper,
    HelperRole,
    Plan,
    PlanState,
    Presence,
    Registration,
    RegistrationState,
    Round,
    Side,
)
from events.pages.event_page import EventPage
from events.pages.plan_page import MOST_PLANS, PlanPage
from events.pages.proof_line import musts_line, proof_lines, quality_line, range_text
from events.registering.inviting import invite_mentors
from events.registering.managing import cancel_event
from tests.conftest import NOW, make_mentor, make_person
from tests.events.making import EVENING, come, make_event
from tests.markup import elements_of, markup_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
STANDS = {"place_id": None, "waiting_since": NOW}


def page_of(event, reader=None, registration=None, now=NOW) -> EventPage:
    return EventPage(Event.objects.get(pk=event.pk), reader, registration, now)


@pytest.mark.parametrize("state", RegistrationState)
def test_every_state_of_a_registration_is_a_stage(event, bob, state):
    registration = come(event, bob)
    if state != RegistrationState.IN:
        Registration.objects.update(state=state, **STANDS)
        registration.refresh_from_db()

    can_begin_anew = state in ("declined", "left", "cancelled")
    assert page_of(event, bob, registration).stage == ("can_register" if can_begin_anew else state)
    Event.objects.update(state=EventState.CLOSED)
    assert page_of(event, bob, registration).stage == ("closed" if can_begin_anew else state)
    Event.objects.update(state=EventState.CANCELLED)
    assert page_of(event, bob, registration).stage == "cancelled"


def test_a_place_is_kept_until_its_minute(event, bob):
    registration = come(event, bob)
    Registration.objects.update(state="waiting", answer_by=NOW + HOUR, **STANDS)
    registration.refresh_from_db()

    stages = [page_of(event, bob, registration, NOW + HOUR - timedelta(seconds=left)).stage for left in (1, 0)]

    assert stages == ["asked", "waiting"]


def test_who_said_early_that_they_come_can_say_so_again_once_they_are_asked(event, bob):
    registration, asked = come(event, bob), EVENING - 48 * HOUR
    moments = (NOW, asked - HOUR, asked, asked + HOUR)
    can = []
    for said in (None, NOW, asked):
        registration.confirmed_at = said
        can.append([page_of(event, bob, registration, moment).can_confirm for moment in moments])

    assert can == [[True] * 4, [False, False, True, True], [False] * 4]


def test_who_registers_once_others_have_been_asked_is_not_asked_for_the_same_again(event, bob):
    asked = EVENING - 48 * HOUR
    registration = come(event, bob, now=asked)

    assert not page_of(event, bob, registration, asked + HOUR).can_confirm


@pytest.mark.parametrize(
    ("state", "can_register", "is_over", "has_day", "can_change"),
    [
        ("draft", False, False, False, False),
        ("open", True, False, False, True),
        ("closed", False, False, False, True),
        ("scheduled", False, False, True, True),
        ("live", False, False, True, False),
        ("over", False, True, False, False),
        ("archived", False, True, False, False),
        ("cancelled", False, False, False, False),
    ],
)
def test_every_state_of_an_event_for_a_visitor(event, state, can_register, is_over, has_day, can_change):
    Event.objects.update(state=state)

    page = page_of(event)

    assert (page.may_register, page.is_over, page.has_day, page.can_change) == (
        *(can_register, is_over, has_day, can_change),
    )
    assert (page.role, page.can_mentor, page.is_host) == ("", False, False)


def test_registration_is_open_until_its_minute(event):
    until = event.registration_until

    assert [page_of(event, now=moment).is_open for moment in (until - timedelta(seconds=1), until)] == [True, False]
    assert page_of(event, now=EVENING).can_change is False


@pytest.mark.parametrize("role", HelperRole)
def test_leads_lead_and_the_desk_does_not(event, bob, charlie, role, client_for):
    Helper.objects.create(event=event, person=bob, role=role)
    Event.objects.update(state=EventState.SCHEDULED)
    client, address = client_for(bob), f"/events/{event.slug}/"

    allowed = {
        name: client.get(f"{address}{name}/").status_code for name in ("desk", "people", "plan", "edit", "cancel")
    }
    posted = {name: client.post(f"{address}{name}/").status_code for name in ("open", "people/invite", "plan/tables")}

    is_lead = role == HelperRole.LEAD
    assert page_of(event, bob).is_led == is_lead
    assert allowed == dict.fromkeys(allowed, 200 if is_lead else 404) | {"desk": 200}
    assert 404 not in posted.values() if is_lead else set(posted.values()) == {404}
    assert client_for(charlie).get(f"{address}desk/").status_code == 404


@pytest.mark.usefixtures("now")
def test_a_timetable_is_for_people_who_have_a_place(evening, client_for):
    address, client = f"/events/{evening.event.slug}/", client_for(evening.mentees[0].person)
    assert client.get(f"{address}timetable/").status_code == 200

    cancel_event(event=evening.event, reason="Flood", now=NOW)

    assert client.get(f"{address}timetable/").url == address


def test_a_draft_is_its_teams_and_a_team_is_of_one_event(maria, bob, client_for):
    mine, other = make_event(maria, is_open=False), make_event(maria, is_open=False)
    Helper.objects.create(event=mine, person=bob, role=HelperRole.DESK)
    client = client_for(bob)

    answers = [
        client.get(f"/events/{event.slug}/{page}").status_code
        for event in (mine, other)
        for page in ("", "calendar.ics")
    ]

    assert answers == [200, 200, 404, 404]
    assert client.get("/events/").context["page"].drafts[0].event == mine


def test_a_lead_of_one_event_takes_nobody_off_another(maria, bob, charlie, client_for):
    mine, other = make_event(maria), make_event(maria, title="Other")
    Helper.objects.create(event=mine, person=bob, role=HelperRole.LEAD)
    guest = come(other, charlie)

    answer = client_for(bob).post(f"/events/{mine.slug}/people/{guest.uuid}/remove/")

    guest.refresh_from_db()
    assert (answer.status_code, guest.state) == (404, "in")


def test_mentors_are_named_who_are_in_live_and_agreed(event, alice, dora, bob):
    come(event, alice, side=Side.MENTOR)
    [invited] = invite_mentors(event=event, profiles=[dora.mentor_profile], now=NOW)
    assert [mentor.name for mentor in page_of(event).mentors] == [alice.name]

    Registration.objects.filter(person=alice).update(is_named=False)
    assert page_of(event).mentors == []
    Registration.objects.filter(person=alice).update(is_named=True)
    alice.mentor_profile.state = "suspended"
    alice.mentor_profile.save()
    assert page_of(event).mentors == []
    assert invited.is_invited


@pytest.mark.usefixtures("now")
def test_what_a_round_that_is_called_keeps_from_being_done_is_not_offered(evening, maria, client_for):
    address, own = f"/events/{evening.event.slug}/", client_for(evening.mentees[0].person)
    team, offered = client_for(maria), []
    for _time in range(2):
        pages = [
            markup_of(own.get(address)),
            *(markup_of(team.get(address + page)) for page in ("", "people/", "plan/")),
        ]
        buttons = [("answer", "cancel"), ("answer", "confirm")]
        offered.append(
            [
                *(len(elements_of(pages[0], "button", name=name, value=value)) for name, value in buttons),
                *(f'href="{address}{page}/"' in pages[1] for page in ("edit", "cancel")),
                "/remove/" in pages[2],
                len(elements_of(pages[3], "button", name="ask")),
            ]
        )
        Round.objects.filter(event=evening.event, number=1).update(called_at=NOW)

    assert offered == [[1, 1, True, True, True, 1], [0, 1, False, True, False, 0]]


# Plans


def proof(**fields) -> dict:
    usual = {"is_proven": True, "why_not": None, "meetings": 9, "most_meetings": 9, "mentees": [4, 2, 3]}
    musts = {"mentors": [3, 3, 3], "musts_asked": 0, "musts_met": 0, "asked_must": 0, "met_a_must": 0}
    return usual | musts | fields


@pytest.mark.parametrize(
    ("counts", "text"), [([4, 2, 2], "2"), ([4, 2, 3], "2 or 3"), ([4, 0, 3], "0 to 3"), ([0, 0, 0], "0")]
)
def test_a_range_reads_as_people_say_it(counts, text):
    assert range_text(counts) == text


def test_only_what_is_proven_is_called_so():
    proven = quality_line(proof())
    others = [
        proof(is_proven=False, why_not=why, most_meetings=most)
        for why in ("by_hand", "filled", "gaps", "out_of_time", "no_solver", "open")
        for most in (None, 12)
    ]

    lines = {quality_line(one) for one in others}
    assert proven not in lines
    assert len(lines) == 3
    assert any("9" in line and "12" in line for line in lines)


@pytest.mark.parametrize(
    ("asked", "met", "people", "served"), [(1, 1, 1, 1), (1, 0, 1, 0), (5, 3, 4, 2), (5, 5, 3, 3), (4, 3, 2, 1)]
)
def test_must_meets_are_counted_by_wish_and_by_person(asked, met, people, served):
    line = musts_line(proof(musts_asked=asked, musts_met=met, asked_must=people, met_a_must=served))

    numbers = [int(word) for word in line.replace(".", "").split() if word.isdigit()]
    assert numbers == [met, asked, *([people - served] if people > served else [])]


def test_a_page_of_plans_shows_the_newest_that_is_ready_or_the_one_that_is_asked_for(event, maria):
    fields = {"event": event, "by": maria, "asked_at": NOW, "proof": proof()}
    last = MOST_PLANS + 4
    for number in range(1, last):
        Plan.objects.create(number=number, state=PlanState.REPLACED, **fields)
    failed = Plan.objects.create(number=last, state=PlanState.FAILED, **fields)

    newest, oldest = PlanPage(event, NOW), PlanPage(event, NOW, 1)

    assert (newest.shown.number, newest.is_newest, newest.failed) == (last - 1, True, failed)
    assert (oldest.shown.number, oldest.is_newest) == (1, False)
    assert [PlanPage(event, NOW, number).shown for number in (last, 999)] == [None, None]
    assert len(newest.plans) == MOST_PLANS
    assert len(proof_lines(newest.shown)) == 3
    assert PlanPage(event, EVENING).can_publish is False


def test_a_plan_of_people_who_are_gone_shows_who_is_left(event, maria, alice, bob, charlie):
    gone, left, mentor = come(event, bob), come(event, charlie), come(event, alice, side=Side.MENTOR)
    rows = [[gone.pk, mentor.pk, 1, 1], [left.pk, mentor.pk, 2, 1], [left.pk, mentor.pk, 9, 1]]
    fields = {"by": maria, "asked_at": NOW, "proof": proof(), "state": PlanState.PROPOSED}
    Plan.objects.create(event=event, number=1, meetings=rows, **fields)
    bob.registrations.all().delete()

    page = PlanPage(event, NOW)

    assert [len(one.meetings) for one in page.rounds] == [0, 1, 0]
    assert page.rounds[1].meetings[0].key == f"{left.pk}-{mentor.pk}"
    assert (page.without, page.is_outdated) == ([], True)


@pytest.mark.parametrize("number", ["9" * 5000, "-1", "²", "٣", "1e9", "", "0"])
@pytest.mark.usefixtures("now")
def test_a_plan_by_a_number_that_none_has_is_no_plan(event, maria, client_for, number):
    client, address = client_for(maria), f"/events/{event.slug}/plan/"

    for press in ("publish", "again"):
        assert client.post(address, {press: "1", "number": number}).status_code == 302
    assert client.get(address, {"number": number[:40]}).status_code == 200
    assert not Plan.objects.exclude(state=PlanState.ASKED).exists()


@pytest.mark.parametrize(("state", "is_told"), [("open", True), ("live", True), ("over", False), ("cancelled", False)])
def test_places_are_told_until_nobody_can_come_any_more(event, client_for, bob, state, is_told):
    Event.objects.update(state=state)

    shown = markup_of(client_for(bob).get(f"/events/{event.slug}/"))

    assert bool(elements_of(shown, "span", class_="event-places")) == is_told
    assert page_of(event).is_past != is_told


def test_mentors_of_an_event_that_is_over_are_those_who_took_part(event, client_for, alice, bob):
    come(event, alice, side=Side.MENTOR)
    headings = []
    for state in ("open", "over"):
        Event.objects.update(state=state)
        shown = markup_of(client_for(bob).get(f"/events/{event.slug}/"))
        headings.append(re.search(r'<h2 id="mentors">\s*(.+?)\s*</h2>', shown)[1])

    assert headings[0] != headings[1]


def test_a_mentor_who_did_not_come_took_no_part_where_a_desk_checked_people_in(event, alice):
    other = make_person("other@example.org", "Olive Other")
    make_mentor(other)
    came, missed = (come(event, person, side=Side.MENTOR) for person in (alice, other))
    named = []
    for state, kind in (("over", None), ("running", "in"), ("over", "gone")):
        Event.objects.update(state=state)
        event.refresh_from_db()
        if kind:
            Presence.objects.create(registration=came if kind == "in" else missed, kind=kind, at=EVENING)
        named.append([one.name for one in page_of(event).mentors])

    assert named == [["Alice Adair", "Olive Other"], ["Alice Adair", "Olive Other"], ["Alice Adair"]]
