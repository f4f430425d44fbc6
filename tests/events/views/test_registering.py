"""Registering by the pages, as a person and as a visitor."""

from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.test import Client
from icalendar import Calendar

from accounts.models import User
from events.models import Registration, RegistrationState, Side
from events.registering.acts import cancel_registration
from events.registering.calendar import calendar_uid
from events.registering.inviting import invite_mentors
from events.registering.managing import close_registration
from sessions_app.booking.changes import cancel_booking
from tests.conftest import NOW
from tests.events.making import come, make_event, make_guests
from tests.markup import elements_of, markup_of, parts_in
from tests.sessions_app.conftest import book
from tests.sessions_app.views.test_booking import code_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
SAID = {"side": "mentee", "question": "Which offer?", "board_name": "Bob", "languages": ["en"]}


def stage(client: Client, event) -> str:
    html = markup_of(client.get(f"/events/{event.slug}/"))
    [found] = {one.attributes["data-stage"] for one in elements_of(html, "") if "data-stage" in one.attributes}
    return found


def answer(client: Client, event, press: str) -> str:
    client.post(f"/events/{event.slug}/answer/", {"answer": press})
    return stage(client, event)


@pytest.mark.parametrize(("zone", "differs"), [("Asia/Kolkata", True), ("Europe/Berlin", False)])
def test_pages_show_the_clock_where_an_event_takes_place_if_it_differs(event, bob, client_for, zone, differs):
    User.objects.filter(pk=bob.pk).update(timezone=zone)
    come(event, bob)
    client = client_for(bob)

    pages = ["/events/", f"/events/{event.slug}/", "/sessions/"]
    assert {"there" in parts_in(markup_of(client.get(page))) for page in pages} == {differs}


def test_a_person_registers_and_gives_the_place_up(event, bob, client_for):
    client = client_for(bob)
    assert stage(client, event) == "can_register"

    done = client.post(f"/events/{event.slug}/register/", SAID)

    assert (done.status_code, done.url, stage(client, event)) == (302, f"/events/{event.slug}/", "in")
    assert answer(client, event, "cancel") == "can_register"
    assert Registration.objects.get().state == RegistrationState.CANCELLED


def test_who_has_a_place_adds_the_entry_that_was_mailed_and_no_second_one(event, bob, charlie, client_for):
    own = come(event, bob)
    names = []
    for client in (client_for(bob), client_for(charlie), Client()):
        [entry] = Calendar.from_ical(client.get(f"/events/{event.slug}/calendar.ics").content).walk("VEVENT")
        names.append(str(entry["UID"]))
    cancel_registration(registration=own, by=bob, now=NOW)
    [entry] = Calendar.from_ical(client_for(bob).get(f"/events/{event.slug}/calendar.ics").content).walk("VEVENT")

    assert names == [calendar_uid(own.uuid), calendar_uid(event.uuid), calendar_uid(event.uuid)]
    assert str(entry["UID"]) == calendar_uid(event.uuid)


def test_what_was_said_can_be_changed_by_the_same_form(event, bob, client_for):
    come(event, bob)
    client, page = client_for(bob), f"/events/{event.slug}/register/"
    assert client.get(page).context["form"]["question"].value() == "Which offer do I take?"

    client.post(page, SAID | {"question": "And when?", "attends": ["2"]})

    changed = Registration.objects.get()
    assert (changed.question, changed.attends, changed.state) == ("And when?", [2], RegistrationState.IN)


def test_a_form_that_is_wrong_keeps_what_was_typed_and_changes_nothing(event, bob, client_for):
    page = client_for(bob).post(f"/events/{event.slug}/register/", SAID | {"question": "", "contact": "x"})

    assert page.status_code == 422
    assert [error.code for error in page.context["form"].errors.as_data()["question"]] == ["required"]
    assert page.context["form"]["board_name"].value() == "Bob"
    assert not Registration.objects.exists()


def test_who_has_a_session_then_is_told_why_not(maria, offer, bob, client_for):
    session = book(offer, bob)
    event = make_event(maria, start=session.start, registration_until=session.start, wishes_until=None)

    page = client_for(bob).post(f"/events/{event.slug}/register/", SAID)

    assert (page.status_code, page.context["error"].code) == (409, "own_overlap")


def test_a_visitor_can_sign_in_with_an_account_elsewhere_and_comes_back(event, settings, bob, client_for):
    settings.OIDC_PROVIDERS = 'uni name="Example" issuer=https://login.uni.example client_id=a secret=b'
    address = f"/events/{event.slug}/register/?as=mentee"

    page = markup_of(Client().get(address))

    [button] = elements_of(page, "button", data_provider="uni")
    [way_back] = [one for one in elements_of(page, "input", name="next") if one.start < button.start][-1:]
    assert unescape(way_back.attributes["value"]) == address
    assert elements_of(markup_of(client_for(bob).get(address)), "button", data_provider="uni") == []


def test_a_visitor_is_registered_once_the_code_is_typed(event, mailoutbox):
    client = Client()
    sent = client.post(f"/events/{event.slug}/register/", SAID | {"email": "gil@example.org", "board_name": "Gil"})
    assert (sent.status_code, sent.url) == (302, "/sign-in/code/")
    assert not Registration.objects.exists()

    done = client.post("/sign-in/code/", {"code": code_in(mailoutbox)}, follow=True)
    if done.redirect_chain[-1][0].startswith("/sign-in/name/"):
        done = client.post("/sign-in/name/", {"name": "Gil"}, follow=True)

    registration = Registration.objects.get()
    assert registration.person == User.objects.get(email="gil@example.org")
    assert (registration.question, registration.state) == ("Which offer?", RegistrationState.IN)
    assert done.redirect_chain[-1][0] == f"/events/{event.slug}/"


