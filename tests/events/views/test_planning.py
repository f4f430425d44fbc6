"""Wishes, plans and timetables by the pages: each press, each refusal, and what is kept of what was typed."""

import pytest

from events.models import (
    Event,
    EventState,
    EventTable,
    Helper,
    Plan,
    PlanState,
    Registration,
    Side,
    Wish,
)
from events.planning.solving import solve_asked
from events.planning.wishes import MOST_LIKES, MOST_MUSTS
from events.registering.inviting import invite_mentors
from tests.conftest import NOW
from tests.events.forms.test_event import FILLED
from tests.events.making import come, make_event, make_guests
from tests.form_codes import codes_of
from tests.markup import elements_of, markup_of, refusals_in

pytestmark = [pytest.mark.django_db, pytest.mark.one_cast, pytest.mark.usefixtures("now")]


def refused(answer) -> list[str]:
    return refusals_in(answer.content.decode())


def here(event: Event, page: str) -> str:
    return f"/events/{event.slug}/{page}"


@pytest.fixture
def team(maria, client_for):
    return client_for(maria)


@pytest.fixture
def pair(event, alice, bob) -> tuple[Registration, Registration]:
    """alice, a mentor, and bob, a mentee."""
    return come(event, alice, side=Side.MENTOR), come(event, bob)


@pytest.fixture
def planned(event, pair, team) -> Plan:
    team.post(here(event, "plan/"), {"ask": "1"})
    solve_asked(now=NOW)
    return Plan.objects.get()


def extra_mentors(event: Event, count: int) -> list[Registration]:
    people = []
    for number, guest in enumerate(make_guests(count)):
        place = event.places.create(side=Side.MENTOR, number=50 + number)
        fields = {"side": Side.MENTOR, "state": "in", "place": place, "board_name": guest.name, "registered_at": NOW}
        people.append(Registration.objects.create(event=event, person=guest, **fields))
    return people


# Wishes


@pytest.mark.parametrize(("kind", "most", "code"), [("must", MOST_MUSTS, "too_many_musts"), ("no", 1, "too_many_noes")])
def test_one_wish_too_many_is_refused_and_the_form_keeps_all(event, bob, client_for, kind, most, code):
    come(event, bob)
    mentors = extra_mentors(event, most + 1)
    client, data = client_for(bob), {f"wish_{one.pk}": kind for one in mentors}

    answer = client.post(here(event, "wishes/"), data)

    assert (answer.status_code, refused(answer)) == (409, [code])
    assert {name: answer.context["form"][name].value() for name in data} == data
    assert not Wish.objects.exists()
    data.popitem()
    assert client.post(here(event, "wishes/"), data).status_code == 302
    assert Wish.objects.count() == most


def test_eight_likes_are_enough(event, bob, client_for):
    come(event, bob)
    mentors = extra_mentors(event, MOST_LIKES + 1)

    answer = client_for(bob).post(here(event, "wishes/"), {f"wish_{one.pk}": "like" for one in mentors})

    assert (answer.status_code, refused(answer)) == (409, ["too_many_likes"])


def test_wishes_after_their_time_are_refused_and_still_shown(event, pair, bob, client_for):
    Wish.objects.create(event=event, by=pair[1], about=pair[0], kind="like")
    Event.objects.filter(pk=event.pk).update(wishes_until=NOW)
    client = client_for(bob)

    page = client.get(here(event, "wishes/"))
    answer = client.post(here(event, "wishes/"), {f"wish_{pair[0].pk}": "must"})

    assert (page.status_code, page.context["is_open"]) == (200, False)
    assert (answer.status_code, refused(answer), Wish.objects.get().kind) == (409, ["closed"], "like")


@pytest.mark.parametrize("state", ["waiting", "invited", "cancelled", "removed"])
def test_only_who_has_a_place_finds_the_page_of_wishes(event, pair, bob, client_for, state):
    Registration.objects.filter(pk=pair[1].pk).update(state=state, place=None, waiting_since=NOW)

    assert client_for(bob).get(here(event, "wishes/")).status_code == 404


def test_a_wish_for_someone_who_has_left_meanwhile_is_not_in_the_form(event, pair, bob, client_for):
    Registration.objects.filter(pk=pair[0].pk).update(state="cancelled", place=None)

    answer = client_for(bob).post(here(event, "wishes/"), {f"wish_{pair[0].pk}": "must"})

    assert (answer.status_code, Wish.objects.count()) == (302, 0)


