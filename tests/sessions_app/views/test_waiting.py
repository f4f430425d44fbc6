"""The pages of waiting, as people press through them."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from common.times import utc_text
from mentors.models import Format, Offer
from notifications.models import Notification
from notifications.registry import kind_named
from sessions_app.booking.clock import expire_overdue
from sessions_app.models import Booking, BookingState, HeldTime, WaitlistEntry
from sessions_app.waiting.acts import wait_for_mentor
from sessions_app.waiting.handing_out import hand_out_freed_time
from tests.conftest import NOW
from tests.markup import (
    alerts_in,
    answers_in,
    elements_of,
    forms_in,
    links_in,
    markup_of,
    parts_in,
    refusals_in,
    times_in,
)
from tests.sessions_app.conftest import QUESTION, book

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


@pytest.fixture
def held(offer, bob) -> HeldTime:
    wait_for_mentor(profile=offer.profile, words=QUESTION, known=[], person=bob, now=NOW)
    hand_out_freed_time(now=NOW)
    return HeldTime.objects.select_related("booking").get()


def test_a_person_joins_by_one_button_and_leaves_by_another(offer, bob, client_for):
    client = client_for(bob)

    joined = client.post(reverse("wait"), {"mentor": "alice-adair", "q": QUESTION}, follow=True)
    waiting = WaitlistEntry.objects.get()
    left = client.post(reverse("waiting_leave", args=[waiting.uuid]), follow=True)

    assert (waiting.person, waiting.mentor, waiting.words) == (bob, offer.profile, QUESTION)
    assert len(waiting.known) == 22 * 16  # what is free already did not suit
    [said] = alerts_in(markup_of(joined))
    assert ("Alice" in said, answers_in(markup_of(left))) == (True, ["ok"])
    assert WaitlistEntry.objects.live(NOW).count() == 0


def test_what_was_typed_on_the_mentors_page_goes_along_without_scripts(offer, bob, client_for):
    client = client_for(bob)
    page = markup_of(client.get("/mentors/alice-adair/", {"q": "From the search"}))
    [button] = elements_of(page, "button", formaction=reverse("wait"))

    data = {button.attributes["name"]: button.attributes["value"], "question": QUESTION, "offer": str(offer.uuid)}
    client.post(reverse("wait"), data)

    assert WaitlistEntry.objects.get().words == QUESTION


def test_what_is_free_already_is_what_can_be_booked_and_not_what_is_answered_in_writing(offer, bob, client_for):
    """The written offer is nearer to the usual length."""
    Offer.objects.filter(pk=offer.pk).update(length=45)
    offer.profile.offers.create(length=25, format=Format.WRITING)

    client_for(bob).post(reverse("wait"), {"mentor": "alice-adair", "q": QUESTION})

    # 09:00 to 17:00 in steps of 50 minutes
    assert len(WaitlistEntry.objects.get().known) == 22 * 9


def test_a_visitor_joins_once_they_have_typed_the_code_from_their_mail(offer, mailoutbox):
    client = Client()

    asked = client.post(reverse("wait"), {"q": "Naming my ferret", "filters": "topic=x"}, follow=True)
    client.post(reverse("wait_email"), {"email": "new@example.org", "name": "Nora"})
    code = "".join(part for part in mailoutbox[-1].subject if part.isdigit())
    done = client.post(reverse("account_confirm_login_code"), {"code": code}, follow=True)

    waiting = WaitlistEntry.objects.get()
    assert [one.text for one in elements_of(markup_of(asked), "p", class_="question mt-5")] == ["Naming my ferret"]
    assert (waiting.person.email, waiting.words, waiting.filters) == ("new@example.org", "Naming my ferret", "topic=x")
    assert done.redirect_chain[-1][0] == reverse("waiting_list")


@pytest.mark.parametrize(("minutes", "joins"), [(59, True), (61, False)])
def test_what_a_visitor_wanted_to_wait_for_is_soon_forgotten(offer, bob, minutes, joins):
    """Someone else may sign in on this browser next week: no stranger's question is passed on under their name."""
    client = Client()
    client.post(reverse("wait"), {"q": QUESTION, "asks_mentors": "on"})

    with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
        asks = "/waiting/join/email/" in forms_in(markup_of(client.get(reverse("wait"), follow=True)))
        client.force_login(bob)
        left = client.post(reverse("wait_email"))["Location"]

    assert (asks, left) == (joins, reverse("waiting_list"))
    assert WaitlistEntry.objects.exists() is joins


@pytest.mark.parametrize("data", [{}, {"q": " "}, {"q": "x" * 501}, {"q": "a\u202eb"}, {"mentor": "not a slug"}])
def test_a_wish_that_cannot_be_read_is_said_and_keeps_nothing(data, bob, client_for):
    response = client_for(bob).post(reverse("wait"), data, follow=True)

    assert response.redirect_chain == [(reverse("mentor_list"), 302)]
    assert refusals_in(markup_of(response)) == ["words"]
    assert WaitlistEntry.objects.count() == 0


