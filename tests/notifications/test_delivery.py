import socket
import threading
import time
from collections import Counter
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone, translation

from local.ports import free_port
from notifications import outbox, registry
from notifications.bounces import trust_again
from notifications.models import BouncedAddress, Notification, State
from notifications.registry import Attachment, Message, Nothing
from notifications.sending import delivery
from notifications.sending.reaper import reap_leases
from notifications.services import Due, schedule_notices
from notifications.tasks import drain_outbox, reap
from tests.notifications.conftest import add_kind
from tests.smtp import html_of, text_of

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def ended(row: Notification) -> tuple[str, str]:
    row.refresh_from_db()
    return row.state, row.reason


def test_drain_sends_what_is_due(due, smtp_sink, bob, settings):
    row, later = due(7), due(8, since=-HOUR)

    drain_outbox()

    row.refresh_from_db()
    later.refresh_from_db()
    [mail] = smtp_sink.mails
    assert (row.state, row.attempts, later.state) == (State.SENT, 1, State.PENDING)
    assert (smtp_sink.senders, smtp_sink.recipients) == (["no-reply@localhost"], ["bob@example.org"])
    assert (mail["Subject"], mail["To"], mail["From"]) == (
        "Number 7",
        "Bob Bose <bob@example.org>",
        f"{settings.SITE_NAME} <no-reply@localhost>",
    )
    assert (mail["Auto-Submitted"], mail["Message-ID"]) == ("auto-generated", row.message_id)
    assert mail["Reply-To"] == settings.CONTACT_EMAIL
    assert parsedate_to_datetime(mail["Date"]) == row.date.replace(microsecond=0)
    assert (text_of(mail), html_of(mail)) == ("Text of 7\n", "<p>Text of 7</p>\n")


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_each_of_fifty_rows_once(due, smtp_sink):
    for number in range(50):
        due(number, kind="urgent")

    def work() -> None:
        drain_outbox()
        connection.close()

    workers = [threading.Thread(target=work) for _number in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert Counter(mail["Subject"] for mail in smtp_sink.mails) == Counter(f"Number {number}" for number in range(50))
    assert Notification.objects.filter(state=State.SENT, attempts=1).count() == 50


def test_row_that_fails_does_not_burn_its_neighbours_attempts(due, smtp_sink):
    def poison(row, now):
        raise ValueError("no such thing")

    add_kind("poison", render=poison)
    bad = due(1, kind="poison", since=9 * MINUTE)
    good = [due(number) for number in range(2, 5)]

    assert drain_outbox() == 4

    bad.refresh_from_db()
    assert (bad.state, bad.attempts, bad.last_error) == (State.PENDING, 1, "ValueError: no such thing")
    assert Counter(Notification.objects.exclude(pk=bad.pk).values_list("state", "attempts")) == {
        (State.SENT, 1): len(good)
    }


def test_temporary_refusal_is_tried_again_with_the_same_message_id_and_date(due, smtp_sink):
    row = due(1)
    smtp_sink.data = "451 Busy"
    drain_outbox()
    row.refresh_from_db()
    assert (row.state, row.attempts, row.last_error, row.data_started_at) == (State.PENDING, 1, "451 Busy", None)
    assert timedelta(seconds=20) < row.next_try_at - row.due_at - MINUTE < timedelta(seconds=50)

    smtp_sink.data = "250 Kept"
    drain_outbox(row.next_try_at)

    row.refresh_from_db()
    [mail] = smtp_sink.mails
    assert (row.state, row.attempts, row.last_error) == (State.SENT, 2, "")
    assert (mail["Message-ID"], parsedate_to_datetime(mail["Date"])) == (
        row.message_id,
        row.date.replace(microsecond=0),
    )


def test_temporary_refusal_of_the_recipient_is_tried_again(due, smtp_sink):
    row = due(1)
    smtp_sink.rcpt = {"bob@example.org": "450 Greylisted"}

    drain_outbox()

    row.refresh_from_db()
    assert (row.state, row.attempts, row.last_error) == (State.PENDING, 1, "450 Greylisted")


@pytest.mark.parametrize(
    "refusal", [{"rcpt": {"bob@example.org": "550 No such user"}}, {"data": "550 No such user"}], ids=["rcpt", "data"]
)
def test_permanent_refusal_is_the_end(due, smtp_sink, refusal):
    row = due(1)
    for name, value in refusal.items():
        setattr(smtp_sink, name, value)

    drain_outbox()

    row.refresh_from_db()
    assert (row.state, row.attempts, row.last_error, smtp_sink.mails) == (State.DEAD, 1, "550 No such user", [])


def test_server_that_is_away_costs_no_attempt_and_ends_the_round(due, settings):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    row, neighbour = due(1, since=2 * MINUTE), due(2)

    assert drain_outbox() == 1

    row.refresh_from_db()
    neighbour.refresh_from_db()
    assert (row.state, row.attempts, neighbour.state) == (State.PENDING, 0, State.PENDING)
    assert "Connection refused" in row.last_error


def test_server_that_says_nothing_costs_no_attempt(due, settings):
    settings.EMAIL_TIMEOUT = 0.2
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
        row = due(1)

        assert drain_outbox() == 1

    row.refresh_from_db()
    assert (row.state, row.attempts) == (State.PENDING, 0)


def test_connection_lost_after_the_message_is_resent_once_with_the_same_message_id(due, smtp_sink, database_now):
    row = due(1)
    smtp_sink.data = None
    drain_outbox()
    row.refresh_from_db()
    assert (row.state, row.last_error) == (State.LEASED, "Connection unexpectedly closed")

    reap_leases(database_now + 2 * MINUTE)
    drain_outbox(database_now + 2 * MINUTE)
    reap_leases(database_now + 4 * MINUTE)

    assert ended(row) == (State.UNCERTAIN, "")
    assert [mail["Message-ID"] for mail in smtp_sink.mails] == [row.message_id] * 2


def test_connection_lost_after_the_message_is_held_where_people_can_live_without(due, smtp_sink, database_now):
    row = due(1, kind="held")
    smtp_sink.data = None

    drain_outbox()
    reap_leases(database_now + 2 * MINUTE)

    assert ended(row) == (State.UNCERTAIN, "")
    assert len(smtp_sink.mails) == 1


def test_connection_lost_at_the_recipient_does_not_hold_up_the_others(due, alice, smtp_sink):
    """Otherwise one recipient that a server stumbles over would end every round."""
    poison, neighbour = due(1, since=2 * MINUTE), due(2, recipient=alice)
    smtp_sink.rcpt = {"bob@example.org": None}

    assert drain_outbox() == 2

    poison.refresh_from_db()
    assert (poison.state, poison.attempts, poison.last_error) == (
        State.PENDING,
        1,
        "0 lost at RCPT: Connection unexpectedly closed",
    )
    assert ended(neighbour) == (State.SENT, "")


@pytest.mark.parametrize(
    ("answer", "bounces"),
    [
        ("550 No such user", True),
        ("550 5.1.1 No such user", True),
        ("550 5.2.1 Mailbox disabled", True),
        ("550 5.7.1 Relaying denied", False),
        ("552 5.2.2 Mailbox full", False),
        ("554 Not you", False),
    ],
)
def test_address_bounces_when_its_server_says_that_nobody_is_there(due, bob, smtp_sink, answer, bounces):
    due(1)
    smtp_sink.rcpt = {"bob@example.org": answer}

    drain_outbox()

    marked = BouncedAddress.objects.filter(address__user=bob).values_list("address__email", "answer")
    assert list(marked) == ([("bob@example.org", answer)] if bounces else [])


def test_refused_message_says_nothing_against_the_address(due, smtp_sink):
    due(1)
    smtp_sink.data = "550 5.1.1 We do not like these words"

    drain_outbox()

    assert BouncedAddress.objects.count() == 0


def test_address_that_bounces_gets_nothing_until_it_is_trusted_again(due, bob, smtp_sink):
    due(1)
    smtp_sink.rcpt = {"bob@example.org": "550 No such user"}
    drain_outbox()
    smtp_sink.rcpt = {}

    silent = due(2)
    drain_outbox()
    trust_again(bob)
    heard = due(3)
    drain_outbox()

    assert (ended(silent), ended(heard)) == ((State.OBSOLETE, "address bounces"), (State.SENT, ""))
    assert [mail["Subject"] for mail in smtp_sink.mails] == ["Number 3"]


def test_other_address_of_the_same_person_is_not_silenced(due, bob, smtp_sink):
    due(1)
    smtp_sink.rcpt = {"bob@example.org": "550 No such user"}
    drain_outbox()

    bob.emailaddress_set.all().delete()
    bob.emailaddress_set.create(email="bob@example.net", verified=True, primary=True)
    bob.email = "bob@example.net"
    bob.save()
    heard = due(2)
    drain_outbox()

    assert (ended(heard), BouncedAddress.objects.count()) == ((State.SENT, ""), 0)


def test_database_that_is_away_after_the_message_left_is_waited_for(due, smtp_sink, monkeypatch):
    row, mark_sent, failures = due(1), outbox.mark_sent, [OperationalError("starting up"), InterfaceError("closed")]

    def fail_twice(*args):
        if failures:
            raise failures.pop()
        return mark_sent(*args)

    monkeypatch.setattr(outbox, "mark_sent", fail_twice)
    monkeypatch.setattr(delivery.connection, "close", lambda: None)
    monkeypatch.setattr(delivery.time, "sleep", lambda seconds: None)

    drain_outbox()

    assert (ended(row), failures, len(smtp_sink.mails)) == ((State.SENT, ""), [], 1)


def test_database_that_stays_away_after_the_message_left_leaves_the_row_in_doubt(due, smtp_sink, monkeypatch, settings):
    settings.OUTBOX_LEASE = timedelta(seconds=0.3)
    row = due(1)

    def fail(*args):
        raise OperationalError("away")

    monkeypatch.setattr(outbox, "mark_sent", fail)
    monkeypatch.setattr(delivery.connection, "close", lambda: None)
    monkeypatch.setattr(delivery.time, "sleep", lambda seconds, sleep=time.sleep: sleep(0.1))

    drain_outbox()
    reap_leases()

    row.refresh_from_db()
    assert (row.state, row.doubted_at is not None, len(smtp_sink.mails)) == (State.PENDING, True, 1)


def test_row_that_comes_too_late_is_silent(due, smtp_sink):
    row = due(1, since=2 * HOUR, keeps=HOUR)

    drain_outbox()

    assert (ended(row), smtp_sink.mails) == ((State.EXPIRED, "too late"), [])


def test_kind_with_nothing_to_say_is_silent(due, smtp_sink):
    add_kind("mute", render=lambda row, now: Nothing("already met"))
    row = due(1, kind="mute")

    drain_outbox()

    assert (ended(row), smtp_sink.mails) == ((State.OBSOLETE, "already met"), [])


def test_kind_that_only_a_newer_worker_knows_waits_for_it(due, smtp_sink):
    """Processes of two releases run side by side during an update; it waits no longer than it is of use."""
    add_kind("from the future")
    rows = [due(1, kind="from the future"), due(2, kind="from the future", keeps=timedelta(seconds=100))]
    newer = registry._kinds.pop("from the future")
    before = timezone.now()

    drain_outbox()

    for row in rows:
        row.refresh_from_db()
        assert (row.state, row.last_error, row.attempts) == (State.PENDING, "unknown kind", 0)
        assert before < row.next_try_at < row.send_before
    assert smtp_sink.mails == []
    registry.register_kinds([newer])
    Notification.objects.update(next_try_at=before)
    drain_outbox()
    assert [ended(row)[0] for row in rows] == [State.SENT] * 2


def test_unverified_address_gets_nothing(due, bob, smtp_sink):
    row = due(1)
    bob.emailaddress_set.update(verified=False)

    drain_outbox()

    assert (ended(row), smtp_sink.mails) == ((State.OBSOLETE, "address not verified"), [])


def test_person_who_is_not_active_gets_nothing(due, bob, smtp_sink):
    row = due(1)
    bob.is_active = False
    bob.save()

    drain_outbox()

    assert (ended(row), smtp_sink.mails) == ((State.OBSOLETE, "person not active"), [])


def test_mails_over_the_days_cap_wait_except_for_those_that_can_not(
    due, alice, charlie, smtp_sink, settings, database_now
):
    settings.MAX_MAILS_PER_DAY = 2
    rows = [due(number, kind="chat", by=charlie, since=timedelta(minutes=10 - number)) for number in range(3)]
    due(9, kind="urgent", by=charlie)
    due(5, kind="chat", by=charlie, recipient=alice)

    drain_outbox()

    assert Counter(mail["Subject"] for mail in smtp_sink.mails) == Counter(
        ["Number 0", "Number 1", "Number 9", "Number 5"]
    )
    waiting = rows[2]
    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts, waiting.last_error) == (State.PENDING, 0, "enough mails for a day")
    assert waiting.next_try_at - database_now > 59 * MINUTE