# Plans


def test_asking_while_one_is_made_waits_for_that_one(event, pair, team):
    for _press in range(2):
        team.post(here(event, "plan/"), {"ask": "1"})

    assert Plan.objects.count() == 1
    assert team.get(here(event, "plan/")).context["page"].asked == Plan.objects.get()


def test_a_plan_that_is_asked_for_keeps_the_locks_of_the_one_on_the_page(event, planned, team):
    mentee, mentor, number, _table = planned.meetings[0]
    team.post(here(event, f"plan/1/{mentee}-{mentor}/"), {"change": "lock"})
    locked = Plan.objects.get(number=2)

    team.post(here(event, "plan/"), {"ask": "1", "number": "2"})
    team.post(here(event, "plan/"), {"ask": "1", "number": "2"})

    assert [row[:3] for row in locked.locks] == [[mentee, mentor, number]]
    assert Plan.objects.get(number=3).locks == locked.locks


@pytest.mark.parametrize("number", ["", "7", "x", "-1", "99999"])
def test_publishing_a_plan_that_there_is_not_publishes_none(event, planned, team, number):
    team.post(here(event, "plan/"), {"publish": "1", "number": number})

    assert Event.objects.get().state == EventState.OPEN
    assert not Plan.objects.filter(state=PlanState.PUBLISHED).exists()


def test_a_plan_that_no_longer_holds_is_refused_on_its_page(event, planned, pair, team):
    Registration.objects.filter(pk=pair[1].pk).update(state="cancelled", place=None)

    answer = team.post(here(event, "plan/"), {"publish": "1", "number": "1"}, follow=True)

    assert refused(answer) == ["outdated"]
    assert Event.objects.get().state == EventState.OPEN
    assert answer.context["page"].is_outdated


def test_an_earlier_plan_is_used_again_by_a_press(event, planned, team):
    mentee, mentor = planned.meetings[0][:2]
    team.post(here(event, f"plan/1/{mentee}-{mentor}/"), {"change": "free", "sure": "1"})

    team.post(here(event, "plan/"), {"again": "1", "number": "1"})

    newest = Plan.objects.get(number=3)
    assert (newest.meetings, newest.parent) == (planned.meetings, planned)


@pytest.mark.parametrize("number", ["x", "", "12345", "-1", "１"])
def test_a_number_that_is_none_shows_the_newest_plan_or_none(event, planned, team, number):
    answer = team.get(here(event, "plan/"), {"number": number})

    assert answer.status_code == 200
    assert answer.context["page"].shown == planned


# One meeting


def meeting_of(event: Event, plan: Plan) -> str:
    mentee, mentor = plan.meetings[0][:2]
    return here(event, f"plan/{plan.number}/{mentee}-{mentor}/")


@pytest.mark.parametrize(
    ("change", "more", "counts"),
    [("free", {}, 2), ("move", {"round": "2"}, 0), ("move", {"round": "1"}, 0)],
)
def test_a_first_press_shows_the_effect_and_a_second_does_it(event, planned, team, change, more, counts):
    address = meeting_of(event, planned)

    shown = team.post(address, {"change": change, **more})
    assert (shown.status_code, len(shown.context["effect"].counts)) == (200, counts)
    assert Plan.objects.count() == 1
    done = team.post(address, {"change": change, "sure": "1", **more})

    assert (done.status_code, Plan.objects.count()) == (302, 2)


@pytest.mark.parametrize("change", ["lock", "unlock"])
def test_locks_need_one_press(event, planned, team, change):
    address = meeting_of(event, planned)

    assert team.post(address, {"change": change}).status_code == 302

    newest = Plan.objects.get(number=2)
    assert bool(newest.locks) == (change == "lock")
    assert newest.meetings == planned.meetings
    shown = team.get(address.replace("plan/1/", "plan/2/"))
    assert shown.context["is_locked"] == (change == "lock")


@pytest.mark.parametrize("sure", [{}, {"sure": "1"}])
@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"change": "move", "round": "4"}, "round"),
        ({"change": "move", "round": "0"}, "round"),
        ({"change": "move", "round": "x"}, "round"),
        ({"change": "swap", "other": "0"}, "known"),
        ({"change": "add", "round": "1"}, "once"),
    ],
)
def test_a_change_that_breaks_a_rule_is_refused_on_both_presses(event, planned, team, data, code, sure):
    answer = team.post(meeting_of(event, planned), {**data, **sure})

    assert answer.status_code == 409
    assert refused(answer) in ([code], ["once_a_round"])
    assert Plan.objects.count() == 1


