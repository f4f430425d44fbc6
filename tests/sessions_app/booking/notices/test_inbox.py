from datetime import timedelta

import pytest
from django.urls import reverse

from mentors.models import MentorProfile
from mentors.moderation.acts import suspend_profile
from notifications.inbox import build_entries, unread_count
from notifications.models import InboxItem
from sessions_app.afterwards.feedback import give_feedback
from sessions_app.booking.changes import cancel_booking, move_booking
from sessions_app.booking.clock import expire_overdue
from sessions_app.booking.counters import counter_request
from sessions_app.booking.notices.inbox import booking_inbox_lines
from sessions_app.booking.requests import accept_booking, decline_booking, withdraw_booking
from tests.conftest import NOW, at, make_person
from tests.sessions_app.conftest import book

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FRIDAY = at("2026-11-27 13:00")


def told(person, now=NOW) -> list[str]:
    """What this person's inbox says, newest first."""
    items = InboxItem.objects.shown_to(person, now).order_by("-at", "-pk")
    return [entry.line.text if entry.line else "" for entry in build_entries(list(items), reader=person, now=now)]


def unread(*people, now=NOW) -> list[int]:
    return [unread_count(person, now=now) for person in people]


def test_booked_session_is_news_to_the_mentor(booking, alice, bob):
    assert told(alice) == ["Bob booked 25 minutes: Thu 26 Nov, 14:30"]
    assert told(bob) == ["You booked 25 minutes with Alice: Thu 26 Nov, 20:00"]
    assert unread(alice, bob) == [1, 0]


def test_clock_is_the_readers_at_the_time_of_reading(booking, bob):
    bob.timezone, bob.hour_cycle = "America/New_York", "12"

    assert told(bob) == ["You booked 25 minutes with Alice: Thu 26 Nov, 9:30\xa0am"]


def test_request_and_its_answers(request_for, alice, bob):
    assert told(alice) == ["Bob is asking for 25 minutes: Thu 26 Nov, 14:30"]
    assert told(bob) == ["You asked Alice for 25 minutes: Thu 26 Nov, 20:00"]
    assert told(alice, NOW + DAY / 2)[0] == "Bob is waiting for your answer: Thu 26 Nov, 14:30"

    accept_booking(booking=request_for, by=alice, now=NOW + HOUR)

    assert told(bob, NOW + HOUR)[0] == "Alice accepted your request: Thu 26 Nov, 20:00"
    assert told(alice, NOW + DAY / 2) == [
        "You accepted Bob’s request: Thu 26 Nov, 14:30",
        "Bob is asking for 25 minutes: Thu 26 Nov, 14:30",
    ]
    assert unread(alice, bob, now=NOW + HOUR) == [0, 1]


def test_declined_request(request_for, alice, bob):
    decline_booking(booking=request_for, by=alice, reason="Away", now=NOW + HOUR)

    assert told(bob, NOW + HOUR)[0] == "Alice can’t take your session: Thu 26 Nov, 20:00"


def test_request_that_nobody_answered(request_for, bob):
    expire_overdue(now=NOW + DAY)

    assert told(bob, NOW + DAY)[0] == "Alice didn’t answer in time: Thu 26 Nov, 20:00"


def test_withdrawn_request(request_for, alice, bob):
    withdraw_booking(booking=request_for, by=bob, now=NOW + HOUR)

    assert told(alice, NOW + HOUR)[0] == "Bob withdrew the request for Thu 26 Nov, 14:30"


def test_moves_are_told_as_they_were(booking, alice, bob):
    moved = move_booking(booking=booking, start=FRIDAY, by=alice, now=NOW + HOUR)
    move_booking(booking=moved, start=FRIDAY + 2 * HOUR, by=bob, now=NOW + 2 * HOUR)

    assert told(bob, NOW + 2 * HOUR) == [
        "You rescheduled your session with Alice to Fri 27 Nov, 20:30",
        "Alice rescheduled your session to Fri 27 Nov, 18:30",
        "You booked 25 minutes with Alice: Thu 26 Nov, 20:00",
    ]
    assert told(alice, NOW + 2 * HOUR)[0] == "Bob rescheduled your session to Fri 27 Nov, 15:00"
    assert unread(alice, bob, now=NOW + 2 * HOUR) == [1, 0]