def test_nobody_fills_up_what_another_may_have_sent(due, alice, charlie, smtp_sink, settings):
    settings.MAX_MAILS_PER_DAY = 2
    for number in range(10):
        due(number, kind="chat", by=charlie, since=timedelta(minutes=30 - number))
        due(20 + number, kind="urgent", by=charlie, since=timedelta(minutes=30 - number))
    theirs, clocks = due(40, kind="chat", by=alice), due(41, kind="chat")

    drain_outbox()

    assert (ended(theirs), ended(clocks)) == ((State.SENT, ""), (State.SENT, ""))
    assert Counter(Notification.objects.filter(caused_by=charlie).values_list("kind", "state")) == {
        ("chat", State.SENT): 2,
        ("chat", State.PENDING): 8,
        ("urgent", State.SENT): 10,
    }


def test_capped_mail_that_would_come_too_late_does_not_wait(due, charlie, smtp_sink, settings):
    settings.MAX_MAILS_PER_DAY = 1
    due(1, kind="chat", by=charlie, since=2 * MINUTE)
    last_chance = due(2, kind="chat", by=charlie, keeps=50 * MINUTE)

    drain_outbox()

    assert ended(last_chance) == (State.SENT, "")


def test_nothing_that_people_rely_on_is_ever_held_by_a_cap():
    """What one person can have sent to another as often as they like, and can do without for an hour: nothing else."""
    assert registry.capped_kinds() == ["message", "chat"]


