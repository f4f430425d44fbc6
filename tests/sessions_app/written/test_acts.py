"""A question in writing: who may ask, what ends it, what is told, and that every end happens once."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from mentors.models import Format, Offer
from notifications.inbox import build_entries
from notifications.models import InboxItem, Notification, State
from sessions_app.audit import audit_notices
from sessions_app.booking.clock import close_engagements
from sessions_app.conversation.messages import send_message
from sessions_app.errors import SessionError
from sessions_app.models import Booking, Engagement, Message, WrittenQuestion, WrittenState
from sessions_app.questions.brief_input import BriefInput
from sessions_app.written.acts import ask_in_writing, decline_written, expire_written, withdraw_written
from tests.conftest import NOW, at, make_mentor, make_person
from tests.sessions_app.conftest import QUESTION, book
from tests.sessions_app.helpers.messages import unread_messages

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
# Of an answer that came an hour after NOW
LATER = [
    ("written_follow_up_three_days", "Bob", 1 + 3 * 24),
    ("written_follow_up_two_weeks", "Bob", 1 + 14 * 24),
]


def ask(offer: Offer, mentee: User, *, now=NOW, key: str = "k", question: str = QUESTION) -> WrittenQuestion:
    return ask_in_writing(offer=offer, brief=BriefInput(question=question), mentee=mentee, now=now, key=key)


def say(written: WrittenQuestion, by: User, body: str, *, now=NOW, answers: bool = False) -> Message:
    return send_message(engagement=written.engagement, body=body, by=by, now=now, key=body, answers=answers)


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(SessionError) as refusal:
        act()
    return refusal.value.code


def told() -> list[tuple[str, str, float]]:
    """What is still to be told: the kind, to whom, and how many hours from NOW."""
    pending = (
        Notification.objects.filter(state=State.PENDING).select_related("recipient").order_by("due_at", "recipient")
    )
    return [(row.kind, row.recipient.first_name, (row.due_at - NOW) / HOUR) for row in pending]


def test_a_question_takes_nobodys_time_and_is_due_in_two_days(asked, alice, bob):
    assert (asked.state, asked.due_at, asked.question) == (WrittenState.ASKED, NOW + 48 * HOUR, QUESTION)
    assert not Booking.objects.exists()
    assert told() == [
        ("written_asked", "Alice", 0),
        ("written_asked", "Bob", 0),
        ("written_waiting", "Alice", 24),
        ("written_due", "Alice", 42),
    ]


def test_a_form_sent_twice_asks_once(asked, in_writing, bob):
    assert ask(in_writing, bob) == asked
    assert code_of(lambda: ask(in_writing, bob, question="Another one?")) == "already_asked"


def test_the_answer_ends_the_wait_and_is_told_at_once_and_not_again_as_a_message(asked, alice, bob):
    answer = say(asked, alice, "Take it.", now=NOW + HOUR, answers=True)

    asked.refresh_from_db()
    assert (asked.state, asked.settled_by, asked.settled_at, asked.answer) == ("answered", alice, NOW + HOUR, answer)
    wanted = [("written_answered", "Bob", 1), *LATER]
    assert told() == wanted
    audit_notices(now=NOW + HOUR)
    assert told() == wanted
    assert unread_messages(bob) == [answer]


def test_what_follows_the_answer_is_a_message_like_any_other(asked, alice, bob):
    say(asked, alice, "Take it.", answers=True)
    say(asked, bob, "And the title?", now=NOW + HOUR)

    assert told()[:2] == [("written_answered", "Bob", 0), ("message", "Alice", 1 + 1 / 6)]
    assert code_of(lambda: say(asked, alice, "That too.", answers=True)) == "not_waiting"


def test_asking_back_counts_the_two_days_anew_once(asked, alice, bob):
    say(asked, alice, "Which offer?", now=NOW + 20 * HOUR)
    say(asked, alice, "And when?", now=NOW + 21 * HOUR)

    asked.refresh_from_db()
    assert (asked.state, asked.due_at) == (WrittenState.ASKED, NOW + 68 * HOUR)
    assert ("written_due_again", "Alice", 62) in told()


def test_the_mentees_words_change_nothing_of_it(asked, bob):
    say(asked, bob, "The letter says Friday.", answers=True)

    asked.refresh_from_db()
    assert (asked.state, asked.due_at) == (WrittenState.ASKED, NOW + 48 * HOUR)


@pytest.mark.parametrize(
    ("end", "state", "kinds"),
    [
        (
            lambda w, a, b: decline_written(written=w, by=a, reason="No.", now=NOW),
            "declined",
            ["written_declined"],
        ),
        (lambda w, a, b: withdraw_written(written=w, by=b, now=NOW), "withdrawn", ["written_withdrawn"]),
        (lambda w, a, b: expire_written(now=w.due_at), "expired", ["written_expired", "written_expired"]),
    ],
    ids=["declined", "withdrawn", "expired"],
)
def test_what_comes_to_nothing_ends_the_engagement(asked, alice, bob, end, state, kinds):
    end(asked, alice, bob)

    asked.refresh_from_db()
    assert asked.state == state
    assert Engagement.objects.get().closed_at == asked.settled_at
    assert [kind for kind, _, _ in told()] == kinds
    assert code_of(lambda: say(asked, alice, "Take it.", answers=True)) == "closed"
    assert code_of(lambda: withdraw_written(written=asked, by=bob, now=NOW)) == "not_waiting"


def test_only_the_two_may_end_it_each_their_way(asked, alice, bob, charlie):
    assert code_of(lambda: decline_written(written=asked, by=bob, reason="x", now=NOW)) == "not_yours"
    assert code_of(lambda: withdraw_written(written=asked, by=alice, now=NOW)) == "not_yours"
    assert code_of(lambda: say(asked, charlie, "Hello", answers=True)) == "not_yours"
    assert code_of(lambda: decline_written(written=asked, by=alice, reason="x", now=asked.due_at)) == "not_waiting"


def test_booking_a_session_with_them_turns_it_into_a_call(asked, offer, bob):
    book(offer, bob)

    asked.refresh_from_db()
    assert (asked.state, asked.settled_by) == (WrittenState.CALL, bob)
    assert Engagement.objects.live().get().bookings.get().offer == offer
    assert {kind for kind, _, _ in told()} & {"written_waiting", "written_due"} == set()


def test_whoever_has_a_session_ahead_asks_in_its_thread(offer, in_writing, bob):
    book(offer, bob)

    assert code_of(lambda: ask(in_writing, bob)) == "already_together"


def test_open_questions_count_to_the_limit_of_what_is_open(asked, in_writing, bob, charlie, settings):
    settings.MAX_OPEN_BOOKINGS = 1
    dora = make_mentor(make_person("dora@example.org", "Dora Dane"))
    written = dora.offers.create(length=15, format=Format.WRITING)

    assert code_of(lambda: ask(written, bob)) == "too_many_open"
    assert code_of(lambda: book(dora.offers.timed().get(), bob)) == "too_many_open"
    # Once its time is over, it is not open, even before the clock has got to it.
    assert ask(written, bob, now=asked.due_at).state == WrittenState.ASKED


def test_a_mentor_has_no_more_open_than_they_want(asked, in_writing, alice, charlie):
    schedule = alice.mentor_profile.schedule
    schedule.max_written = 1
    schedule.save()

    assert code_of(lambda: ask(in_writing, charlie)) == "full"
    say(asked, alice, "Take it.", answers=True)
    assert ask(in_writing, charlie).state == WrittenState.ASKED


def test_who_cannot_be_asked(in_writing, offer, alice, bob):
    profile = alice.mentor_profile
    assert code_of(lambda: ask(in_writing, alice)) == "own_profile"
    assert code_of(lambda: ask(offer, bob)) == "closed"
    assert code_of(lambda: book(in_writing, bob)) == "closed"
    profile.paused_until = at("2026-12-07 00:00").date()
    profile.save()
    assert code_of(lambda: ask(in_writing, bob)) == "away"
    profile.paused_until = None
    profile.state = "suspended"
    profile.save()
    assert code_of(lambda: ask(in_writing, bob)) == "closed"


def test_nobody_is_asked_on_the_days_that_they_have_off(in_writing, alice, bob):
    """NOW is a Tuesday; the days are those of the mentor's own zone."""
    off = alice.mentor_profile.schedule.time_off.create(first=NOW.date(), last=NOW.date())
    assert code_of(lambda: ask(in_writing, bob)) == "away"
    off.delete()
    alice.mentor_profile.schedule.time_off.create(first=NOW.date() + timedelta(days=1), last=date(2026, 12, 6))
    assert ask(in_writing, bob).due_at == NOW + timedelta(hours=48)


