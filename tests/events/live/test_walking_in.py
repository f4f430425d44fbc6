"""People who come to an evening without having registered."""

from datetime import timedelta

import pytest
import time_machine

from accounts.models import User
from events.errors import EventError
from events.live import running
from events.live.evening import Standing, standing_of_one
from events.live.presence import check_in
from events.live.walking_in import WalkIn, add_walk_in
from events.models import Event, EventTable, Pairing, Place, Presence, Registration, RegistrationState, Side
from events.registering.acts import cancel_registration
from notifications.models import Notification
from sessions_app.models import Occupancy
from tests.conftest import NOW, make_mentor, make_person, make_staff
from tests.events.live.acting import MINUTE, arrive, pairs, refused, started
from tests.events.making import EVENING, make_evening
from tests.markup import elements_of, markup_of, refusals_in
from tests.trust.cases import decide
from trust.models import Case, Outcome, ReportKind

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
FILLED = {"name": "Nova", "email": "nova@example.org", "side": "mentee", "languages": ["en"]}


def walk_in(event: Event, at=EVENING, **said) -> Registration:
    values = {"email": "nova@example.org", "name": "Nova", "side": Side.MENTEE, "languages": ("en",)}
    values |= {"has_chosen_languages": "languages" in said} | said
    return add_walk_in(event=event, said=WalkIn(**values), by=event.by, now=at)


def met(registration: Registration) -> list[int]:
    found = Pairing.objects.of(registration).that_stand()
    return list(found.order_by("round__number").values_list("round__number", flat=True))


def test_a_new_person_gets_an_account_a_place_more_and_is_here(evening):
    made = walk_in(evening.event)

    person = User.objects.get(email="nova@example.org")
    assert (made.person, made.state, made.board_name) == (person, RegistrationState.IN, "Nova")
    assert (person.name, person.timezone, person.has_usable_password()) == ("Nova", "Europe/Stockholm", False)
    assert not person.emailaddress_set.get().verified
    assert (made.is_standby, Place.objects.filter(side=Side.MENTEE).count()) == (True, 5)
    assert standing_of_one(made) == Standing.HERE
    assert Presence.objects.get().by == evening.event.by
    assert not Notification.objects.filter(recipient=person).exists()


def test_a_place_that_is_free_is_theirs_and_makes_nobody_a_standby(maria):
    evening = make_evening(maria, mentees=3)
    cancel_registration(registration=evening.mentees[0], by=maria, now=NOW)

    made = walk_in(evening.event)

    assert (made.is_standby, Place.objects.filter(side=Side.MENTEE).count()) == (False, 3)


def test_holes_are_theirs_and_nobody_else_moves(evening):
    """Mentee 1 never comes. In the rounds in which a mentor would have met them, the walk-in does."""
    absent = evening.mentees[0]
    event = started(evening, without=(absent,))
    before = {number: pairs(number) for number in (1, 2, 3)}
    made = walk_in(event, EVENING + MINUTE)

    assert pairs(1) == before[1]
    added = {number: pairs(number) - before[number] for number in (2, 3)}
    assert all(before[number] <= pairs(number) for number in (2, 3))
    assert sorted(number for number, rows in added.items() if rows) == met(made)


def test_someone_who_comes_late_is_only_there_for_what_is_left(evening):
    event = started(evening)

    made = walk_in(event, EVENING + MINUTE)

    assert made.attends == [2, 3]
    span = list(event.shape.spans(event.start))
    taken = Occupancy.objects.get(subject="event", subject_id=made.pk)
    assert (taken.during.lower, taken.during.upper) == (span[1][0], span[2][1])


def test_a_mentor_who_walks_in_has_a_table_of_their_own_and_the_free_meet_them(evening, alice):
    event = started(evening)
    EventTable.objects.update(is_ours=True)
    made = walk_in(event, EVENING + MINUTE, email=alice.email, name="Alice", side=Side.MENTOR)

    assert EventTable.objects.count() == 3
    assert met(made) == [2, 3]
    assert len({pair.table for pair in Pairing.objects.of(made)} - {None}) == 1


def test_tables_that_organisers_named_are_all_there_are(evening, alice):
    made = walk_in(started(evening), EVENING + MINUTE, email=alice.email, side=Side.MENTOR)

    assert (EventTable.objects.count(), met(made)) == (2, [])


def test_only_mentors_with_a_live_profile_walk_in_as_mentors(evening, bob):
    assert refused(lambda: walk_in(evening.event, email=bob.email, side=Side.MENTOR)) == "not_a_mentor"
    assert refused(lambda: walk_in(evening.event, side=Side.GUEST)) == "wrong_side"
    assert not User.objects.filter(email="nova@example.org").exists()


