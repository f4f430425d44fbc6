"""One end for a question in writing, whoever comes first, with real connections."""

import pytest

from mentors.models import Format
from notifications.models import Notification
from sessions_app.conversation.messages import send_message
from sessions_app.models import Message, WrittenQuestion, WrittenState
from sessions_app.questions.brief_input import BriefInput
from sessions_app.written.acts import ask_in_writing, decline_written, expire_written, withdraw_written
from tests.conftest import NOW
from tests.sessions_app.conftest import QUESTION, book
from tests.sessions_app.helpers.races import people, race

pytestmark = pytest.mark.django_db(transaction=True)
NEWS = ("written_answered", "written_declined", "written_withdrawn", "written_expired")


@pytest.fixture
def in_writing(alice):
    return alice.mentor_profile.offers.create(length=15, format=Format.WRITING)


def ask(offer, mentee, key="k"):
    brief = BriefInput(question=QUESTION)
    return ask_in_writing(offer=offer, brief=brief, mentee=mentee, now=NOW, key=key)


def test_answers_refusals_and_the_clock_race_and_one_ends_it(in_writing, alice, bob):
    asked = ask(in_writing, bob)
    last = asked.due_at - (asked.due_at - NOW) / 100

    def answer(key):
        return lambda: send_message(engagement=asked.engagement, body="Yes", by=alice, now=last, key=key, answers=True)

    outcomes = race(
        [
            answer("one"),
            answer("two"),
            lambda: decline_written(written=asked, by=alice, reason="No", now=last),
            lambda: withdraw_written(written=asked, by=bob, now=last),
        ]
    )
    outcomes += race([lambda: expire_written(now=asked.due_at), lambda: expire_written(now=asked.due_at)])

    asked.refresh_from_db()
    assert outcomes["won"] == 3  # one of the four; the clock finds nothing left to do, twice
    assert asked.version == 1
    assert Message.objects.count() == (1 if asked.state == WrittenState.ANSWERED else 0)
    assert Notification.objects.filter(kind__in=NEWS).count() == 1


def test_two_clocks_and_a_withdrawal_race_and_one_ends_it(in_writing, bob):
    asked = ask(in_writing, bob)
    before = asked.due_at - (asked.due_at - NOW) / 100

    race(
        [
            lambda: expire_written(now=asked.due_at),
            lambda: expire_written(now=asked.due_at),
            lambda: withdraw_written(written=asked, by=bob, now=before),
        ]
    )

    asked.refresh_from_db()
    assert asked.version == 1
    told = Notification.objects.filter(kind__in=NEWS).count()
    assert told == {WrittenState.EXPIRED: 2, WrittenState.WITHDRAWN: 1}[asked.state]


def test_many_ask_at_once_and_no_more_than_the_mentor_wants_get_through(in_writing):
    outcomes = race([lambda mentee=mentee: ask(in_writing, mentee) for mentee in people(6)])

    assert outcomes == {"won": 2, "full": 4}
    assert WrittenQuestion.objects.count() == 2


def test_one_form_sent_many_times_at_once_asks_once(in_writing, bob):
    assert race([lambda: ask(in_writing, bob)] * 4) == {"won": 4}
    assert WrittenQuestion.objects.count() == 1


def test_asking_and_booking_at_once_leaves_one_live_engagement(in_writing, offer, bob):
    race([lambda: ask(in_writing, bob), lambda: book(offer, bob)])

    assert bob.engagements_as_mentee.live().count() == 1