def test_a_press_that_means_nothing_shows_the_meeting(event, planned, team):
    answer = team.post(meeting_of(event, planned), {"change": "dance"})

    assert (answer.status_code, answer.context["edit"], answer.context["effect"]) == (200, None, None)
    assert Plan.objects.count() == 1


def test_a_change_of_an_older_plan_is_refused(event, planned, team):
    address = meeting_of(event, planned)
    team.post(address, {"change": "lock"})

    answer = team.post(address, {"change": "free", "sure": "1"})

    assert (answer.status_code, refused(answer)) == (409, ["stale"])
    assert Plan.objects.count() == 2


def test_an_older_plan_offers_no_change(event, planned, team):
    address, offered = meeting_of(event, planned), []
    for _time in range(2):
        offered.append(len(elements_of(markup_of(team.get(address)), "button", name="change")))
        team.post(address, {"change": "lock"})

    shown = team.post(address, {"change": "free"})

    assert offered == [4, 0]
    assert (shown.status_code, refused(shown), shown.context["effect"]) == (409, ["stale"], None)


def test_a_meeting_offers_the_other_rounds_and_the_other_mentees(event, planned, team, charlie):
    other = come(event, charlie)

    context = team.get(meeting_of(event, planned)).context

    number = planned.meetings[0][2]
    assert (context["round"], context["rounds"]) == (number, [one for one in (1, 2, 3) if one != number])
    assert context["mentees"] == [other]


def test_two_who_do_not_meet_have_all_rounds(event, planned, team, charlie):
    other = come(event, charlie)
    mentor = planned.meetings[0][1]

    context = team.get(here(event, f"plan/1/{other.pk}-{mentor}/")).context

    assert (context["round"], context["rounds"], context["is_locked"]) == (0, [1, 2, 3], False)


def test_organisers_look_at_two_people_who_do_not_meet(event, planned, pair, team, charlie):
    """`pair` meets already, and charlie came after the plan was made."""
    other, mentor = come(event, charlie), pair[0]

    form = team.get(here(event, "plan/")).context["pair_form"]
    assert [value for value, _name in form.fields["one"].choices] == ["", pair[1].pk, other.pk]
    assert [value for value, _name in form.fields["other"].choices] == ["", mentor.pk]
    found = team.get(here(event, "plan/"), {"number": "1", "one": other.pk, "other": mentor.pk})
    assert found["Location"] == here(event, f"plan/1/{other.pk}-{mentor.pk}/")

    looked = team.get(found["Location"])
    assert "why-not" in markup_of(looked)
    best = str(looked.context["absence"].round)
    assert [one.text for one in elements_of(markup_of(looked), "option") if "selected" in one.attributes] == [best]
    team.post(found["Location"], {"change": "add", "round": best, "sure": "1"})
    assert [row[2] for row in Plan.objects.get(number=2).meetings if row[:2] == [other.pk, mentor.pk]] == [int(best)]
    met = team.get(here(event, f"plan/1/{pair[1].pk}-{mentor.pk}/"))
    assert (met.context["why_not"], "why-not" in markup_of(met)) == ("", False)


@pytest.mark.parametrize(
    ("one", "other", "codes"),
    [
        ("", "", {"one": ["required"], "other": ["required"]}),
        ("x", "0", {"one": ["invalid_choice"], "other": ["invalid_choice"]}),
        ("9" * 40, "", {"one": ["invalid_choice"], "other": ["required"]}),
    ],
)
def test_two_people_who_are_none_are_told_beside_the_fields(event, planned, team, one, other, codes):
    page = team.get(here(event, "plan/"), {"one": one, "other": other})
    assert (page.status_code, codes_of(page.context["pair_form"])) == (200, codes)


def test_who_has_left_has_no_meeting_to_look_at(event, planned, pair, team):
    address = meeting_of(event, planned)
    Registration.objects.filter(pk=pair[1].pk).update(state="cancelled", place=None)

    assert team.get(address).status_code == 404
    assert team.get(address.replace("plan/1/", "plan/9/")).status_code == 404


# Tables


