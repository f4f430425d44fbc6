"""An evening where anyone may meet anyone, from the form in which it is made to the contact that two people share."""

import pytest
import time_machine

from events.afterwards.answers import AnswerInput, answer
from events.errors import EventError
from events.live import running
from events.live.evening import read_evening
from events.live.partners import find_alone, join_alone
from events.live.presence import check_in, go_home
from events.models import Event, EventKind, EventTable, Outcome, Pairing, Plan, PlanState, Registration, Side, WishKind
from events.pages.after_page import AfterPage
from events.pages.proof_line import proof_lines
from events.pages.timetable_page import WHY_OF_GUEST, timetable_rows
from events.planning.editing import Change, Edit, edit_plan
from events.planning.plans import facts_of
from events.planning.publishing import publish_plan
from events.planning.timetables import ONE_ASKED, OTHER_ASKED, known_reasons
from events.planning.wishes import set_wishes, shown_name
from events.scheduling.checking import find_violations
from events.scheduling.problem import Unproven
from tests.apart import keep_apart
from tests.conftest import NOW
from tests.events.forms.test_event import FILLED
from tests.events.live.acting import MINUTE, arrive
from tests.events.making import EVENING, come, make_event, make_guests
from tests.events.planning.making import planned
from tests.markup import elements_of, markup_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
FIELDS = {name: value for name, value in FILLED.items() if name not in ("places_mentee", "places_mentor", "group_size")}
FILLED_FOR_GUESTS = FIELDS | {"places_guest": "20"}


def gather(by, count: int = 5, **fields) -> tuple[Event, list[Registration]]:
    """An event of guests who are all in, with one place more."""
    event = make_event(by, kind=EventKind.NETWORKING, places={Side.GUEST: count + 1}, **fields)
    said = {"question": "Who has moved into research?"}
    return event, [come(event, guest, side=Side.GUEST, board_name=guest.name, **said) for guest in make_guests(count)]


def publish(event: Event) -> Plan:
    plan = planned(event)
    publish_plan(plan=plan, now=NOW)
    event.refresh_from_db()
    return plan


def met(number: int, *outcomes: str) -> list[tuple[int, int]]:
    rows = Pairing.objects.filter(round__number=number, outcome__in=outcomes or ("planned", "held"))
    return sorted(rows.values_list("one", "other"))


def test_it_is_made_and_changed_on_a_page_with_one_kind_of_places(maria, client_for):
    client = client_for(maria)
    shown = markup_of(client.get("/events/new/?kind=networking"))
    names = {element.attributes.get("name") for element in elements_of(shown, "input")}
    assert {"places_guest", "rounds_count"} <= names
    assert not {"places_mentee", "places_mentor", "group_size"} & names
    [tab] = [one for one in elements_of(shown, "a") if one.attributes.get("href") == "?kind=networking"]
    assert tab.attributes["aria-current"] == "page"

    made = client.post("/events/new/?kind=networking", FILLED_FOR_GUESTS)
    event = Event.objects.get()
    assert (made.url, event.kind, event.group_size) == (f"/events/{event.slug}/", "networking", 1)
    assert set(event.places.values_list("side", flat=True)) == {"guest"}

    page = f"{made.url}edit/"
    [seen, *_more] = elements_of(markup_of(client.get(page)), "input", name="seen")
    client.post(page, FILLED_FOR_GUESTS | {"places_guest": "4", "seen": seen.attributes["value"]})
    event.refresh_from_db()
    assert (event.kind, event.places.count()) == ("networking", 4)
    assert client.get(f"/events/new/?like={event.slug}").context["form"]["places_guest"].value() == 4


@pytest.mark.parametrize("kind", ["", "speed", "office_hours", "🌻"])
def test_the_form_is_for_speed_mentoring_unless_it_is_asked_for_networking(maria, client_for, kind):
    assert "places_mentor" in client_for(maria).get("/events/new/", {"kind": kind}).context["form"].fields


def test_it_begins_with_shorter_rounds(maria, client_for):
    forms = [client_for(maria).get(f"/events/new/?kind={kind}").context["form"] for kind in ("speed", "networking")]

    assert [form["round_minutes"].value() for form in forms] == [10, 8]


