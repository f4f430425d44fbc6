from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from mentors.models import Format, MentorProfile, Offer, ProfileState
from notifications.models import Notification
from sessions_app.booking.book import book_session
from sessions_app.booking.changes import cancel_booking, release_hold
from sessions_app.booking.holds import claim_hold, hold_slot
from sessions_app.errors import SessionError
from sessions_app.models import Booking, BookingEvent, BookingState, Engagement, Occupancy
from sessions_app.questions.brief_input import BriefInput
from tests.conftest import NOW, at, make_mentor, make_person
from tests.sessions_app.conftest import QUESTION, THURSDAY, book

pytestmark = pytest.mark.django_db


def code_of(act, *args, **kwargs) -> str:
    with pytest.raises(SessionError) as refused:
        act(*args, **kwargs)
    return refused.value.code


def hold(offer, start=THURSDAY, *, now=NOW, held_for="visitor", instead_of=None) -> Booking:
    brief = BriefInput(question=QUESTION)
    return hold_slot(offer=offer, start=start, brief=brief, held_for=held_for, now=now, instead_of=instead_of)


def test_book_session_confirms_an_instant_offer_and_takes_both_peoples_time(offer, alice, bob):
    booking = book(offer, bob)

    assert (booking.state, booking.confirmed_at, booking.mentor, booking.mentee) == ("confirmed", NOW, alice, bob)
    assert (booking.start, booking.end) == (THURSDAY, THURSDAY + timedelta(minutes=25))
    assert set(Occupancy.objects.values_list("person", flat=True)) == {alice.pk, bob.pk}
    assert booking.engagement.brief.question == QUESTION
    assert [event.to_state for event in booking.events.all()] == ["confirmed"]


def test_book_session_tells_both_and_reminds_both(offer, alice, bob):
    book(offer, bob)

    kinds = Notification.objects.values_list("kind", "recipient")
    told = {person.pk: {kind for kind, recipient in kinds if recipient == person.pk} for person in (alice, bob)}
    assert told[bob.pk] - told[alice.pk] == {"follow_up_three_days", "follow_up_two_weeks"}
    assert told[alice.pk] == {
        "booked",
        "reminder_day",
        "reminder_hour",
        "feedback_request",
        "feedback_nudge",
    }


def test_book_session_of_an_ask_first_offer_waits_until_a_deadline(ask_first, bob):
    booking = book(ask_first, bob)

    assert (booking.state, booking.confirmed_at) == ("requested", None)
    assert booking.expires_at == NOW + timedelta(hours=24)
    assert booking.occupancies.count() == 2


@pytest.mark.parametrize(
    ("start", "deadline"),
    [
        pytest.param(at("2026-11-25 14:00"), at("2026-11-25 10:00"), id="not-within-the-notice"),
        pytest.param(at("2026-11-25 09:00"), at("2026-11-24 22:00"), id="overnight"),
    ],
)
def test_a_request_is_answered_before_the_notice(ask_first, bob, start, deadline):
    assert book(ask_first, bob, start).expires_at == deadline


def test_a_request_just_outside_the_notice_leaves_half_of_the_time_to_answer(ask_first, bob):
    now = at("2026-11-25 08:59")

    booking = book(ask_first, bob, at("2026-11-25 13:00"), now=now)

    assert booking.expires_at == now + (booking.start - now) / 2


@pytest.mark.parametrize(
    ("start", "code"),
    [
        pytest.param(at("2026-11-24 13:30"), "past", id="past"),
        pytest.param(at("2026-11-24 16:00"), "notice", id="notice"),
        pytest.param(at("2026-12-25 14:30"), "horizon", id="horizon"),
        pytest.param(at("2026-11-26 18:00"), "outside_windows", id="evening"),
        pytest.param(at("2026-11-26 14:31"), "off_grid", id="minute"),
    ],
)
def test_book_session_refuses_what_the_engine_does_not_list(offer, bob, start, code):
    assert code_of(book, offer, bob, start) == code
    assert (Booking.objects.count(), Engagement.objects.count(), Notification.objects.count()) == (0, 0, 0)


def test_a_refusal_for_notice_names_the_earliest_time(offer, bob):
    with pytest.raises(SessionError) as refused:
        book(offer, bob, at("2026-11-24 16:00"))

    assert refused.value.code == "notice"
    assert refused.value.earliest == at("2026-11-25 09:00")


def test_book_session_refuses_a_taken_time(offer, bob, charlie):
    book(offer, bob)

    assert code_of(book, offer, charlie) == "taken"
    assert Booking.objects.count() == 1