def test_tables_are_saved_as_they_are_typed(event, team):
    team.post(here(event, "plan/tables/"), {"tables": "Window (screen)\n\n Corner (quiet)\nDoor"})

    rows = EventTable.objects.values_list("number", "name", "has_screen", "is_quiet")
    assert list(rows) == [(1, "Window", True, False), (2, "Corner", False, True), (3, "Door", False, False)]
    form = team.get(here(event, "plan/")).context["tables_form"]
    assert form["tables"].value() == "Window (screen)\nCorner (quiet)\nDoor"


@pytest.mark.parametrize(("text", "code"), [("", "required"), ("A\na", "twice"), ("x" * 41, "name")])
def test_tables_that_cannot_be_are_told_beside_the_field(event, team, text, code):
    EventTable.objects.create(event=event, number=1, name="Window")

    answer = team.post(here(event, "plan/tables/"), {"tables": text})

    assert (answer.status_code, codes_of(answer.context["tables_form"])) == (422, {"tables": [code]})
    assert answer.context["tables_form"]["tables"].value() == text
    assert EventTable.objects.get().name == "Window"


@pytest.mark.parametrize(("state", "code"), [("scheduled", "published"), ("live", "closed"), ("over", "closed")])
def test_tables_that_people_know_stay(event, team, state, code):
    EventTable.objects.create(event=event, number=1, name="Window")
    Event.objects.filter(pk=event.pk).update(state=state)

    answer = team.post(here(event, "plan/tables/"), {"tables": "Door"})

    assert (answer.status_code, refused(answer)) == (409, [code])
    assert EventTable.objects.get().name == "Window"


# The published timetable


def test_without_a_timetable_its_pages_lead_to_what_there_is(event, pair, bob, team, client_for):
    assert client_for(bob).get(here(event, "timetable/")).url == here(event, "")
    assert team.get(here(event, "print/")).url == here(event, "plan/")


def test_each_press_of_publish_is_seen_by_those_who_come(event, planned, pair, bob, team, client_for):
    team.post(here(event, "plan/"), {"publish": "1", "number": "1"})

    rows = client_for(bob).get(here(event, "timetable/")).context["rows"]
    cards = team.get(here(event, "print/")).context["cards"]

    assert [row.partner and row.partner.board_name for row in rows].count("Alice") == 1
    assert {one.registration.board_name for one in cards} == {"Alice", "Bob"}
    assert "Bob" in markup_of(team.get(here(event, "print/")))


# Organisers


@pytest.mark.parametrize(("press", "state"), [({}, "open"), ({"close": "1"}, "closed")])
def test_one_address_opens_and_closes(maria, team, press, state):
    draft = make_event(maria, is_open="close" in press)

    team.post(here(draft, "open/"), press)

    draft.refresh_from_db()
    assert draft.state == state


@pytest.mark.parametrize("state", ["live", "over", "cancelled"])
def test_what_cannot_be_opened_says_so_on_its_page(event, team, state):
    Event.objects.filter(pk=event.pk).update(state=state)

    answer = team.post(here(event, "open/"), follow=True)

    assert refused(answer) == ["closed"]
    event.refresh_from_db()
    assert event.state == state


def test_cancelling_an_event_that_has_changed_shows_it_again_with_the_reason(event, team):
    page = here(event, "cancel/")
    answer = team.post(page, {"reason": "The hall is flooded", "seen": str(event.version - 1)})

    assert (answer.status_code, refused(answer)) == (409, ["stale"])
    assert answer.context["form"]["reason"].value() == "The hall is flooded"
    assert answer.context["people"].told == 0
    assert Event.objects.get().state == EventState.OPEN


def test_an_edit_that_is_refused_keeps_all_that_was_typed(event, team):
    typed = FILLED | {"title": "Second jobs", "about": "More", "seen": str(event.version - 1)}

    answer = team.post(here(event, "edit/"), typed)

    assert (answer.status_code, refused(answer)) == (409, ["stale"])
    form = answer.context["form"]
    assert {name: form[name].value() for name in FILLED} == {name: typed[name] for name in FILLED}
    assert Event.objects.get().title == "First jobs"


def test_only_events_that_one_leads_are_copied(maria, bob, team, client_for):
    event = make_event(maria, title="Mine")
    Helper.objects.create(event=event, person=bob, role="lead")

    assert team.get("/events/new/", {"like": event.slug}).context["form"]["title"].value() == "Mine"
    assert team.get("/events/new/", {"like": "no-such-event"}).context["form"]["title"].value() is None
    assert client_for(bob).get("/events/new/", {"like": event.slug}).status_code == 404