@pytest.mark.parametrize("count", ["1", "501", "many", ""])
def test_places_for_guests_are_a_number_in_bounds(maria, client_for, count):
    answer = client_for(maria).post("/events/new/?kind=networking", FILLED_FOR_GUESTS | {"places_guest": count})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["places_guest"])
    assert not Event.objects.exists()


def test_a_guest_registers_on_the_one_side_with_a_contact(maria, bob, client_for):
    event = make_event(maria, kind=EventKind.NETWORKING, places={Side.GUEST: 4})
    said = {"question": "Who knows labs?", "languages": ["en"], "board_name": "Bob", "contact": "bob@lab.example"}
    page = f"/events/{event.slug}/register/"
    asked = client_for(bob).get(page).context["form"].fields
    assert {"contact", "question", "is_named"} <= set(asked)

    client_for(bob).post(page, said | {"side": "mentor"})

    own = Registration.objects.get()
    assert (own.side, own.contact, own.is_named) == (Side.GUEST, "bob@lab.example", False)


def test_a_guest_wishes_for_others_of_whom_not_all_are_named(maria, client_for):
    event, [first, shy, *others] = gather(maria)
    Registration.objects.filter(pk=shy.pk).update(is_named=False)
    page, client = f"/events/{event.slug}/wishes/", client_for(first.person)

    rows = client.get(page).context["form"].rows
    assert {one.pk for one, _field in rows} == {one.pk for one in (shy, *others)}
    assert {one.pk: field.label for one, field in rows}[shy.pk] != shy.board_name
    client.post(page, {f"wish_{others[0].pk}": "must", f"wish_{others[1].pk}": "no"})

    assert dict(first.wishes.values_list("about", "kind")) == {others[0].pk: "must", others[1].pk: "no"}


def test_calls_of_the_api_name_nobody_whom_the_page_does_not_name(maria, client_for):
    event, [first, shy, *_others] = gather(maria)
    Registration.objects.filter(pk=shy.pk).update(is_named=False)

    rows = client_for(first.person).get(f"/api/v1/events/{event.slug}/wishes/").json()["wishes"]

    shy.refresh_from_db()
    assert {row["person"]: row["name"] for row in rows}[shy.pk] == shown_name(shy) != shy.board_name


def test_a_plan_seats_everyone_as_often_as_an_odd_number_allows(maria):
    event, people = gather(maria, 5)
    plan = planned(event)

    facts = facts_of(plan)
    assert facts.problem.anyone
    assert EventTable.objects.filter(event=event).count() == 2
    assert len(plan.meetings) == 6 == plan.proof["most_meetings"]
    assert plan.proof["mentees"] == [5, 2, 3]
    assert plan.proof["mentors"] == [0, 0, 0]
    assert all(str(one) < str(other) for one, other, _round, _table in plan.meetings)
    assert {key for row in plan.meetings for key in row[:2]} == {one.pk for one in people}


def test_the_proof_says_how_many_meetings_there_can_be(maria):
    event, _people = gather(maria, 5)
    plan = planned(event)
    lines = proof_lines(plan)
    less = dict(plan.proof, meetings=5)

    assert len(lines) == 3
    assert plan.proof["why_not"] == Unproven.OPEN
    plan.proof = less
    assert proof_lines(plan)[1] != lines[1]


def test_nobody_meets_whom_they_did_not_want_or_are_kept_apart_from(maria):
    event, [a, b, c, d] = gather(maria, 4)
    set_wishes(registration=a, wishes={b.pk: WishKind.NO}, now=NOW)
    Pairing.objects.create(event=event, one=c, other=d, is_apart=True)

    pairs = {frozenset(row[:2]) for row in planned(event).meetings}

    assert pairs.isdisjoint({frozenset((a.pk, b.pk)), frozenset((c.pk, d.pk))})
    assert len(pairs) == 4


@pytest.mark.parametrize("turned", [False, True])
def test_who_never_wants_to_meet_a_mentor_again_does_not_as_a_guest_either(maria, alice, bob, turned):
    keep_apart(bob, alice)
    event, _people = gather(maria, 2)
    event.places.create(side=Side.GUEST, number=9)
    pair = [come(event, person, side=Side.GUEST) for person in ((bob, alice) if turned else (alice, bob))]

    meetings = planned(event).meetings

    assert len(meetings) == 5
    assert {one.pk for one in pair} not in [set(row[:2]) for row in meetings]