def test_book_session_refuses_an_overlap_with_the_mentees_own_session(offer, bob):
    book(offer, bob)
    other = make_mentor(make_person("dora@example.org", "Dora Dane"), length=45).offers.get()

    assert code_of(book, other, bob, at("2026-11-26 14:00")) == "own_overlap"
    assert Occupancy.objects.filter(person=bob).count() == 1


def test_book_session_counts_a_session_the_mentor_takes_elsewhere(offer, alice, bob):
    dora = make_person("dora@example.org", "Dora Dane")
    book(make_mentor(dora).offers.get(), alice)

    assert code_of(book, offer, bob) == "taken"


def test_book_session_limits_what_a_mentee_has_ahead(offer, bob):
    for number in range(3):
        mentor = make_mentor(make_person(f"m{number}@example.org", f"Mentor {number}"))
        book(mentor.offers.get(), bob, at("2026-11-26 09:00") + timedelta(hours=number))

    assert code_of(book, offer, bob) == "too_many_open"


def test_book_session_refuses_a_second_session_with_the_same_mentor(offer, bob):
    book(offer, bob)

    assert code_of(book, offer, bob, at("2026-11-27 10:00")) == "already_together"


def test_book_session_refuses_the_mentors_own_profile(offer, alice):
    assert code_of(book, offer, alice) == "own_profile"


@pytest.mark.parametrize("state", [ProfileState.SUSPENDED, ProfileState.DRAFT])
def test_book_session_refuses_a_profile_that_is_not_public(offer, bob, state):
    offer.profile.state = state
    offer.profile.save()

    assert code_of(book, offer, bob) == "closed"


def test_book_session_refuses_an_offer_that_was_taken_back(offer, bob):
    offer.is_active = False
    offer.save()

    assert code_of(book, offer, bob) == "closed"


def test_the_same_key_gets_the_same_booking(offer, bob):
    first = book(offer, bob, key="one")

    assert book(offer, bob, key="one") == first
    assert Booking.objects.count() == 1


@pytest.fixture(params=["start", "question", "offer"])
def choices(request, offer):
    """What a form said first, and what it says when it comes again: one thing is another."""
    by_phone = offer.profile.offers.create(length=offer.length, format=Format.PHONE)
    first = {"offer": offer, "start": THURSDAY, "brief": BriefInput(QUESTION)}
    changed = {
        "start": {"start": at("2026-11-27 10:00")},
        "question": {"brief": BriefInput("Which team do I join?")},
        "offer": {"offer": by_phone},
    }
    return first, first | changed[request.param]


def choice_of(booking) -> dict:
    return {"offer": booking.offer, "start": booking.start, "brief": BriefInput(booking.question)}


def test_the_same_key_with_another_choice_is_another_booking(choices, bob):
    first = book_session(**choices[0], mentee=bob, now=NOW, key="one")
    cancel_booking(booking=first, by=bob, reason="Ill", now=NOW)

    second = book_session(**choices[1], mentee=bob, now=NOW, key="one")

    assert (second.pk == first.pk, choice_of(second)) == (False, choices[1])


def test_the_same_key_of_a_visitor_with_another_choice_is_another_hold(choices):
    first = hold_slot(**choices[0], held_for="visitor", now=NOW, key="one")

    second = hold_slot(**choices[1], held_for="visitor", now=NOW, key="one", instead_of=first)

    assert (second.pk == first.pk, choice_of(second)) == (False, choices[1])
    assert Booking.objects.get(state=BookingState.HELD) == second


def test_the_same_key_of_a_visitor_with_the_same_choice_gets_the_same_hold(offer):
    choice = {"offer": offer, "start": THURSDAY, "brief": BriefInput(QUESTION)}

    held = {hold_slot(**choice, held_for="visitor", now=NOW, key="one") for _ in range(2)}

    assert held == {Booking.objects.get()}


def test_an_overdue_request_is_free_for_the_next_one(ask_first, bob, charlie):
    old = book(ask_first, bob)
    later = old.expires_at + timedelta(minutes=1)

    new = book(ask_first, charlie, now=later)

    old.refresh_from_db()
    assert (old.state, new.state) == ("expired", "requested")


def test_hold_slot_takes_the_mentors_time_for_ten_minutes(offer, alice, bob):
    held = hold(offer)

    assert (held.state, held.mentee, held.expires_at) == ("held", None, NOW + timedelta(minutes=10))
    assert list(held.occupancies.values_list("person", flat=True)) == [alice.pk]
    assert code_of(book, offer, bob) == "taken"
    assert Notification.objects.count() == 0