def test_an_account_keeps_its_name_and_is_found_however_the_address_is_written(evening, bob):
    made = walk_in(evening.event, email=" BOB@Example.org", name="Bobby")

    bob.refresh_from_db()
    assert (made.person, made.board_name, bob.name) == (bob, "Bobby", "Bob Bose")


def test_a_person_on_the_list_is_checked_in_and_keeps_what_they_said(evening):
    known = evening.mentees[0]

    made = walk_in(evening.event, email=known.person.email, name="Else")
    again = walk_in(evening.event, email=known.person.email)

    assert made == again == known
    assert (made.board_name, made.question) == (known.board_name, known.question)
    assert (Presence.objects.count(), Registration.objects.count()) == (1, 6)


@pytest.mark.parametrize("state", ["waiting", "cancelled", "declined", "left", "over", "invited"])
def test_a_registration_that_ended_or_waits_stands_again(evening, bob, state):
    fields = {"side": Side.MENTEE, "board_name": "Bob", "question": "Why?", "languages": ["en"], "registered_at": NOW}
    old = Registration.objects.create(event=evening.event, person=bob, state=state, waiting_since=NOW, **fields)

    made = walk_in(evening.event, email=bob.email, name="Bob")

    assert (made.pk, made.state, made.question, made.version) == (old.pk, "in", "Why?", old.version + 1)


@pytest.mark.parametrize("state", ["waiting", "cancelled"])
def test_languages_that_the_desk_has_chosen_hold_for_whom_it_knows(evening, bob, state):
    fields = {"side": Side.MENTEE, "board_name": "Bob", "languages": ["es"], "registered_at": NOW}
    old = Registration.objects.create(event=evening.event, person=bob, state=state, waiting_since=NOW, **fields)
    here = evening.mentees[0]
    for person in (bob, here.person):
        walk_in(evening.event, email=person.email, name="Bob")
    old.refresh_from_db()
    assert (old.state, old.languages) == ("in", ["es"])

    for registration in (old, here):
        walk_in(evening.event, email=registration.person.email, languages=("sv", "en"))
        registration.refresh_from_db()
        assert registration.languages == ["sv", "en"]


@pytest.mark.parametrize(("sent", "kept"), [(["en"], ["es"]), (["es", "sv"], ["es", "sv"])])
def test_what_the_desk_left_as_it_was_in_the_form_was_not_chosen(evening, maria, client_for, sent, kept):
    known = evening.mentees[0]
    Registration.objects.filter(pk=known.pk).update(languages=["es"])
    with time_machine.travel(EVENING, tick=False):
        said = FILLED | {"email": known.person.email, "languages": sent}
        client_for(maria).post(f"/events/{evening.event.slug}/desk/walk-in/", said)

    known.refresh_from_db()
    assert known.languages == kept


def test_who_was_taken_off_the_list_stays_off(evening, maria):
    removed = evening.mentees[0]
    cancel_registration(registration=removed, by=maria, now=NOW)

    assert refused(lambda: walk_in(evening.event, email=removed.person.email)) == "removed"
    assert refused(lambda: walk_in(evening.event, at=NOW)) == "not_yet"


def test_who_may_not_ask_at_the_moment_does_not_come_in_by_the_door(evening, bob, dora, maria, client_for):
    """Dora decides, since maria, who runs the desk, isn't told what was decided of whom."""
    case = Case.objects.create(about=bob, kind=ReportKind.SELLING, opened_at=NOW, due_at=EVENING)
    decide(case, make_staff(dora), Outcome.LIMIT, until=EVENING + timedelta(days=1))

    assert refused(lambda: walk_in(evening.event, email=bob.email)) == "barred"
    with time_machine.travel(EVENING, tick=False):
        page = client_for(maria).post(f"/events/{evening.event.slug}/desk/walk-in/", FILLED | {"email": bob.email})
    assert (page.status_code, refusals_in(markup_of(page))) == (409, ["barred"])
    assert not Registration.objects.filter(person=bob).exists()