@pytest.mark.parametrize(
    ("by", "to_alice", "to_bob"),
    [
        ("alice", "You cancelled your session with Bob", "Alice cancelled your session"),
        ("bob", "Bob cancelled your session", "You cancelled your session with Alice"),
        ("maria", "Your session with Bob was cancelled", "Your session with Alice was cancelled"),
    ],
)
def test_cancelled_session(booking, alice, bob, maria, by, to_alice, to_bob):
    people = {"alice": alice, "bob": bob, "maria": maria}

    cancel_booking(booking=booking, by=people[by], reason="Ill", now=NOW + HOUR)

    assert told(alice, NOW + HOUR)[0] == f"{to_alice}: Thu 26 Nov, 14:30"
    assert told(bob, NOW + 30 * DAY)[0] == f"{to_bob}: Thu 26 Nov, 20:00"


def test_reminders_and_the_question_afterwards_come_in_time_and_vanish_with_a_move(booking, bob):
    assert told(bob, booking.start - 24 * HOUR)[0] == "Your session with Alice: Thu 26 Nov, 20:00"
    assert told(bob, booking.end + HOUR / 6)[0] == "Did 25 minutes with Alice help?"
    assert len(told(bob, booking.end + HOUR / 6)) == 4

    moved = move_booking(booking=booking, start=FRIDAY, by=bob, now=NOW + HOUR)

    assert told(bob, FRIDAY - HOUR) == [
        "Your session with Alice: Fri 27 Nov, 18:30",
        "Your session with Alice: Fri 27 Nov, 18:30",
        "You rescheduled your session with Alice to Fri 27 Nov, 18:30",
        "You booked 25 minutes with Alice: Thu 26 Nov, 20:00",
    ]
    assert told(bob, moved.end + HOUR)[0] == "Did 25 minutes with Alice help?"


def test_question_that_was_answered_asks_no_more(booking, alice, bob):
    after = booking.end + HOUR / 6
    assert unread(bob, now=after) == [3]

    give_feedback(booking=booking, by=bob, now=after, answers={"resolution": "yes"})

    assert told(bob, after)[0] == "You said how 25 minutes with Alice went"
    assert told(alice, after)[0] == "Did you answer Bob’s question?"
    assert unread(alice, bob, now=after) == [4, 0]


def test_line_about_a_booking_that_is_not_the_readers_says_nothing(booking, charlie):
    InboxItem.objects.update(recipient=charlie)

    assert told(charlie) == ["", ""]


def test_lines_lead_to_where_one_can_act(request_for, alice, client_for):
    item = InboxItem.objects.get(kind="request_waiting")
    items = [*InboxItem.objects.shown_to(alice, NOW), item]

    urls = [entry.line.url for entry in build_entries(items, reader=alice, now=NOW)]

    names = ("session", "session_respond")
    assert urls == [reverse(name, args=[request_for.uuid]) for name in names]
    assert [client_for(alice).get(url).status_code for url in urls] == [200, 200]


def test_profile_is_told_about(alice, maria):
    profile = MentorProfile.objects.get(person=alice)

    suspend_profile(profile=profile, reason="Sold a course", by=maria, now=NOW)

    assert told(alice) == ["Your profile is suspended"]


@pytest.mark.parametrize("count", [1, 3])
def test_page_asks_a_fixed_number_of_queries(now, offer, alice, client_for, count, django_assert_num_queries):
    for day in range(25, 25 + count):
        book(offer, make_person(f"{day}@example.org", f"Person{day}"), at(f"2026-11-{day} 14:30"))
    client = client_for(alice)
    client.get("/notifications/")

    with django_assert_num_queries(8):
        client.get("/notifications/")


@pytest.mark.parametrize(
    ("starts", "line"),
    [
        ([FRIDAY], "Alice has offered you another time: Fri 27 Nov, 18:30"),
        ([FRIDAY, FRIDAY + HOUR], "Alice has offered you other times, the first on Fri 27 Nov, 18:30"),
    ],
    ids=["one", "two"],
)
def test_one_time_offered_instead_is_no_several(request_for, alice, bob, starts, line):
    counter_request(booking=request_for, starts=starts, by=alice, now=NOW)

    assert told(bob)[0] == line


def test_other_times_of_many_requests_are_read_at_once(request_for, alice, bob, django_assert_num_queries):
    counter_request(booking=request_for, starts=[FRIDAY, FRIDAY + HOUR], by=alice, now=NOW)
    items = list(InboxItem.objects.filter(recipient=bob, kind="countered"))

    with django_assert_num_queries(4):
        booking_inbox_lines(items, bob, NOW)


def test_mentor_is_asked_what_their_mail_asks(over, alice, bob):
    after = over.end + HOUR

    assert [told(person, after)[0] for person in (alice, bob)] == [
        "Did you answer Bob’s question?",
        "Did 25 minutes with Alice help?",
    ]