def test_only_who_asked_knows_of_a_wish_unless_both_did(maria):
    event, [a, b, c, d] = gather(maria, 4)
    set_wishes(registration=a, wishes={d.pk: WishKind.LIKE}, now=NOW)
    set_wishes(registration=b, wishes={a.pk: WishKind.MUST, c.pk: WishKind.LIKE}, now=NOW)
    set_wishes(registration=c, wishes={b.pk: WishKind.LIKE}, now=NOW)
    set_wishes(registration=d, wishes={b.pk: WishKind.LIKE}, now=NOW)
    publish(event)

    def known(one: Registration, other: Registration) -> list[str]:
        low, high = sorted((one.pk, other.pk))
        pair = Pairing.objects.get(one=low, other=high)
        return known_reasons(pair, one)

    assert (known(a, b), known(b, a)) == (["language"], ["you_asked", "language"])
    assert (known(b, c), known(c, b)) == (["both_asked", "language"],) * 2
    assert (known(a, d), known(d, a)) == (["you_asked", "language"], ["language"])
    assert (known(b, d), known(d, b)) == (["language"], ["you_asked", "language"])
    stored = {code for why in Pairing.objects.values_list("why", flat=True) for code in why}
    assert stored == {ONE_ASKED, OTHER_ASKED, "both_asked", "language"}
    own = {row.partner: row.why for row in timetable_rows(b)}
    assert own[a][0] == WHY_OF_GUEST["you_asked"]


def change(plan: Plan, *edit) -> Plan:
    return edit_plan(plan=plan, edit=Edit(*edit), by=plan.by, now=NOW)


def test_a_plan_is_changed_by_hand(maria):
    event, people = gather(maria, 4)
    plan = planned(event)
    one, other, number, _table = plan.meetings[0]
    third = next(each.pk for each in people if each.pk not in (one, other))

    locked = change(plan, Change.LOCK, one, other)
    assert [tuple(row[:3]) for row in locked.locks] == [(one, other, number)]
    freed = change(locked, Change.FREE, one, other)
    assert (one, other) not in [tuple(row[:2]) for row in freed.meetings]
    added = change(freed, Change.ADD, one, other, number)
    assert {tuple(row[:3]) for row in added.meetings} == {tuple(row[:3]) for row in plan.meetings}
    same = change(added, Change.SWAP, one, other, 0, other)
    assert {tuple(row[:3]) for row in same.meetings} == {tuple(row[:3]) for row in plan.meetings}
    # All four meet each other in three rounds: whoever is swapped would meet somebody twice.
    with pytest.raises(EventError) as refused:
        change(same, Change.SWAP, one, other, 0, third)
    assert refused.value.code == "once"


def test_two_swap_partners_however_their_keys_are_ordered(maria):
    event, _people = gather(maria, 6, rounds_count=2)
    plan = planned(event)
    first = [row for row in plan.meetings if row[2] == 1]
    wrong = {frozenset(row[:2]) for row in plan.meetings}
    one, other = first[0][:2]
    third, fourth = next(
        pair
        for row in first[1:]
        for pair in (row[:2], row[:2][::-1])
        if not {frozenset((pair[0], other)), frozenset((one, pair[1]))} & wrong
    )

    swapped = change(plan, Change.SWAP, one, other, 0, third)

    pairs = {frozenset(row[:2]) for row in swapped.meetings if row[2] == 1}
    assert {frozenset((third, other)), frozenset((one, fourth))} < pairs
    assert find_violations(facts_of(swapped).problem, []) == []
    assert swapped.proof["violations"] == []
    assert swapped.state == PlanState.PROPOSED


def test_the_page_of_a_meeting_reads_the_pair_either_way(maria, client_for):
    event, _people = gather(maria, 4)
    plan = planned(event)
    one, other, number, _table = plan.meetings[0]
    client = client_for(maria)

    pages = [client.get(f"/events/{event.slug}/plan/{plan.number}/{a}-{b}/") for a, b in ((one, other), (other, one))]

    assert [page.context["round"] for page in pages] == [number, number]
    assert {one, other}.isdisjoint(each.pk for each in pages[0].context["mentees"])