def test_message_is_rendered_in_the_recipients_language(due, bob, smtp_sink, two_languages):
    add_kind("talk", render=lambda row, now: Message(translation.get_language(), "x", "x"))
    bob.language = "de"
    bob.save()
    due(1, kind="talk")

    drain_outbox()

    assert [mail["Subject"] for mail in smtp_sink.mails] == ["de"]


def test_calendar_is_an_alternative_and_a_file(due, smtp_sink):
    calendar = "BEGIN:VCALENDAR\r\nSUMMARY:Zoë\r\nEND:VCALENDAR\r\n"
    attachment = Attachment("invite.ics", calendar.encode(), "text/calendar; method=REQUEST; charset=utf-8")
    add_kind("invite", render=lambda row, now: Message("S", "t", "h", attachments=(attachment,)))
    due(1, kind="invite")

    drain_outbox()

    [mail] = smtp_sink.mails
    mixed, file = mail.get_payload()
    parts = mixed.get_payload()
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html", "text/calendar"]
    assert dict(parts[2]["Content-Type"].params) == {"charset": "utf-8", "method": "REQUEST"}
    assert parts[2].get_content().splitlines() == calendar.splitlines()
    assert (file.get_filename(), file.get_content_type()) == ("invite.ics", "application/ics")
    assert file.get_payload(decode=True) == calendar.encode()


