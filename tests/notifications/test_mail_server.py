"""The conversation with the mail server: how many mails one takes, when doubt begins, how long an answer may take."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F

from notifications import outbox
from notifications.models import Notification, State
from notifications.sending import draining, smtp
from notifications.sending.draining import LeaseKeeper, drain_outbox
from notifications.sending.smtp import MailServer, RefusedError

MINUTE = timedelta(minutes=1)
HELLO = b"Subject: Hello\r\n\r\nHello\r\n"


def test_one_connection_serves_many_mails(due, smtp_sink):
    for number in range(20):
        due(number)

    drain_outbox()

    assert (len(smtp_sink.mails), len(smtp_sink.connections)) == (20, 1)


def test_connection_ends_after_so_many_mails_or_so_long(due, smtp_sink, monkeypatch):
    monkeypatch.setattr(smtp, "MAILS_PER_CONNECTION", 3)
    for number in range(7):
        due(number)
    drain_outbox()
    assert len(smtp_sink.connections) == 3

    monkeypatch.setattr(smtp, "CONNECTION_LASTS", 0)
    for number in range(10, 12):
        due(number)
    drain_outbox()
    assert len(smtp_sink.connections) == 5


def test_connection_goes_on_after_a_refusal(due, alice, smtp_sink):
    due(1, since=2 * MINUTE)
    good = due(2, recipient=alice)
    smtp_sink.rcpt = {"bob@example.org": "450 Later"}

    drain_outbox()

    good.refresh_from_db()
    assert (good.state, len(smtp_sink.connections)) == (State.SENT, 1)


def test_server_that_hangs_up_between_mails_is_called_again(smtp_sink):
    with MailServer() as server:
        server.announce("us@example.org", "bob@example.org")
        server.hand_over(HELLO)
        smtp_sink.connections[0].abort()
        server.announce("us@example.org", "bob@example.org")
        server.hand_over(HELLO)

    assert (len(smtp_sink.mails), len(smtp_sink.connections)) == (2, 2)


def test_lines_that_begin_with_a_dot_arrive_as_they_are(smtp_sink):
    with MailServer() as server:
        server.announce("us@example.org", "bob@example.org")
        server.hand_over(b"Subject: Dots\r\n\r\n.\r\n..two\r\nend")

    assert smtp_sink.mails[0].get_content().splitlines() == [".", "..two", "end"]


def test_nothing_is_in_doubt_when_the_server_hangs_up_before_it_says_go_ahead(due, smtp_sink, database_now):
    row = due(1)
    smtp_sink.go_ahead = None

    drain_outbox(database_now)

    row.refresh_from_db()
    assert (row.state, row.doubted_at, row.data_started_at) == (State.PENDING, None, None)
    smtp_sink.go_ahead = ""
    drain_outbox(row.next_try_at)
    row.refresh_from_db()
    assert (row.state, row.doubted_at, len(smtp_sink.mails)) == (State.SENT, None, 1)


def test_server_that_says_no_instead_of_go_ahead_is_asked_again(due, smtp_sink):
    row = due(1)
    smtp_sink.go_ahead = "554 5.7.1 Not from here"

    drain_outbox()

    row.refresh_from_db()
    assert (row.state, row.data_started_at, row.last_error) == (State.PENDING, None, "554 5.7.1 Not from here")


def test_message_that_is_not_wanted_any_more_does_not_leave(due, smtp_sink, monkeypatch):
    """The fence comes after the server's go-ahead: it then gets no message, and the next mail a new connection."""
    monkeypatch.setattr(outbox, "begin_data", lambda row, now=None: row.subject_id != 1)
    due(1, since=2 * MINUTE)
    due(2)

    drain_outbox()

    assert [mail["Subject"] for mail in smtp_sink.mails] == ["Number 2"]
    assert len(smtp_sink.connections) == 2


def test_broken_server_is_no_reason_to_refuse_the_sender(smtp_sink):
    smtp_sink.mail = "550 5.1.1 Who are you?"

    with MailServer() as server, pytest.raises(RefusedError) as refused:
        server.announce("us@example.org", "bob@example.org")

    assert (refused.value.blame, refused.value.nobody_there) == ("ours", False)


@pytest.mark.django_db(transaction=True)
def test_server_that_takes_long_for_its_answer_gets_each_mail_once(due, smtp_sink, settings):
    """Longer than a command may take, and longer than a lease: the row is held meanwhile, and nobody else sends it."""
    settings.OUTBOX_LEASE, settings.EMAIL_TIMEOUT, settings.EMAIL_ANSWER_TIMEOUT = timedelta(seconds=3), 0.5, 60
    row = due(1)
    smtp_sink.answers_when = threading.Event()
    worker = threading.Thread(target=drain_and_close)
    worker.start()
    first = wait_for_lease(row, None)
    second = wait_for_lease(row, first)
    third = wait_for_lease(row, second)

    assert outbox.lost_leases().count() == 0
    smtp_sink.answers_when.set()
    worker.join()

    row.refresh_from_db()
    assert first < second < third
    assert (row.state, row.attempts, row.doubted_at, len(smtp_sink.mails)) == (State.SENT, 1, None, 1)


def drain_and_close() -> None:
    drain_outbox()
    connection.close()


def wait_for_lease(row: Notification, before):
    """The next end of the lease after the message has begun to leave."""
    while True:
        row.refresh_from_db()
        if row.data_started_at and row.lease_until and row.lease_until != before:
            return row.lease_until
        threading.Event().wait(0.02)


def test_lease_that_has_lapsed_is_not_renewed(due, database_now):
    due(1)
    row = outbox.claim_notification(database_now)

    assert outbox.renew_lease(row, database_now + 30 * timedelta(seconds=1)) is True
    assert outbox.renew_lease(row, database_now + 2 * MINUTE) is False


def test_lease_of_another_is_not_renewed(due, database_now):
    due(1)
    row = outbox.claim_notification(database_now)
    Notification.objects.update(lease_token="00000000-0000-0000-0000-000000000001", lease_until=F("lease_until"))

    assert outbox.renew_lease(row, database_now) is False


def test_keeper_starts_no_thread_while_there_is_nothing_to_keep():
    with LeaseKeeper() as keeper:
        assert keeper._thread is None
    assert draining.RENEWALS_IN_A_LEASE >= 3