def test_an_answered_question_closes_after_a_fortnight_an_open_one_does_not(asked, alice):
    assert close_engagements(now=NOW + timedelta(days=60)) == 0
    say(asked, alice, "Take it.", answers=True)

    assert close_engagements(now=NOW + timedelta(days=14) - timedelta(seconds=1)) == 0
    assert close_engagements(now=NOW + timedelta(days=14)) == 1


def test_the_audit_finds_what_was_forgotten(asked, alice):
    wanted = told()
    Notification.objects.all().delete()

    assert audit_notices(now=NOW) == 4
    assert told() == wanted


def test_the_database_refuses_what_can_not_be(asked):
    for wrong in (
        {"state": WrittenState.ANSWERED},
        {"settled_at": NOW},
        {"due_at": NOW},
        {"mentee": asked.mentor},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            WrittenQuestion.objects.update(**wrong)


def test_the_inbox_says_so_in_one_line_each(asked, alice, bob):
    say(asked, alice, "Take it.", now=NOW + HOUR, answers=True)

    lines = {
        person.first_name: [
            entry.line.text
            for entry in build_entries(
                InboxItem.objects.filter(recipient=person, at__lte=NOW + HOUR).order_by("pk"),
                reader=person,
                now=NOW + HOUR,
            )
        ]
        for person in (alice, bob)
    }
    assert lines == {
        "Alice": ["Bob asked you a written question. Answer by Thu 26 Nov, 13:46"],
        "Bob": ["You asked Alice a written question", "Alice answered your question"],
    }
