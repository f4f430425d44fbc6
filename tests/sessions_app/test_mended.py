"""What a hostile review found, each as the smallest case that showed it."""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core import mail
from django.test import Client, RequestFactory

from mentors.models import MentorProfile, Offer
from sessions_app.availability.timetable import load_timetable
from sessions_app.booking.changes import cancel_booking, move_booking
from sessions_app.booking.clock import expire_overdue
from sessions_app.booking.holds import hold_slot
from sessions_app.booking.requests import accept_booking
from sessions_app.errors import SessionError
from sessions_app.models import Booking, DateOverride
from sessions_app.questions.brief_input import BriefInput
from sessions_app.views.booking import address_mark
from tests.conftest import NOW, at, make_mentor, make_person
from tests.sessions_app.conftest import QUESTION, THURSDAY, book

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
PAGE = "/mentors/alice-adair/"
LATER = NOW + timedelta(hours=26)


def form(offer, **fields):
    return {"offer": offer.uuid, "start": "2026-11-26T14:30Z", "question": QUESTION, "key": uuid4().hex, **fields}


def held(offer):
    return hold_slot(offer=offer, start=THURSDAY, brief=BriefInput(QUESTION), held_for="x", now=NOW)


def stale(offer) -> Offer:
    return Offer.objects.select_related("profile__person").get(pk=offer.pk)


def refused(act, **kwargs) -> str:
    with pytest.raises(SessionError) as error:
        act(**kwargs)
    return error.value.code


def test_a_visitors_hold_that_ran_out_is_nobodys_session(offer, alice, client_for):
    hold = held(offer)
    expire_overdue(now=LATER)
    client = client_for(alice)

    assert "Nothing was cancelled" in client.get("/sessions/?tab=cancelled").content.decode()
    assert client.get(f"/sessions/{hold.uuid}/").status_code == 404