def test_mentors_are_looked_for_by_what_is_known_of_them(event, team, alice, dora, topic):
    alice.mentor_profile.topics.add(topic)
    alice.mentor_profile.headline = "Harbour pilot"
    alice.mentor_profile.save()

    def found(words: str) -> set[str]:
        return {one.slug for one in team.get(here(event, "people/"), {"q": words}).context["found"]}

    assert found("ADAIR") == found("harbour") == found("negot") == {"alice-adair"}
    assert found("d") == {"alice-adair", "dora-dane"}
    assert found("otiation") == found("  ") == found("%") == set()


@pytest.mark.parametrize("state", ["in", "waiting", "invited", "declined", "removed", "over", "left", "cancelled"])
def test_who_is_on_the_list_or_said_no_is_not_looked_for_again(event, team, alice, state):
    one = come(event, alice, side=Side.MENTOR)
    fields = {} if state == "in" else {"place": None, "waiting_since": NOW}
    Registration.objects.filter(pk=one.pk).update(state=state, **fields)

    found = team.get(here(event, "people/"), {"q": "adair"}).context["found"]

    assert bool(found) == (state in ("left", "cancelled"))


@pytest.mark.parametrize("mentors", [[], ["no-such-mentor"], ["bob-bose"]])
def test_inviting_nobody_invites_nobody(event, team, bob, mentors):
    answer = team.post(here(event, "people/invite/"), {"mentor": mentors}, follow=True)

    assert answer.redirect_chain == [(here(event, "people/"), 302)]
    assert refused(answer) == ["nobody"]
    assert not Registration.objects.exists()


def test_a_mentor_who_is_not_live_any_more_is_not_invited(event, team, alice):
    alice.mentor_profile.state = "draft"
    alice.mentor_profile.save()

    team.post(here(event, "people/invite/"), {"mentor": ["alice-adair"]})

    assert not Registration.objects.exists()


def test_inviting_after_registration_says_so(event, team, alice):
    Event.objects.filter(pk=event.pk).update(state=EventState.CLOSED)

    answer = team.post(here(event, "people/invite/"), {"mentor": ["alice-adair"]}, follow=True)

    assert refused(answer) == ["closed"]
    assert not Registration.objects.exists()


@pytest.mark.parametrize("state", [EventState.LIVE, EventState.OVER])
def test_nobody_is_taken_off_the_list_once_it_runs(event, team, pair, state):
    Event.objects.filter(pk=event.pk).update(state=state)

    answer = team.post(here(event, f"people/{pair[1].uuid}/remove/"), follow=True)

    assert refused(answer) == ["closed"]
    assert Registration.objects.get(pk=pair[1].pk).is_in


def test_an_invitation_is_answered_on_the_page(event, alice, client_for):
    invite_mentors(event=event, profiles=[alice.mentor_profile], now=NOW)
    Event.objects.filter(pk=event.pk).update(state=EventState.CLOSED)
    client = client_for(alice)

    late = client.post(here(event, "answer/"), {"answer": "accept"}, follow=True)
    assert refused(late) == ["closed"]
    client.post(here(event, "answer/"), {"answer": "decline"})

    assert Registration.objects.get().state == "declined"
    assert client.post(here(event, "answer/"), {"answer": "accept"}, follow=True).status_code == 200
    assert Registration.objects.get().state == "declined"


@pytest.mark.parametrize(
    ("answer", "code"), [("take", "full"), ("pass", "closed"), ("confirm", "stale"), ("accept", "stale")]
)
def test_presses_of_who_waits_that_cannot_be(event, client_for, answer, code):
    waiting = [come(event, guest) for guest in make_guests(3)][2]

    page = client_for(waiting.person).post(here(event, "answer/"), {"answer": answer}, follow=True)

    waiting.refresh_from_db()
    assert (refused(page), waiting.state) == ([code], "waiting")


def test_nobody_registers_after_the_evening_has_begun_and_what_was_typed_stays(event, bob, client_for):
    Event.objects.filter(pk=event.pk).update(registration_until=NOW)
    said = {"side": "mentee", "question": "Which offer?", "board_name": "Robert", "languages": ["en"]}

    page = client_for(bob).post(here(event, "register/"), said)

    assert (page.status_code, refused(page)) == (409, ["closed"])
    assert page.context["form"]["question"].value() == "Which offer?"
    assert page.context["form"]["board_name"].value() == "Robert"
    assert not Registration.objects.exists()
