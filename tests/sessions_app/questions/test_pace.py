"""How often one may book, move and hold: the same through the page and the API, and never in the way of cancelling."""

from datetime import timedelta

import pytest
import time_machine

from sessions_app.booking.changes import cancel_booking, move_booking
from sessions_app.booking.holds import claim_hold, hold_slot
from sessions_app.booking.series import book_further
from sessions_app.errors import SessionError
from sessions_app.models import Booking, BookingState
from sessions_app.questions.brief_input import BriefInput
from sessions_app.questions.pace import DAY, HOUR, check_bookings, wait_for_room
from sessions_app.written.acts import ask_in_writing
from tests.api.conftest import program  # noqa: F401 - a fixture
from tests.conftest import NOW, at, make_mentor, make_person
from tests.markup import elements_of, markup_of, refusals_in
from tests.sessions_app.conftest import QUESTION, THURSDAY, book
from tests.sessions_app.helpers.pages import text_of
from tests.sessions_app.helpers.races import race
from tests.sessions_app.helpers.written import ask, writes

MINUTE = timedelta(minutes=1)
BRIEF = BriefInput(question=QUESTION)


@pytest.fixture
def few(settings):
    settings.MAX_BOOKINGS_TOGETHER_A_DAY, settings.MAX_BOOKINGS_AN_HOUR = 2, 3


def book_and_cancel(offer, mentee, *, now=NOW):
    booking = book(offer, mentee, now=now)
    return cancel_booking(booking=booking, by=mentee, reason="No.", now=now)


def refusal_of(act, *args, **kwargs) -> SessionError:
    with pytest.raises(SessionError) as refused:
        act(*args, **kwargs)
    return refused.value


@pytest.mark.parametrize(
    ("ages", "wait"),
    [
        ([], 0),
        ([10], 0),
        ([10, 50], 10),
        ([50, 10], 10),
        ([10, 30, 50], 30),
        ([60, 61, 5], 0),
    ],
)
def test_wait_is_until_the_oldest_that_counts_has_gone(ages, wait):
    """Of at most two within an hour; ages and waits in minutes."""
    done = [NOW - age * MINUTE for age in ages]

    found = wait_for_room(done, 2, HOUR, now=NOW)

    assert found == wait * MINUTE
    left = [moment for moment in done if moment > NOW + found - HOUR]
    assert len(left) + 1 <= 2


@pytest.mark.django_db
def test_book_and_cancel_goes_round_so_often_with_one_person(offer, bob, charlie, few):
    book_and_cancel(offer, bob)
    book_and_cancel(offer, bob, now=NOW + HOUR)

    refused = refusal_of(book, offer, bob, now=NOW + 2 * HOUR)

    assert (refused.code, refused.wait) == ("too_often", DAY - 2 * HOUR)
    assert refused.message == "You’ve booked Alice several times today. You can book them again in 22 h."
    assert book(offer, charlie, now=NOW + 2 * HOUR).state == BookingState.CONFIRMED


@pytest.mark.django_db
def test_and_again_when_it_said(offer, bob, few):
    book_and_cancel(offer, bob)
    book_and_cancel(offer, bob)

    wait = refusal_of(book, offer, bob).wait

    assert refusal_of(book, offer, bob, at("2026-11-27 10:00"), now=NOW + wait - MINUTE).code == "too_often"
    assert book(offer, bob, at("2026-11-27 10:00"), now=NOW + wait).state == BookingState.CONFIRMED


@pytest.mark.django_db
def test_with_whomever_within_an_hour(offer, bob, few):
    others = [make_mentor(make_person(f"m{n}@example.org", f"Mentor {n}")).offers.get() for n in range(3)]
    for other in others:
        book_and_cancel(other, bob)

    assert refusal_of(book, offer, bob).wait == HOUR
    assert book(offer, bob, now=NOW + HOUR).state == BookingState.CONFIRMED


@pytest.mark.django_db
def test_cancelling_is_never_too_often(offer, bob, few):
    book_and_cancel(offer, bob)
    booking = book(offer, bob)
    assert refusal_of(check_bookings, "Alice", [NOW] * 9, [NOW] * 9, now=NOW).code == "too_often"

    assert cancel_booking(booking=booking, by=bob, reason="", now=NOW).state == BookingState.CANCELLED