def test_a_visitors_second_click_gets_the_same_hold(offer):
    data = form(offer)

    answers = [Client().post(f"{PAGE}book/", data).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert Booking.objects.count() == 1


# After the browser's Back the form still has its key: what is chosen then counts, not what was chosen before.
@pytest.mark.parametrize("change", [{"start": "2026-11-26T15:00Z"}, {"question": "Which team do I join?"}])
def test_the_same_form_with_another_time_or_question_is_another_hold(offer, change):
    client, data = Client(), form(offer)
    client.post(f"{PAGE}book/", data)

    client.post(f"{PAGE}book/", data | change)

    hold = Booking.objects.get(state="held")
    changed = data | change
    assert (f"{hold.start:%Y-%m-%dT%H:%MZ}", hold.question) == (changed["start"], changed["question"])


def test_the_same_form_with_another_time_is_not_booked_already(offer, bob, client_for):
    client, data = client_for(bob), form(offer)
    client.post(f"{PAGE}book/", data, follow=True)

    response = client.post(f"{PAGE}book/", data | {"start": "2026-11-26T15:00Z"}, follow=True)

    page = response.content.decode()
    assert response.status_code == 409
    assert "You are booked with" not in page
    assert "You already have a session with Alice ahead. On its page you can move it or add dates." in page
    assert Booking.objects.get().start == THURSDAY


def test_a_form_sent_again_after_its_session_was_cancelled_says_so(offer, bob, client_for):
    client, data = client_for(bob), form(offer)
    client.post(f"{PAGE}book/", data)
    cancel_booking(booking=Booking.objects.get(), by=bob, reason="x", now=NOW)

    response = client.post(f"{PAGE}book/", data)

    assert response.status_code == 409
    assert "This session was ended meanwhile." in response.content.decode()


def signed_in(client: Client, person):
    client.post("/sign-in/", {"email": person.email})
    code = re.search(r"\b(\d{3}) (\d{3})\b", mail.outbox[-1].body)
    return client.post("/sign-in/code/", {"code": code[1] + code[2]}, follow=True)


def test_a_held_form_sent_again_after_its_session_was_cancelled_says_so(offer, bob):
    client, data = Client(), form(offer)
    client.post(f"{PAGE}book/", data)
    signed_in(client, bob)
    cancel_booking(booking=Booking.objects.get(), by=bob, reason="x", now=NOW)
    client.post("/sign-out/")
    client.post(f"{PAGE}book/", data)

    page = signed_in(client, bob).content.decode()

    assert "This session was ended meanwhile. Choose a time to book again." in page
    assert sorted(Booking.objects.values_list("state", flat=True)) == ["cancelled", "expired"]


def test_a_held_form_sent_again_after_its_session_was_moved_is_that_session(offer, bob):
    client, data = Client(), form(offer)
    client.post(f"{PAGE}book/", data)
    signed_in(client, bob)
    moved = move_booking(booking=Booking.objects.get(), start=at("2026-11-27 10:00"), by=bob, now=NOW)
    client.post("/sign-out/")
    client.post(f"{PAGE}book/", data)

    page = signed_in(client, bob)

    assert page.redirect_chain[-1][0] == f"/sessions/{moved.uuid}/"
    assert sorted(Booking.objects.values_list("state", flat=True)) == ["confirmed", "expired"]


def test_an_old_hold_books_nothing_by_surprise(offer, bob):
    client = Client()
    client.post(f"{PAGE}book/", form(offer))
    with time_machine.travel(LATER, tick=False):
        client.post("/sign-in/", {"email": bob.email})
        code = re.search(r"\b(\d{3}) (\d{3})\b", mail.outbox[-1].body)
        client.post("/sign-in/code/", {"code": code[1] + code[2]})

    assert Booking.objects.filter(mentee=bob).count() == 0


# Whoever held a time with a mentor who was suspended meanwhile must not land on a page that isn't there.
def test_a_hold_with_a_mentor_suspended_meanwhile_leads_to_other_people(offer, bob):
    client = Client()
    client.post(f"{PAGE}book/", form(offer))
    MentorProfile.objects.update(state="suspended")
    client.post("/sign-in/", {"email": bob.email})
    code = re.search(r"\b(\d{3}) (\d{3})\b", mail.outbox[-1].body)

    page = client.post("/sign-in/code/", {"code": code[1] + code[2]}, follow=True)

    assert page.redirect_chain[-1][0] == "/mentors/?q=Should+I+take+the+counter-offer%3F"
    assert page.status_code == 200
    assert "Alice does not take this kind of session now." in page.content.decode()
    assert "counter-offer" in page.content.decode()


@pytest.mark.parametrize(("method", "path"), [("get", "book/"), ("post", "book/email/")])
def test_who_has_not_said_who_they_are_yet_is_led_to_other_people_too(offer, method, path):
    client = Client()
    client.post(f"{PAGE}book/", form(offer))
    MentorProfile.objects.update(state="suspended")

    page = getattr(client, method)(f"{PAGE}{path}", {"email": "new@example.org"}, follow=True)

    assert page.status_code == 200
    assert "Alice does not take this kind of session now." in page.content.decode()
    assert "counter-offer" in page.content.decode()
    assert mail.outbox == []


def test_a_session_keeps_its_length_when_its_offer_changes(booking, offer, bob):
    Offer.objects.update(length=15)

    # Fifteen minutes from 16:40 would fit before 17:00, the twenty-five that were agreed don't.
    assert refused(move_booking, booking=booking, start=at("2026-11-27 16:40"), by=bob, now=NOW) == "outside_windows"


def test_the_move_page_leaves_out_what_the_mentee_has_elsewhere(booking, bob, client_for):
    other = make_mentor(make_person("dora@example.org", "Dora Dane")).offers.get()
    book(other, bob, at("2026-11-27 10:00"))

    page = client_for(bob).get(f"/sessions/{booking.uuid}/move/", {"day": "2026-11-27"}).content.decode()

    assert 'value="2026-11-27T10:00Z"' not in page


def test_a_mentor_who_moves_learns_only_that_the_mentee_is_not_free(booking, alice, bob, client_for):
    other = make_mentor(make_person("dora@example.org", "Dora Dane")).offers.get()
    book(other, bob, at("2026-11-27 10:00"))

    page = client_for(alice).post(f"/sessions/{booking.uuid}/move/", {"start": "2026-11-27T10:00Z"}).content.decode()

    assert "Bob is not free at this time. Choose another time." in page


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param(lambda: MentorProfile.objects.update(paused_until=date(2027, 3, 1)), "paused", id="paused"),
        pytest.param(lambda: MentorProfile.objects.update(state="suspended"), "closed", id="suspended"),
        pytest.param(lambda: Offer.objects.update(is_active=False), "closed", id="put-away"),
    ],
)
def test_booking_asks_fresh_rows(offer, bob, change, code):
    read_before = stale(offer)
    change()

    assert refused(book, offer=read_before, mentee=bob) == code