def test_a_hold_that_ran_out_is_free(offer, bob):
    held = hold(offer)

    booking = book(offer, bob, now=NOW + timedelta(minutes=11))

    held.refresh_from_db()
    assert (held.state, booking.state) == ("expired", "confirmed")


def test_one_hold_per_browser(offer):
    first = hold(offer)

    second = hold(offer, at("2026-11-27 10:00"), instead_of=first)

    first.refresh_from_db()
    assert (first.state, second.state) == ("expired", "held")
    assert Occupancy.objects.count() == 1


def test_holds_from_one_address_are_limited(offer, settings):
    settings.MAX_HOLDS_PER_HOUR = 2
    previous = hold(offer)
    previous = hold(offer, instead_of=previous)

    assert code_of(hold, offer, instead_of=previous) == "too_often"
    assert hold(offer, at("2026-11-27 10:00"), held_for="somebody else").state == "held"


def test_claim_hold_makes_it_the_mentees_booking(offer, bob):
    booking = claim_hold(booking=hold(offer), mentee=bob, now=NOW + timedelta(minutes=3))

    booking.refresh_from_db()
    assert (booking.state, booking.mentee, booking.engagement.mentee) == ("confirmed", bob, bob)
    assert booking.engagement.brief.author == bob
    assert booking.occupancies.count() == 2
    assert Notification.objects.filter(recipient=bob, kind="booked").count() == 1


def test_claim_hold_twice_is_one_booking(offer, bob):
    held = hold(offer)
    claim_hold(booking=held, mentee=bob, now=NOW)

    claim_hold(booking=held, mentee=bob, now=NOW)

    assert Booking.objects.filter(state=BookingState.CONFIRMED).count() == 1
    assert Notification.objects.filter(recipient=bob, kind="booked").count() == 1


def test_claim_hold_that_ran_out_books_while_the_time_is_free(offer, bob):
    booking = claim_hold(booking=hold(offer), mentee=bob, now=NOW + timedelta(minutes=30))

    assert booking.state == "confirmed"


def test_claim_hold_that_ran_out_is_refused_when_somebody_was_quicker(offer, bob, charlie):
    held = hold(offer)
    later = NOW + timedelta(minutes=11)
    book(offer, charlie, now=later)

    assert code_of(claim_hold, booking=held, mentee=bob, now=later) == "taken"


def test_claim_hold_refuses_a_stranger_to_somebody_elses_booking(offer, bob, charlie):
    held = hold(offer)
    claim_hold(booking=held, mentee=bob, now=NOW)

    assert code_of(claim_hold, booking=held, mentee=charlie, now=NOW) == "changed"


def test_release_hold_frees_the_time(offer, bob):
    release_hold(booking=hold(offer), now=NOW)

    assert book(offer, bob).state == "confirmed"


def test_the_database_refuses_two_places_at_once(booking, alice):
    with pytest.raises(IntegrityError, match="nobody_is_promised_to_two_places_at_once"), transaction.atomic():
        Occupancy.objects.create(
            person=alice,
            booking=booking,
            during=DateTimeTZRange(THURSDAY + timedelta(minutes=24), THURSDAY + timedelta(minutes=50)),
        )


def test_the_database_refuses_a_confirmed_booking_without_a_mentee(booking):
    with pytest.raises(IntegrityError, match="only_a_held_booking_may_lack_its_mentee"), transaction.atomic():
        Booking.objects.filter(pk=booking.pk).update(mentee=None)


def test_the_database_keeps_the_log(booking):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        BookingEvent.objects.update(reason="rewritten")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        BookingEvent.objects.all()._raw_delete("default")


def test_a_new_question_after_the_session_is_a_new_engagement(offer, bob, booking):
    Booking.objects.filter(pk=booking.pk).update(state=BookingState.COMPLETED)
    booking.occupancies.all().delete()

    again = book_session(
        offer=offer,
        start=at("2026-11-30 10:00"),
        brief=BriefInput(question="And what now?"),
        mentee=bob,
        now=at("2026-11-27 10:00"),
    )

    booking.engagement.refresh_from_db()
    assert booking.engagement.closed_at == at("2026-11-27 10:00")
    assert again.engagement.closed_at is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param(lambda: MentorProfile.objects.update(paused_until=date(2027, 3, 1)), "paused", id="paused"),
        pytest.param(lambda: MentorProfile.objects.update(state="suspended"), "closed", id="suspended"),
        pytest.param(lambda: Offer.objects.update(is_active=False), "closed", id="put-away"),
    ],
)
def test_booking_asks_fresh_rows(offer, bob, change, code):
    read_before = Offer.objects.select_related("profile__person").get(pk=offer.pk)
    change()

    assert code_of(book, read_before, bob) == code
