"""A question in writing that becomes a call: one engagement, one brief, one thread, before and after the answer."""

from datetime import timedelta

import pytest
import time_machine

from notifications.models import Notification
from sessions_app.afterwards.feedback import give_feedback
from sessions_app.booking.changes import cancel_booking
from sessions_app.booking.clock import close_engagements, complete_ended
from sessions_app.booking.requests import accept_booking, decline_booking
from sessions_app.booking.series import book_further
from sessions_app.conversation.messages import send_message
from sessions_app.models import Engagement, WrittenQuestion, WrittenState
from tests.conftest import NOW, at, make_mentor, make_person
from tests.markup import elements_in, forms_in, markup_of, parts_in, times_in
from tests.sessions_app.conftest import QUESTION, THURSDAY, book
from tests.sessions_app.helpers.pages import text_of
from tests.sessions_app.helpers.races import race
from tests.sessions_app.helpers.written import ANSWERED, reply

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
START = "2026-11-26T14:30Z"


def call(written: WrittenQuestion, offer, *, now=NOW, start=THURSDAY, **fields):
    return book(offer, written.mentee, start, now=now, continues=written.engagement, **fields)


@pytest.fixture
def address(asked, offer) -> str:
    return f"/mentors/alice-adair/?offer={offer.uuid}&follows={asked.engagement.uuid}"


def test_the_call_is_in_the_same_engagement_under_the_same_brief(asked, offer, alice, bob):
    booking = call(asked, offer)

    engagement = Engagement.objects.get()
    asked.refresh_from_db()
    assert (booking.engagement, engagement.closed_at, engagement.continues) == (engagement, None, None)
    assert (asked.state, asked.settled_by, asked.engagement) == (WrittenState.CALL, bob, engagement)
    assert booking.question == QUESTION
    assert booking.occupancies.count() == 2
    assert [(event.to_state, event.by) for event in booking.events.all()] == [("confirmed", bob)]
    kinds = set(Notification.objects.filter(state="pending").values_list("kind", flat=True))
    assert {"booked", "reminder_hour", "feedback_request"} <= kinds
    assert not kinds & {"written_waiting", "written_due"}


def test_what_was_written_and_shared_before_is_there_in_the_session(asked, offer, alice, bob, client_for):
    send_message(engagement=asked.engagement, body="Which of the two?", by=alice, now=NOW, key="back")
    booking = call(asked, offer)

    for person in (alice, bob):
        session = text_of(client_for(person).get(f"/sessions/{booking.uuid}/"))
        thread = markup_of(client_for(person).get(f"/messages/{asked.engagement.uuid}/"))
        assert "Which of the two?" in session
        assert QUESTION in session
        assert times_in(thread, aria_labelledby="written-title") == ["2026-11-26T14:30Z"]
        [way] = elements_in(thread, "a", aria_labelledby="written-title")
        assert way.attributes["href"] == f"/sessions/{booking.uuid}/"
    assert [QUESTION in text_of(client_for(person).get("/messages/")) for person in (alice, bob)] == [True, True]


def test_after_the_answer_too_and_the_answer_stays_one(replied, offer, alice, bob):
    booking = call(replied, offer, now=ANSWERED)

    replied.refresh_from_db()
    assert (booking.engagement, replied.state) == (replied.engagement, WrittenState.ANSWERED)
    cancel_booking(booking=booking, by=bob, reason="", now=ANSWERED)
    assert Engagement.objects.get().closed_at is None


def test_a_call_that_comes_to_nothing_ends_what_waited_for_it(asked, ask_first, alice):
    booking = call(asked, ask_first)
    decline_booking(booking=booking, by=alice, reason="Not this week", now=NOW)

    assert Engagement.objects.get().closed_at == NOW


def test_further_dates_and_closing_go_on_as_for_any_session(asked, ask_first, alice, bob):
    booking = call(asked, ask_first)
    accept_booking(booking=booking, by=alice, now=NOW)
    (second,) = book_further(booking=booking, starts=[at("2026-11-27 14:30")], by=bob, now=NOW)
    accept_booking(booking=second, by=alice, now=NOW)
    complete_ended(now=second.end)

    assert second.engagement == asked.engagement
    give_feedback(booking=booking, by=bob, now=second.end, answers={"resolution": "yes"})
    assert close_engagements(now=second.end + timedelta(days=14, minutes=-1)) == 0
    assert close_engagements(now=second.end + timedelta(days=14)) == 1


def test_one_form_sent_twice_books_once(asked, offer):
    assert call(asked, offer, key="k") == call(asked, offer, key="k")


@pytest.mark.parametrize("what", ["another question", "another mentor", "closed", "met already"])
def test_what_does_not_go_on_is_a_new_engagement(replied, offer, bob, what):
    if what == "another question":
        booking = book(offer, bob, now=ANSWERED)
    elif what == "another mentor":
        dora = make_mentor(make_person("dora@example.org", "Dora Dane"))
        booking = call(replied, dora.offers.get(), now=ANSWERED)
    elif what == "closed":
        later = ANSWERED + timedelta(days=14)
        close_engagements(now=later)
        booking = call(replied, offer, now=later, start=at("2026-12-10 14:30"))
    else:
        first = call(replied, offer, now=ANSWERED)
        complete_ended(now=first.end)
        booking = call(replied, offer, now=first.end, start=at("2026-11-27 14:30"))

    assert booking.engagement != replied.engagement
    booking.engagement.refresh_from_db()
    assert (booking.engagement.continues is None) is (what == "another question")


def test_the_page_shows_the_question_as_it_stands_and_books_it(asked, offer, bob, client_for, address):
    page = markup_of(client_for(bob).get(address))
    data = {"offer": str(offer.uuid), "start": START, "question": QUESTION, "key": "k"}
    response = client_for(bob).post("/mentors/alice-adair/book/", {**data, "follows": str(asked.engagement.uuid)})

    assert elements_in(page, "p", data_part="goes-on")[1].text == QUESTION
    assert "/mentors/alice-adair/ask/" not in forms_in(page)
    assert response.url == f"/sessions/{asked.engagement.bookings.get().uuid}/"


def test_a_refused_time_keeps_it(asked, offer, bob, client_for):
    data = {"offer": str(offer.uuid), "start": "2026-11-24T14:00Z", "question": QUESTION, "key": "k"}
    response = client_for(bob).post("/mentors/alice-adair/book/", {**data, "follows": str(asked.engagement.uuid)})

    assert response.status_code == 409
    assert "goes-on" in parts_in(markup_of(response))
    asked.refresh_from_db()
    assert asked.state == WrittenState.ASKED


def test_for_others_the_address_means_nothing(charlie, client_for, address):
    assert "goes-on" not in parts_in(markup_of(client_for(charlie).get(address)))


def test_the_thread_leads_to_the_times_of_the_call(asked, replied, alice, bob, client_for):
    link = f"/mentors/alice-adair/?follows={asked.engagement.uuid}#book"
    room = f"/messages/{asked.engagement.uuid}/"
    with time_machine.travel(ANSWERED, tick=False):
        assert link in client_for(bob).get(room).content.decode()
        assert link not in client_for(alice).get(room).content.decode()


@pytest.mark.django_db(transaction=True)
def test_an_answer_and_a_call_race_and_both_stay_in_one_engagement(asked, offer, alice):
    race([lambda: reply(asked, now=NOW), lambda: call(asked, offer)])

    asked.refresh_from_db()
    engagement = Engagement.objects.get()
    assert (engagement.closed_at, engagement.bookings.count()) == (None, 1)
    assert asked.state in (WrittenState.ANSWERED, WrittenState.CALL)
    assert asked.version == 1