def test_a_suspended_mentor_accepts_nothing(request_for, alice):
    MentorProfile.objects.update(state="suspended")

    assert refused(accept_booking, booking=request_for, by=alice, now=NOW) == "closed"


def test_a_session_with_a_suspended_mentor_is_not_moved(booking, bob):
    MentorProfile.objects.update(state="suspended")

    assert refused(move_booking, booking=booking, start=at("2026-11-27 10:00"), by=bob, now=NOW) == "closed"


def test_the_grid_is_the_same_at_every_hour_west_of_greenwich(db):
    person = make_person("lena@example.org", "Lena Lo", "America/Los_Angeles")
    profile = make_mentor(person, windows=[(2, 0, 23 * 60)], buffer=0, notice=0)
    # Monday opens 23:00–24:00 and touches Tuesday 00:00–23:00: the grid starts on Monday at 23:00.
    DateOverride.objects.create(schedule=profile.schedule, date=date(2026, 11, 23), minutes=[1380, 1440])
    first = at("2026-11-25 04:00")

    before, after = (
        load_timetable(profile, now=now).slots(length=25, now=now, first=first, last=first + timedelta(hours=2))
        for now in (at("2026-11-24 23:30"), first)
    )

    assert before == after
    assert len(before) > 0


def test_results_leave_out_the_readers_own_profile(alice, offer, client_for):
    assert PAGE not in client_for(alice).get("/mentors/").content.decode()


def test_results_leave_out_times_of_the_readers_own_sessions(alice, offer, bob, client_for):
    half_hour = [(3, 600, 630)]
    other = make_mentor(make_person("dora@example.org", "Dora Dane"), windows=half_hour).offers.get()
    alice.mentor_profile.schedule.windows.exclude(weekday=3).delete()
    alice.mentor_profile.schedule.windows.update(start=600, end=630)
    book(other, bob, at("2026-11-25 10:00"))

    assert "2026-11-25T10" not in client_for(bob).get("/mentors/").content.decode()


@pytest.mark.parametrize("cookie", ['"\\000aaaaaaaaaaa"', "\\000", "a" * 5000, "é" * 40])
@pytest.mark.parametrize("name", ["session", "tz", "theme", "csrf", "messages"])
def test_any_cookie_is_survived(offer, cookie, name):
    client = Client(raise_request_exception=False, HTTP_COOKIE=f"{name}={cookie}")

    answers = [client.get("/").status_code, client.get("/sessions/").status_code]
    answers.append(client.post("/sign-in/", {"email": "a@example.org"}).status_code)

    assert max(answers) < 500


def test_limits_count_a_household_of_ipv6_addresses_once(offer):
    marks = {address_mark(RequestFactory(REMOTE_ADDR=f"2001:db8:1:2::{host}").get("/")) for host in (1, 2)}

    assert len(marks) == 1


def test_a_question_in_persian_keeps_its_joiners(offer, bob, client_for):
    question = "می\u200cخواهم بدانم"

    client_for(bob).post(f"{PAGE}book/", form(offer, question=question))

    assert Booking.objects.get().question == question


def test_the_way_back_to_the_results_keeps_every_sign(offer):
    page = Client().get(PAGE, {"q": "R&D or sales #1?"}).content.decode()

    assert 'href="/mentors/?q=R%26D%20or%20sales%20%231%3F"' in page


def test_ones_own_overdue_request_crosses_nothing_out(ask_first, bob, client_for):
    book(ask_first, bob)

    # A day has passed, and the clock has not got to it yet.
    with time_machine.travel(NOW + timedelta(hours=25), tick=False):
        page = client_for(bob).get(PAGE, {"day": "2026-11-26"}).content.decode()

    assert 'value="2026-11-26T14:30Z"' in page