def test_the_held_time_is_booked_with_a_question_from_its_page(held, bob, client_for):
    client, page = client_for(bob), reverse("held_time", args=[held.uuid])
    shown = client.get(page)
    empty = client.post(page, {"question": ""})
    booked = client.post(page, {"question": "Better"})

    held.booking.refresh_from_db()
    assert (parts_in(markup_of(shown)), times_in(markup_of(shown), data_part="held")) == (
        ["held"],
        [utc_text(held.until)],
    )
    assert empty.status_code == 422
    assert booked["Location"] == reverse("session", args=[held.booking.uuid])
    assert (held.booking.state, held.booking.question) == (BookingState.CONFIRMED, "Better")
    assert client.get(page)["Location"] == booked["Location"]


def test_joining_again_leads_to_the_time_that_is_held(held, bob, client_for):
    again = client_for(bob).post(reverse("wait"), {"mentor": "alice-adair", "q": QUESTION})
    with time_machine.travel(held.until, tick=False):
        lapsed = client_for(bob).post(reverse("wait"), {"mentor": "alice-adair", "q": QUESTION})

    assert again["Location"] == reverse("held_time", args=[held.uuid])
    assert lapsed["Location"] == reverse("waiting_list")


def test_a_held_time_of_an_archived_offer_leads_to_others_and_has_no_button(held, offer, bob, client_for):
    page = reverse("held_time", args=[held.uuid])
    offer.is_active = False
    offer.save()
    client = client_for(bob)
    typed = {"question": QUESTION, "seen": str(held.version)}
    opened, sent = markup_of(client.get(page)), markup_of(client.post(page, typed))

    for shown in (opened, sent):
        assert refusals_in(shown) == ["closed"]
        assert "" not in forms_in(shown)
        assert [link for link in links_in(shown) if link.startswith("/mentors/?q=")]


@pytest.mark.parametrize("lapses", [False, True], ids=["held", "lapsed"])
def test_a_held_time_of_a_day_that_its_mentor_took_off_has_no_button(held, alice, bob, client_for, lapses):
    page, day = reverse("held_time", args=[held.uuid]), held.booking.start.date()
    alice.mentor_profile.schedule.time_off.create(first=day, last=day)
    now = held.until if lapses else NOW
    if lapses:
        expire_overdue(now=now)
        hand_out_freed_time(now=now)

    with time_machine.travel(now, tick=False):
        shown = markup_of(client_for(bob).get(page))

    assert refusals_in(shown) == ["time_off"]
    assert "held" not in parts_in(shown)
    assert "" not in forms_in(shown)
    held.waiting.refresh_from_db()
    assert held.waiting.lapses == 0


def test_taking_a_time_that_was_booked_before_leads_to_that_session(held, offer, bob, client_for):
    """The same form had made a booking already; the time that is held is given back."""
    earlier = book(offer, bob, held.booking.start + timedelta(days=1), key="the-same-form")
    Booking.objects.filter(pk=held.booking.pk).update(idempotency_key=earlier.idempotency_key)

    taken = client_for(bob).post(reverse("held_time", args=[held.uuid]), {"question": "Better"})

    held.booking.refresh_from_db()
    assert taken["Location"] == reverse("session", args=[earlier.uuid])
    assert held.booking.state == BookingState.EXPIRED


def test_the_held_time_is_passed_on_by_one_button(held, bob, client_for):
    client, page = client_for(bob), reverse("held_time", args=[held.uuid])

    passed = client.post(page, {"decline": "1", "question": ""}, follow=True)

    held.booking.refresh_from_db()
    assert answers_in(markup_of(passed)) == ["ok"]
    assert held.booking.state == BookingState.EXPIRED
    assert parts_in(markup_of(client.get(page))) == ["given-back"]


def test_nobody_sees_a_held_time_as_a_session(held, alice, bob, client_for):
    for person in (alice, bob):
        listed = [
            client_for(person).get(f"/sessions/?tab={tab}") for tab in ("upcoming", "waiting", "past", "cancelled")
        ]
        assert [page.context["rows"] for page in listed] == [[], [], [], []]
        assert client_for(person).get(reverse("session", args=[held.booking.uuid])).status_code == 404


def test_the_mail_says_who_when_until_when_and_one_thing_to_do(held, bob):
    row = Notification.objects.select_related("recipient").get(kind="held_time")

    message = kind_named("held_time").render(row, NOW)

    shown = ["Alice", "Wed 25 Nov, 14:30", "21:16"]
    assert [words for words in shown if words not in message.subject] == []
    assert reverse("held_time", args=[held.uuid]) in message.text
    assert "2026" not in message.subject
