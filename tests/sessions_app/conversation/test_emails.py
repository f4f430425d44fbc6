"""A mail to whoever has not read for ten minutes: decided when it leaves, at most one an hour."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from notifications.models import Group, InboxItem, Notification
from notifications.preferences import switch_off
from notifications.tasks import drain_outbox
from sessions_app.audit import audit_notices
from sessions_app.conversation.files import add_file
from sessions_app.conversation.messages import mark_read
from sessions_app.conversation.uploads import read_upload
from sessions_app.models import Engagement, Message
from tests.conftest import NOW
from tests.sessions_app.conftest import QUESTION
from tests.sessions_app.helpers.documents import PDF
from tests.sessions_app.helpers.messages import write
from tests.smtp import smtp_sink, text_of, words_of  # noqa: F401 - smtp_sink is a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def mails(smtp_sink, booking):  # noqa: F811
    """mails(now): what the outbox sends to alice at that moment about messages, as subject lines."""
    Notification.objects.all().delete()
    InboxItem.objects.all().delete()

    def drain(now) -> list:
        smtp_sink.mails.clear()
        drain_outbox(now)
        assert list(Notification.objects.exclude(last_error="").values_list("last_error")) == []
        return list(smtp_sink.mails)

    return drain


def read(booking, person) -> None:
    newest = Message.objects.latest("pk").pk
    mark_read(engagement=booking.engagement, person=person, until=newest)


def states() -> list[tuple[str, str]]:
    return list(Notification.objects.order_by("pk").values_list("state", "reason"))


def test_who_does_not_read_gets_one_mail_after_ten_minutes(booking, bob, mails, settings):
    settings.SITE_URL = "https://mentoring.example"
    write(booking, bob, "Is the letter here?")
    write(booking, bob, "I mean the <second> one.\nThe blue one.", now=NOW + MINUTE)

    assert mails(NOW + 10 * MINUTE - timedelta(seconds=1)) == []
    (mail,) = mails(NOW + 10 * MINUTE)

    page = f"https://mentoring.example/messages/{booking.engagement.uuid}/#messages"
    assert (mail["To"].addresses[0].addr_spec, mail["Subject"]) == ("alice@example.org", "Bob wrote to you")
    assert mail["From"].addresses[0].display_name == "Bob via Quarterhour"
    assert mail["Reply-To"] == settings.CONTACT_EMAIL
    assert text_of(mail) == (
        "Your messages with Bob Bose\n\nBob wrote to you\n\n"
        f"About: {QUESTION}\n\n"
        "Bob wrote:\n“I mean the <second> one.\nThe blue one.”\n\n"
        "There’s 1 earlier message you haven’t read.\n\n"
        f"Read and reply:\n{page}\n\n"
        "Reply on that page: a reply to this email goes to our team, not to Bob. "
        "We send at most one of these an hour.\n\n"
        "--\nYou’re getting this because you have a session together.\n"
        "Choose which emails you get: https://mentoring.example/settings/notifications/\n"
        "Quarterhour https://mentoring.example\n"
    )
    said, shown = words_of(mail)
    assert said == shown
    assert "List-Unsubscribe" in mail


def test_who_has_read_gets_none_even_at_the_last_moment(booking, alice, bob, mails):
    write(booking, bob)
    read(booking, alice)

    assert (mails(NOW + 10 * MINUTE), states()) == ([], [("obsolete", "moved on")])


def test_reading_a_part_leaves_the_mail_about_the_rest(booking, alice, bob, mails):
    first = write(booking, bob, "First")
    write(booking, bob, "Second")
    mark_read(engagement=booking.engagement, person=alice, until=first.pk)

    (mail,) = mails(NOW + 10 * MINUTE)

    assert ("Second" in text_of(mail), "First" in text_of(mail), "earlier" in text_of(mail)) == (True, False, False)


def test_never_more_than_one_an_hour(booking, alice, bob, mails):
    sent = []
    write(booking, bob)
    for minute in range(1, 181):
        now = NOW + minute * MINUTE
        if minute % 7 == 0:
            write(booking, bob, now=now)
        if mails(now):
            sent.append(minute)

    assert sent == [10, 70, 130]


def test_news_after_reading_is_told_after_ten_minutes_again(booking, alice, bob, mails):
    write(booking, bob)
    read(booking, alice)
    write(booking, bob, now=NOW + 5 * MINUTE)

    assert [len(mails(NOW + minute * MINUTE)) for minute in (10, 14, 15)] == [0, 0, 1]


def test_news_soon_after_a_mail_waits_for_its_hour(booking, alice, bob, mails):
    write(booking, bob)
    assert len(mails(NOW + 10 * MINUTE)) == 1
    read(booking, alice)
    write(booking, bob, now=NOW + 20 * MINUTE)

    assert [len(mails(NOW + minute * MINUTE)) for minute in (30, 69, 70)] == [0, 0, 1]


def test_the_writer_is_told_nothing_of_their_own_words(booking, alice, bob, mails):
    write(booking, bob)
    write(booking, alice)

    (first, second) = sorted(mails(NOW + 10 * MINUTE), key=lambda mail: mail["To"])
    assert (first["Subject"], second["Subject"]) == ("Bob wrote to you", "Alice wrote to you")


def test_a_file_is_told_of_by_its_name(booking, bob, mails, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    upload = read_upload(SimpleUploadedFile("offer.pdf", PDF))
    add_file(engagement=booking.engagement, upload=upload, by=bob, now=NOW)

    (mail,) = mails(NOW + 10 * MINUTE)

    assert mail["Subject"] == "Bob shared a file with you"
    assert "The file:\n“offer.pdf”" in text_of(mail)


def test_messages_can_be_switched_off_as_mails(booking, alice, bob, mails):
    switch_off(person=alice, group=Group.MESSAGES)
    write(booking, bob)

    assert (mails(NOW + 10 * MINUTE), states()) == ([], [("obsolete", "switched off")])


def test_the_bell_tells_at_once_and_forgets_when_it_is_read(booking, alice, bob, mails, client_for):
    write(booking, bob)
    item = InboxItem.objects.get()
    assert (item.recipient, item.at) == (alice, NOW)
    page = client_for(alice).get("/notifications/").content.decode()
    assert re.findall(r'href="([^"]*)"[^>]*>Bob wrote to you', page) == [
        f"/messages/{booking.engagement.uuid}/#messages"
    ]

    read(booking, alice)

    assert InboxItem.objects.count() == 0


def planned() -> int:
    return Notification.objects.filter(kind="message").count()


def test_audit_finds_a_mail_that_nobody_planned_and_no_other(booking, alice, bob, mails):
    write(booking, bob)
    Notification.objects.filter(kind="message").delete()
    audit_notices(now=NOW + MINUTE)
    audit_notices(now=NOW + 2 * MINUTE)
    assert (planned(), Notification.objects.get(kind="message").due_at) == (1, NOW + 10 * MINUTE)

    read(booking, alice)
    Notification.objects.all().delete()
    audit_notices(now=NOW + MINUTE)
    assert planned() == 0


def test_a_thread_that_has_ended_is_still_told_of(booking, bob, mails):
    write(booking, bob)
    Engagement.objects.update(closed_at=NOW)

    assert len(mails(NOW + 10 * MINUTE)) == 1


def test_a_mail_for_somebody_who_has_left_is_not_sent(booking, alice, bob, mails):
    write(booking, bob)
    User.objects.filter(pk=alice.pk).update(is_active=False)

    assert mails(NOW + 10 * MINUTE) == []