def test_what_a_visitor_typed_stands_in_the_form_if_they_cant_be_registered(maria, offer, bob, mailoutbox):
    session = book(offer, bob)
    event = make_event(maria, start=session.start, registration_until=session.start, wishes_until=None)
    client, page = Client(), f"/events/{event.slug}/register/"
    mailoutbox.clear()
    client.post(page, SAID | {"email": bob.email})

    done = client.post("/sign-in/code/", {"code": code_in(mailoutbox)}, follow=True)

    assert done.redirect_chain[-1][0] == f"{page}?as=mentee"
    assert done.context["form"]["question"].value() == "Which offer?"
    assert "own_overlap" in [message.extra_tags for message in done.context["messages"]]
    cancel_booking(booking=session, by=bob, reason="Ill", now=NOW)
    assert client.post(page, SAID).status_code == 302
    assert client.get(page).context["form"]["question"].value() == "Which offer?"
    assert "could_not_register_for" not in client.session


def test_a_mentor_who_fills_in_the_form_of_mentees_signed_out_stays_unnamed(event, alice, mailoutbox):
    come(event, alice, side=Side.MENTOR, is_named=False)
    client = Client()
    mailoutbox.clear()
    client.post(f"/events/{event.slug}/register/", SAID | {"email": alice.email})

    client.post("/sign-in/code/", {"code": code_in(mailoutbox)}, follow=True)

    own = Registration.objects.get()
    assert (own.side, own.is_named, own.question) == (Side.MENTOR, False, "")


@pytest.mark.parametrize(("minutes", "stands"), [(59, True), (61, False)])
def test_what_a_visitor_typed_is_nobody_elses_registration_later(event, bob, minutes, stands):
    client = Client()
    client.post(f"/events/{event.slug}/register/", SAID | {"email": "gil@example.org", "board_name": "Gil"})

    with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
        client.post("/sign-in/password/", {"login": bob.email, "password": "secret-pass-1"})

    assert Registration.objects.filter(person=bob).exists() is stands


def test_a_visitor_with_a_wrong_address_keeps_all_that_was_typed(event):
    page = Client().post(f"/events/{event.slug}/register/", SAID | {"email": "nobody"})

    assert page.status_code == 422
    assert page.context["form"]["question"].value() == "Which offer?"
    assert "email" in page.context["guest"].errors


def test_an_invited_mentor_answers_with_one_press(event, alice, client_for):
    invite_mentors(event=event, profiles=[alice.mentor_profile], now=NOW)
    client = client_for(alice)

    assert stage(client, event) == "invited"
    assert answer(client, event, "accept") == "in"
    assert Registration.objects.get().side == Side.MENTOR


def test_an_invited_mentor_declines_and_may_come_after_all(event, alice, client_for):
    invite_mentors(event=event, profiles=[alice.mentor_profile], now=NOW)
    client = client_for(alice)

    assert answer(client, event, "decline") == "can_register"
    client.post(f"/events/{event.slug}/register/", {**SAID, "side": "mentor", "question": ""})
    assert stage(client, event) == "in"


def test_an_invitation_is_not_offered_once_registration_has_closed(event, alice, client_for):
    invite_mentors(event=event, profiles=[alice.mentor_profile], now=NOW)
    client = client_for(alice)
    shown = []
    for _time in range(2):
        page = markup_of(client.get(f"/events/{event.slug}/"))
        in_list = markup_of(client.get("/events/"))
        shown.append((len(elements_of(page, "button", value="accept")), 'data-part="closed"' in in_list))
        close_registration(event=event, now=NOW)

    assert shown == [(1, False), (0, True)]
    assert stage(client, event) == "invited"


def test_who_is_asked_takes_the_place_or_passes_it_on(maria, client_for):
    start = NOW + timedelta(hours=20)
    event = make_event(maria, start=start, registration_until=start, wishes_until=None)
    guests = make_guests(4)
    registrations = [come(event, guest, now=NOW - timedelta(hours=1)) for guest in guests]
    cancel_registration(registration=registrations[0], by=guests[0], now=NOW)
    third, fourth = client_for(guests[2]), client_for(guests[3])

    assert (stage(third, event), stage(fourth, event)) == ("asked", "waiting")
    assert answer(third, event, "pass") == "waiting"
    assert stage(fourth, event) == "asked"
    assert answer(fourth, event, "take") == "in"


def test_who_waits_can_leave_the_list(event, client_for):
    guests = make_guests(3)
    for guest in guests:
        come(event, guest)

    assert answer(client_for(guests[2]), event, "leave") == "can_register"


def test_a_press_that_means_nothing_changes_nothing(event, bob, client_for):
    come(event, bob)

    assert answer(client_for(bob), event, "dance") == "in"


def test_a_draft_is_nobodys_but_the_teams(maria, bob, client_for):
    event = make_event(maria, is_open=False)

    assert client_for(bob).get(f"/events/{event.slug}/").status_code == 404
    assert client_for(maria).get(f"/events/{event.slug}/").status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_a_fixed_number_of_queries(maria, bob, client_for, count, django_assert_num_queries):
    for number in range(count):
        come(make_event(maria, start=NOW + timedelta(days=7 + number)), bob)
    client = client_for(bob)

    with django_assert_num_queries(7):
        page = client.get("/events/")
    assert [row.is_in for row in page.context["page"].ahead] == [True] * count