def test_headers_hold_no_line_breaks_of_other_people(due, smtp_sink):
    evil = "Hello\r\nBcc: everyone@example.org\u2028x\u202e"
    add_kind("evil", render=lambda row, now: Message(evil, "t", "h", from_name=evil, headers={"X-Note": evil}))
    due(1, kind="evil")

    drain_outbox()

    [mail] = smtp_sink.mails
    clean = "Hello Bcc: everyone@example.org x"
    assert (mail["Subject"], mail["Bcc"], mail["X-Note"]) == (clean, None, clean)
    assert mail["From"].addresses[0].display_name == clean


def test_mail_is_seven_bit_clean(due, smtp_sink):
    add_kind("zoe", render=lambda row, now: Message("Zoë – 14:30", "Zoë\n", f"<p>Zoë{'x' * 2000}</p>"))
    row = due(1, kind="zoe")

    content = delivery.compose_email(row, registry.kind_named("zoe").render(row, row.date))
    drain_outbox()

    assert max(content) < 128
    assert max(len(line) for line in content.splitlines()) <= 100
    assert (smtp_sink.mails[0]["Subject"], text_of(smtp_sink.mails[0])) == ("Zoë – 14:30", "Zoë\n")


def test_address_with_a_domain_beyond_ascii_is_reached(due, smtp_sink, make_address):
    due(1, recipient=make_address("zoe@bücher.example"))

    drain_outbox()

    assert smtp_sink.recipients == ["zoe@xn--bcher-kva.example"]


@pytest.fixture
def make_address(db):
    from tests.conftest import make_person

    return lambda email: make_person(email, "Zoë")


def test_change_between_rendering_and_sending_stops_the_mail(due, bob, smtp_sink, database_now):
    def overtaken(row, now):
        newer = Due("urgent", bob.pk, "thing", 1, 1, database_now + HOUR, database_now + 2 * HOUR)
        schedule_notices(newer, now=database_now)
        return Message("Old news", "t", "h")

    add_kind("overtaken", render=overtaken)
    row = due(1, kind="overtaken")

    drain_outbox()

    assert (ended(row), smtp_sink.mails) == ((State.OBSOLETE, "moved on"), [])


def test_reap_is_harmless_when_nothing_is_lost(due):
    row = due(1)

    reap()

    assert ended(row) == (State.PENDING, "")
