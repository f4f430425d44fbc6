"""The mails about a question in writing, as they leave, and what has become of it by then."""

from datetime import timedelta

import pytest

from notifications.models import Notification
from notifications.tasks import drain_outbox
from sessions_app.conversation.messages import send_message
from sessions_app.questions.brief_input import BriefInput
from sessions_app.written.acts import ask_in_writing, decline_written, expire_written
from tests.conftest import NOW
from tests.sessions_app.conftest import QUESTION
from tests.smtp import smtp_sink  # noqa: F401 - a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
HOUR = timedelta(hours=1)


@pytest.fixture
def mails(smtp_sink):  # noqa: F811
    """mails(now): to whom the outbox writes at that moment, and the subjects."""

    def drain(now) -> list[tuple[str, str]]:
        smtp_sink.mails.clear()
        drain_outbox(now)
        assert list(Notification.objects.exclude(last_error="").values_list("last_error")) == []
        return sorted((str(mail["To"]).split()[0], str(mail["Subject"])) for mail in smtp_sink.mails)

    return drain


def reply(asked, alice, body, **fields):
    return send_message(engagement=asked.engagement, body=body, by=alice, key=body, **fields)


def test_both_are_told_and_the_mentor_is_reminded_twice(asked, mails):
    assert mails(NOW) == [
        ("Alice", "Bob asked you a written question: answer by Thu 26 Nov, 13:46 (London)"),
        ("Bob", "Your question is with Alice"),
    ]
    waits = [("Alice", "Bob is waiting for your answer: by Thu 26 Nov, 13:46 (London)")]
    assert mails(NOW + 24 * HOUR) == waits
    assert mails(NOW + 41 * HOUR) == []
    assert mails(NOW + 42 * HOUR) == waits


def test_who_asked_back_is_reminded_once_before_the_new_moment(asked, alice, mails):
    reply(asked, alice, "Which offer?", now=NOW + HOUR)
    Notification.objects.exclude(kind__startswith="written").delete()
    mails(NOW + HOUR)

    assert mails(NOW + 42 * HOUR + timedelta(minutes=59)) == []
    assert mails(NOW + 43 * HOUR) == [("Alice", "Bob is waiting for your answer: by Thu 26 Nov, 14:46 (London)")]


def test_an_answer_silences_what_was_to_come_and_comes_by_mail_itself(asked, alice, mails):
    reply(asked, alice, "Take it.", now=NOW + HOUR, answers=True)

    assert mails(NOW + HOUR) == [("Bob", "Alice answered your question")]
    assert mails(NOW + 47 * HOUR) == []


def test_a_no_and_a_silence_are_told(asked, alice, bob, mails):
    offer = asked.offer
    decline_written(written=asked, by=alice, reason="Not my field.", now=NOW)
    assert mails(NOW) == [("Bob", "Alice can’t answer your question")]

    again = ask_in_writing(offer=offer, brief=BriefInput(QUESTION), mentee=bob, now=NOW, key="again")
    expire_written(now=again.due_at)
    assert mails(again.due_at) == [
        ("Alice", "Bob’s question closed without an answer"),
        ("Bob", "Alice didn’t answer in time"),
    ]