def test_every_page_of_the_evening_is_there_for_guests_and_team(maria, client_for):
    event, [guest, *_others] = gather(maria, 4)
    publish(event)
    own, team = client_for(guest.person), client_for(maria)
    address = f"/events/{event.slug}/"

    assert [own.get(f"{address}{page}").status_code for page in ("", "timetable/", "now/")] == [200] * 3
    assert [team.get(f"{address}{page}").status_code for page in ("", "plan/", "people/", "desk/", "print/")] == [
        200
    ] * 5
    printed = team.get(f"{address}print/").context["rounds"]
    rows = {(one.board_name, other.board_name) for one, other in pairs_of(event)}
    assert {row[1:] for one in printed for row in one.at_tables} == rows


def pairs_of(event: Event) -> list[tuple[Registration, Registration]]:
    """As plans write them: the lower key first, compared as texts."""
    pairs = Pairing.objects.filter(event=event).select_related("one", "other")
    return [tuple(sorted((pair.one, pair.other), key=lambda it: str(it.pk))) for pair in pairs]


def test_the_evening_runs_and_who_is_left_over_joins_who_is_alone(maria):
    event, people = gather(maria, 5)
    publish(event)
    free = next(one for one in people if one.pk not in {key for pair in met(1) for key in pair})
    missing = next(one for one in people if one != free)
    arrive(*(one for one in people if one != missing))
    running.start_evening(event=event, now=EVENING)

    # Four are here: whoever had the missing one as partner is seated with the fifth.
    assert len(met(1)) == 2
    assert {key for pair in met(1) for key in pair} == {one.pk for one in people if one != missing}

    check_in(registration=missing, by=maria, now=EVENING + MINUTE)
    evening = read_evening(Event.objects.get(), EVENING + MINUTE)
    assert find_alone(evening, missing, evening.current) == []
    planned_with = {key for number in (2, 3) for pair in met(number) if missing.pk in pair for key in pair}
    sitting = [way for pair in met(1) for way in (pair, pair[::-1])]
    leaver, left = next(
        (Registration.objects.get(pk=one), Registration.objects.get(pk=other))
        for one, other in sitting
        if other not in planned_with
    )
    go_home(registration=leaver, by=maria, now=EVENING + MINUTE)
    joined = join_alone(registration=missing, other=left, now=EVENING + MINUTE)
    assert {joined.one_id, joined.other_id} == {missing.pk, left.pk}
    assert leaver.pk not in {key for number in (2, 3) for pair in met(number) for key in pair}


def test_a_contact_is_shown_only_to_someone_whom_both_want_to_talk_to_again(maria, client_for):
    event, people = gather(maria, 3)
    for one in people:
        Registration.objects.filter(pk=one.pk).update(contact=f"contact-of-{one.pk}@example.org")
    publish(event)
    Pairing.objects.update(outcome=Outcome.HELD)
    Event.objects.update(state="over", ended_at=EVENING)
    a, b, c = (Registration.objects.select_related("event", "person").get(pk=one.pk) for one in people)
    pairs = {frozenset((pair.one_id, pair.other_id)): pair.pk for pair in Pairing.objects.all()}

    def say(one: Registration, other: Registration, again: bool) -> None:
        said = {pairs[frozenset((one.pk, other.pk))]: AnswerInput(useful=3, again=again)}
        answer(registration=one, said=said, now=EVENING)

    say(a, b, True)
    say(a, c, True)
    say(c, a, False)
    contacts = {one.pk: f"contact-of-{one.pk}@" for one in (a, b, c)}

    def shown_to(one: Registration) -> set[int]:
        with time_machine.travel(EVENING, tick=False):
            page = client_for(one.person).get(f"/events/{event.slug}/after/").content.decode()
        return {pk for pk, words in contacts.items() if words in page}

    assert [shown_to(one) for one in (a, b, c)] == [set(), set(), set()]
    say(b, a, True)
    assert [shown_to(one) for one in (a, b, c)] == [{b.pk}, {a.pk}, set()]
    assert [wish.contact for wish in AfterPage(a.event, a, EVENING).mutual] == [f"contact-of-{b.pk}@example.org"]
