"""What the home page tells of past sessions: quotes, questions and figures."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from mentors.models import Format, MentorProfile, Offer, ProfileState
from sessions_app.afterwards.feedback import give_feedback
from sessions_app.afterwards.testimonials import publish_testimonial, withdraw_testimonial
from sessions_app.afterwards.track_record import Share, read_recent_record, track_records_of
from sessions_app.afterwards.voices import LATEST, SHORT_QUESTION, SHORT_QUOTE, AskedQuestion, list_voices
from sessions_app.booking.clock import complete_ended
from sessions_app.models import Booking, BookingState, Brief, Feedback
from tests.conftest import NOW, at, make_mentor, make_person
from tests.markup import elements_in, elements_of, links_in, markup_of
from tests.sessions_app.conftest import THURSDAY, book
from tests.sessions_app.helpers.written import say

# What is asked has the moment of the machine: it must not depend on the day on which the tests run.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
SOON = THURSDAY + timedelta(hours=3)
LATER = THURSDAY + timedelta(days=9)
ANSWERS = {"resolution": "yes", "left_with": "A first line.", "may_publish": True, "may_publish_question": True}


def hold(offer: Offer, mentee: User, start, *, question="Stay or go?", **answers) -> Feedback:
    """A session that took place, both sides' answers, and the mentee's words offered."""
    booking = book(offer, mentee, start)
    Brief.objects.filter(engagements=booking.engagement).update(question=question, issue_type="decision")
    complete_ended(now=booking.end)
    give_feedback(booking=booking, by=booking.mentor, now=booking.end, answers={"resolution": "yes"})
    said = give_feedback(booking=booking, by=mentee, now=booking.end, answers=ANSWERS | answers)
    return Feedback.objects.get(pk=said.pk)


@pytest.fixture
def two(offer, bob, charlie, maria) -> list[Feedback]:
    """Published words and questions of two mentees about one mentor."""
    said = [
        hold(offer, bob, at("2026-11-26 10:00"), question="Does the second page help?", left_with="Older"),
        hold(offer, charlie, at("2026-11-26 11:00"), question="How do I say no?", left_with="Newer"),
    ]
    for minutes, feedback in enumerate(said):
        publish_testimonial(feedback=feedback, by=maria, now=SOON + timedelta(minutes=minutes))
    return said


def test_voices_are_empty_before_staff_have_agreed(offer, bob, charlie):
    hold(offer, bob, at("2026-11-26 10:00"))
    hold(offer, charlie, at("2026-11-26 11:00"))

    voices = list_voices(now=LATER)

    assert (voices.quotes, voices.questions) == ([], [])


def test_questions_of_this_week_come_newest_first(two):
    voices = list_voices(now=SOON + timedelta(hours=1))

    assert voices.is_this_week
    assert voices.questions == [
        AskedQuestion("How do I say no?", 25, "A decision"),
        AskedQuestion("Does the second page help?", 25, "A decision"),
    ]


def test_questions_of_an_earlier_week_are_not_called_this_week(two):
    voices = list_voices(now=LATER)

    assert (voices.is_this_week, len(voices.questions)) == (False, 2)


def test_one_question_is_no_list(two):
    Feedback.objects.filter(pk=two[0].pk).update(may_publish_question=False)

    assert list_voices(now=LATER).questions == []


def test_a_question_without_consent_stays_private_beside_its_words(two):
    Feedback.objects.update(may_publish_question=False)

    voices = list_voices(now=LATER)

    assert (len(voices.quotes), voices.questions) == (1, [])


def test_long_questions_and_long_words_are_left_out(two):
    Brief.objects.update(question="x" * (SHORT_QUESTION + 1))
    Feedback.objects.filter(role="mentee").update(left_with="x" * (SHORT_QUOTE + 1))

    voices = list_voices(now=LATER)

    assert (voices.quotes, voices.questions) == ([], [])


def test_each_quote_is_of_another_mentor_who_can_be_found(two, bob, charlie, maria, alice):
    dora = make_mentor(make_person("dora@example.org", "Dora Dean"))
    other = hold(dora.offers.get(), bob, at("2026-11-26 12:00"), left_with="Of Dora")
    publish_testimonial(feedback=other, by=maria, now=SOON)

    quotes = list_voices(now=LATER).quotes
    assert [(quote.text, quote.profile.name) for quote in quotes] == [
        ("Newer", "Alice Adair"),
        ("Of Dora", "Dora Dean"),
    ]

    MentorProfile.objects.filter(person=alice).update(state=ProfileState.SUSPENDED)
    assert [quote.text for quote in list_voices(now=LATER).quotes] == ["Of Dora"]


def test_words_and_question_are_withdrawn_together(two, charlie):
    withdraw_testimonial(feedback=two[1], by=charlie, now=LATER)

    voices = list_voices(now=LATER)
    assert ([quote.text for quote in voices.quotes], voices.questions) == (["Older"], [])
    assert Feedback.objects.get(pk=two[1].pk).may_publish_question is False


def test_a_question_answered_in_writing_has_no_length(replied, two, maria):
    said = say(replied, "yes", left_with="In writing", may_publish=True, may_publish_question=True)
    publish_testimonial(feedback=said, by=maria, now=LATER + timedelta(days=30))

    assert list_voices(now=LATER + timedelta(days=30)).questions[0].length is None
    assert replied.offer.format == Format.WRITING


def test_voices_take_one_query_however_many_there_are(two, django_assert_num_queries):
    with django_assert_num_queries(1):
        voices = list_voices(now=LATER)
        assert [quote.profile.thumbnail_url for quote in voices.quotes] == [""]


def test_older_words_than_the_latest_are_not_looked_at(two, monkeypatch):
    monkeypatch.setattr("sessions_app.afterwards.voices.LATEST", 1)

    voices = list_voices(now=LATER)

    assert LATEST > 1
    assert ([quote.text for quote in voices.quotes], voices.questions) == (["Newer"], [])


def test_the_database_refuses_a_question_without_words(two):
    with pytest.raises(IntegrityError, match="published_question_comes_with_words"), transaction.atomic():
        Feedback.objects.filter(pk=two[0].pk).update(may_publish=False, published_at=None)


def test_staff_decide_on_the_question_that_they_read(two):
    said = Feedback.objects.get(pk=two[0].pk)
    seen = said.words_mark
    Brief.objects.filter(engagements=said.booking.engagement).update(question="Another one")

    assert Feedback.objects.get(pk=said.pk).words_mark != seen


@pytest.mark.parametrize(
    ("data", "consents"),
    [
        ({"left_with": "A line.", "may_publish": "on", "may_publish_question": "on"}, (True, True)),
        ({"left_with": "A line.", "may_publish_question": "on"}, (False, False)),
        ({"may_publish": "on", "may_publish_question": "on"}, (False, False)),
        ({"left_with": "A line.", "may_publish": "on"}, (True, False)),
    ],
)
def test_the_form_takes_the_question_only_with_words(over, bob, client_for, data, consents):
    with time_machine.travel(over.end + timedelta(hours=1), tick=False):
        client_for(bob).post(reverse("session_feedback", args=[over.uuid]), {"resolution": "yes", **data})

    said = Feedback.objects.get(author=bob)
    assert (said.may_publish, said.may_publish_question) == consents


def test_staff_see_the_question_that_would_be_shown(offer, bob, maria, client_for):
    hold(offer, bob, at("2026-11-26 10:00"), question="Does the second page help?")

    with time_machine.travel(LATER, tick=False):
        assert "Does the second page help?" in markup_of(client_for(maria).get(reverse("staff_words")))
        Feedback.objects.update(may_publish_question=False)
        assert "Does the second page help?" not in markup_of(client_for(maria).get(reverse("staff_words")))


# Figures


def answer(offer: Offer, number: int, state: str = BookingState.COMPLETED, **fields) -> None:
    person = make_person(f"p{number}@example.org", f"Person {number}")
    booking = book(offer, person, at("2026-11-25 09:00") + timedelta(minutes=30 * number))
    complete_ended(now=booking.end)
    Booking.objects.filter(pk=booking.pk).update(state=state)
    if fields:
        Feedback.objects.create(booking=booking, author=person, role="mentee", created_at=NOW, **fields)


def test_figures_count_what_took_place_and_what_was_said(offer):
    answer(offer, 0, resolution="yes", listened=4)
    answer(offer, 1, resolution="partly", listened=2)
    answer(offer, 2, resolution="no")
    answer(offer, 3, BookingState.MENTOR_NO_SHOW)
    answer(offer, 4, BookingState.CANCELLED)

    record = read_recent_record(now=LATER)

    assert (record.took_place, record.helped, record.listened) == (Share(3, 4), Share(2, 3), Share(1, 2))


def test_figures_wait_until_the_mentor_may_know(offer):
    answer(offer, 0, resolution="yes")

    assert read_recent_record(now=at("2026-11-26 00:00")).helped == Share(0, 0)
    assert read_recent_record(now=LATER).helped == Share(1, 1)


def test_figures_look_at_the_latest_bookings_only(offer, monkeypatch):
    monkeypatch.setattr("sessions_app.afterwards.track_record.LATEST", 2)
    for number in range(3):
        answer(offer, number, resolution="yes" if number else "no")

    assert read_recent_record(now=LATER).helped == Share(2, 2)


@pytest.mark.parametrize(("whole", "is_shown"), [(0, False), (4, False), (5, True)])
def test_figures_are_shown_from_five_on(whole, is_shown):
    assert Share(0, whole).is_shown is is_shown


def test_a_missed_session_counts_once_nobody_can_dispute_it(offer, alice):
    answer(offer, 0, BookingState.MENTOR_NO_SHOW)
    answer(offer, 1)

    early, late = (track_records_of([alice.pk], now=now)[alice.pk] for now in (at("2026-11-27 00:00"), LATER))

    assert (early.sessions, early.agreed, late.sessions, late.agreed) == (1, 1, 1, 2)
    assert not late.is_kept_shown


# Pages


def figures_in(html: str) -> list[str]:
    return [element.text for element in elements_of(html, "dd")]


def test_home_shows_quotes_questions_and_no_figures_of_few(two):
    with time_machine.travel(SOON + timedelta(hours=1), tick=False):
        page = markup_of(Client().get(reverse("home")))

    assert {"/mentors/?q=How%20do%20I%20say%20no%3F", "/mentors/?q=Does%20the%20second%20page%20help%3F"} <= links_in(
        page
    )
    assert [element.text.strip() for element in elements_of(page, "blockquote")] == ["Newer"]
    assert figures_in(page) == []


def test_home_of_a_new_site_has_no_empty_sections(db, now):
    page = markup_of(Client().get(reverse("home")))

    for title in ("asked-title", "voices-title"):
        assert elements_of(page, "h2", id=title) == []


def test_home_and_mentor_s_page_show_figures_with_their_denominators(offer, alice):
    for number in range(6):
        answer(offer, number, resolution="yes" if number else "no", listened=4)

    with time_machine.travel(LATER, tick=False):
        home, page = (markup_of(Client().get(path)) for path in ("/", "/mentors/alice-adair/"))
        card = markup_of(Client().get("/mentors/"))

    assert figures_in(home) == ["5 of 6", "6 of 6", "6 of 6"]
    assert figures_in(page)[-3:] == ["6", "5 of 6", "6 of 6"]
    assert [element.text for element in elements_in(card, "b", **{"class": "proof"})] == ["6", "5 of 6"]


def test_home_asks_a_fixed_number_of_queries(two, offer, django_assert_num_queries):
    for number in range(6):
        answer(offer, number, resolution="yes")

    Client().get(reverse("help"))  # Each process reads the footer's texts once.
    # Three of them find who is free; the others are the entrances, the words, the figures and the events.
    with time_machine.travel(LATER, tick=False), django_assert_num_queries(7):
        Client().get(reverse("home"))