@pytest.mark.parametrize(("outcome", "comes"), [(Outcome.LIMIT, True), (Outcome.BREAK, False)])
def test_who_has_a_place_comes_unless_they_may_meet_nobody(evening, dora, maria, outcome, comes):
    registration = evening.mentees[0]
    case = Case.objects.create(about=registration.person, kind=ReportKind.SELLING, opened_at=NOW, due_at=EVENING)
    decide(case, make_staff(dora), outcome, until=EVENING + timedelta(days=1))
    Registration.objects.filter(pk=registration.pk).update(state=RegistrationState.IN)

    ways = [
        lambda: check_in(registration=registration, by=registration.person, now=EVENING),
        lambda: check_in(registration=registration, by=maria, now=EVENING),
        lambda: walk_in(evening.event, email=registration.person.email),
    ]

    if comes:
        for come_in in ways:
            come_in()
        assert standing_of_one(registration) == Standing.HERE
    else:
        assert [refused(come_in) for come_in in ways] == ["barred"] * 3
        assert standing_of_one(registration) == Standing.ABSENT


def test_a_closed_account_cannot_be_used(evening, bob):
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert refused(lambda: walk_in(evening.event, email=bob.email)) == "no_account"


def test_who_has_a_session_then_is_refused_in_the_words_of_the_desk(evening, bob):
    during = evening.event.during
    Occupancy.objects.create(person=bob, subject="other", subject_id=1, during=during)

    with pytest.raises(EventError) as error:
        walk_in(evening.event, email=bob.email)

    assert (error.value.code, error.value.field) == ("own_overlap", "email")
    assert not Registration.objects.filter(person=bob).exists()


def test_there_is_an_end_to_it(evening, monkeypatch):
    monkeypatch.setattr("events.live.walking_in.MOST_PLACES", 4)

    assert refused(lambda: walk_in(evening.event)) == "no_places"


def test_nobody_comes_once_all_rounds_are_called_or_the_event_is_over(evening):
    event = started(evening)
    for number, place in evening.rounds.items():
        if number > 1:
            place.refresh_from_db()
            place.called_at = EVENING
            place.save()
    assert refused(lambda: walk_in(event, EVENING + MINUTE)) == "too_late"
    running.close_event(event=event, now=EVENING + MINUTE)
    assert refused(lambda: walk_in(event, EVENING + MINUTE)) == "closed"


def test_the_desk_does_it_on_a_page(evening, maria, client_for):
    client, page = client_for(maria), f"/events/{evening.event.slug}/desk/walk-in/"
    with time_machine.travel(EVENING, tick=False):
        shown = markup_of(client.get(page))
        assert [box.attributes["value"] for box in elements_of(shown, "input", name="side")] == ["mentee", "mentor"]
        wrong = client.post(page, FILLED | {"email": "nova", "languages": []})
        assert (wrong.status_code, set(wrong.context["form"].errors)) == (422, {"email", "languages"})
        assert wrong.context["form"]["name"].value() == "Nova"
        done = client.post(page, FILLED)
        desk = client.get(f"/events/{evening.event.slug}/desk/").context["page"]

    assert done.url == f"/events/{evening.event.slug}/desk/"
    assert [row.registration.is_standby for row in desk.rows if row.registration.board_name == "Nova"] == [True]


def test_a_refusal_stands_beside_the_field_and_keeps_what_was_typed(evening, maria, bob, client_for):
    User.objects.filter(pk=bob.pk).update(is_active=False)
    page = f"/events/{evening.event.slug}/desk/walk-in/"
    with time_machine.travel(EVENING, tick=False):
        answer = client_for(maria).post(page, FILLED | {"email": bob.email})

    assert (answer.status_code, set(answer.context["form"].errors)) == (409, {"email"})
    assert answer.context["form"]["name"].value() == "Nova"
    assert refusals_in(markup_of(answer)) == ["no_account"]


def test_before_a_timetable_stands_there_is_no_such_page(event, maria, client_for):
    assert client_for(maria).get(f"/events/{event.slug}/desk/walk-in/").url == f"/events/{event.slug}/"


def test_people_who_walk_in_before_the_first_call_wait_for_it_like_everyone(evening):
    arrive(evening.mentors[0])
    made = walk_in(evening.event, EVENING - MINUTE)
    running.start_evening(event=evening.event, now=EVENING)

    assert made.attends == []
    assert met(made)[0] == 1


def test_two_desks_add_the_same_person_once(evening):
    first, second = (walk_in(evening.event) for _desk in range(2))

    assert first == second
    assert Registration.objects.filter(person=first.person).count() == 1


def test_a_mentor_of_the_house_is_found_by_their_address(evening):
    mentor = make_mentor(make_person("mina@example.org", "Mina"))
    made = walk_in(evening.event, email="mina@example.org", name="Mina", side=Side.MENTOR)

    assert made.person == mentor.person