@pytest.mark.django_db
@pytest.mark.parametrize("door", ["hold", "series", "writing"])
def test_every_way_to_book_counts_and_is_counted(door, alice, offer, bob, few):
    """A hold that is claimed, further dates of a session, and a question in writing."""
    in_writing = writes(alice.mentor_profile)
    if door == "series":
        book_and_cancel(offer, bob)
        first = book(offer, bob)
        act = lambda: book_further(booking=first, starts=[at("2026-11-27 10:00")], by=bob, now=NOW)  # noqa: E731
    else:
        for _number in range(2):
            book_and_cancel(offer, bob)
        held = hold_slot(offer=offer, start=THURSDAY, brief=BRIEF, held_for="x", now=NOW)
        acts = {
            "hold": lambda: claim_hold(booking=held, mentee=bob, now=NOW),
            "writing": lambda: ask_in_writing(offer=in_writing, brief=BRIEF, mentee=bob, now=NOW, key="k"),
        }
        act = acts[door]

    assert refusal_of(act).code == "too_often"


@pytest.mark.django_db
def test_what_was_asked_in_writing_counts_too(alice, offer, bob, settings):
    settings.MAX_BOOKINGS_TOGETHER_A_DAY = 1
    ask(writes(alice.mentor_profile), bob)

    assert refusal_of(book, offer, bob).code == "too_often"


@pytest.mark.django_db
def test_moves_of_sessions_with_one_person(alice, bob, booking, settings):
    """Each side has its own."""
    settings.MAX_MOVES_TOGETHER_A_DAY = 2
    hours = iter(range(9, 17))
    move = lambda by, now=NOW: move_booking(  # noqa: E731
        booking=booking, start=at("2026-11-27 09:00").replace(hour=next(hours)), by=by, now=now
    )
    for _number in range(2):
        move(bob)

    refused = refusal_of(move, bob)

    assert (refused.code, refused.wait) == ("too_often", DAY)
    assert move(alice).moves == 3
    assert move(bob, now=NOW + DAY).moves == 4


@pytest.mark.django_db
def test_holds_of_one_mentors_time_from_one_address(offer, settings):
    settings.MAX_HOLDS_OF_ONE_MENTOR_AN_HOUR = 1
    other = make_mentor(make_person("m@example.org", "Mel Mentor")).offers.get()
    hold = lambda wanted, start, now=NOW: hold_slot(  # noqa: E731
        offer=wanted, start=start, brief=BRIEF, held_for="x", now=now
    )
    hold(offer, THURSDAY)

    refused = refusal_of(hold, offer, at("2026-11-27 10:00"))

    assert (refused.code, refused.wait) == ("too_often", HOUR)
    assert hold(other, THURSDAY).state == BookingState.HELD
    assert hold(offer, at("2026-11-27 10:00"), NOW + HOUR).state == BookingState.HELD


@pytest.mark.django_db
def test_page_and_program_meet_the_same_limit(offer, bob, client_for, program, few):  # noqa: F811
    """What one door counts, the other knows; both say when, and the page keeps what was typed."""
    with time_machine.travel(NOW, tick=False):
        book_and_cancel(offer, bob)
        book_and_cancel(offer, bob)
        data = {"offer": str(offer.uuid), "start": "2026-11-26T14:30Z", "question": "Keep this?", "key": "k"}
        page = client_for(bob).post("/mentors/alice-adair/book/", data)
        wish = {"offer": str(offer.uuid), "start": "2026-11-26T14:30:00Z", "brief": {"question": QUESTION}}
        answer = program(bob).answer("POST", "bookings/", wish)

    assert (page.status_code, answer.status_code) == (429, 429)
    assert refusals_in(markup_of(page)) == ["too_often"]
    assert "24 h" in elements_of(markup_of(page), "p", data_refusal="too_often")[0].text
    assert "Keep this?" in text_of(page)
    assert (answer.json()["code"], answer["Retry-After"]) == ("too_often", str(24 * 3600))


@pytest.mark.django_db
def test_what_is_refused_or_sent_twice_counts_for_nothing(offer, bob, few):
    for _number in range(5):
        refusal_of(book, offer, bob, at("2026-11-28 10:00"))
        book(offer, bob, key="the same form")

    assert Booking.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_not_both_the_last(offer, bob, settings):
    """Of as many as there are mentors, only so many come through, however they are started."""
    settings.MAX_BOOKINGS_AN_HOUR, settings.MAX_OPEN_BOOKINGS = 3, 20
    mentors = [make_mentor(make_person(f"m{n}@example.org", f"Mentor {n}")).offers.get() for n in range(8)]
    starts = [at("2026-11-26 09:00") + timedelta(minutes=30 * number) for number in range(8)]

    outcomes = race(
        [lambda one=one, start=start: book(one, bob, start) for one, start in zip(mentors, starts, strict=True)]
    )

    assert outcomes == {"won": 3, "too_often": 5}
