from datetime import timedelta

import pytest

from notifications import outbox
from notifications.models import BouncedAddress, InboxItem, MailBreaker, Notification, State
from notifications.sending import breaker, delivery
from notifications.sending.breaker import Passage
from notifications.sending.draining import drain_outbox
from notifications.smtp_refusals import Blame
from tests.conftest import make_person

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
POLICY = "554 5.7.1 Service refused: you are on a list"


@pytest.fixture
def people(db):
    return [make_person(f"person-{number}@example.org", f"Person {number}") for number in range(6)]


def states() -> set[str]:
    return set(Notification.objects.values_list("state", flat=True))


@pytest.mark.parametrize("where", ["mail", "rcpt", "data"])
def test_server_that_refuses_us_costs_no_mail(due, people, smtp_sink, database_now, where):
    """Every mail waits until the server takes mail again, however long that lasts; none is given up."""
    rows = [due(number, recipient=person, since=HOUR, keeps=9 * HOUR) for number, person in enumerate(people)]
    broken = {"mail": POLICY, "data": POLICY, "rcpt": {person.email: POLICY for person in people}}[where]
    setattr(smtp_sink, where, broken)

    for minutes in range(0, 6 * 60, 7):
        drain_outbox(database_now + minutes * MINUTE)

    assert (states(), smtp_sink.mails) == ({State.PENDING}, [])
    assert Notification.objects.filter(attempts__gt=outbox.MAX_ATTEMPTS).exists()
    assert BouncedAddress.objects.count() == 0

    setattr(smtp_sink, where, {"mail": "", "data": "250 Kept", "rcpt": {}}[where])
    drain_outbox(database_now + 6 * HOUR + MINUTE)
    assert (states(), len(smtp_sink.mails), breaker.find_open_breaker()) == ({State.SENT}, len(rows), None)


def test_while_it_is_open_one_mail_after_each_pause_is_tried(due, people, smtp_sink, database_now):
    for number, person in enumerate(people):
        due(number, recipient=person)
    smtp_sink.data = POLICY

    tried = [drain_outbox(database_now + after * SECOND) for after in (0, 1, 29, 31, 32, 62, 63, 93)]

    assert tried == [3, 0, 0, 1, 0, 1, 0, 1]


def test_probe_is_given_to_one_of_many(due, bob, database_now):
    due(1)
    for _number in range(3):
        breaker.note_refused(bob.pk, Blame.OURS, POLICY, database_now)

    later = database_now + 31 * SECOND
    assert [breaker.find_passage(moment) for moment in (database_now, later, later)] == [
        Passage.SHUT,
        Passage.PROBE,
        Passage.SHUT,
    ]


def test_pause_is_not_spent_while_nothing_is_due(due, bob, database_now):
    for _number in range(3):
        breaker.note_refused(bob.pk, Blame.OURS, POLICY, database_now)
    later = database_now + 31 * SECOND
    assert breaker.find_passage(later) == Passage.SHUT

    due(1)

    assert breaker.find_passage(later) == Passage.PROBE


def test_one_refusal_of_us_between_taken_mails_stops_nobody(due, people, smtp_sink):
    smtp_sink.rcpt = {people[0].email: POLICY, people[2].email: POLICY, people[4].email: POLICY}
    for number, person in enumerate(people):
        due(number, recipient=person, since=timedelta(minutes=9 - number))

    drain_outbox()

    assert (breaker.find_open_breaker(), len(smtp_sink.mails)) == (None, 3)
    assert Notification.objects.filter(state=State.PENDING, refusals=1).count() == 3


@pytest.mark.parametrize("answer", ["550 5.1.1 No such user", "554 No", "451 4.3.0 Try later"])
def test_any_refusal_of_many_people_in_a_row_is_the_servers_fault(due, people, smtp_sink, database_now, answer):
    """A server whose list of people is away says of each that there is nobody. Nobody loses a mail or an address."""
    for number, person in enumerate(people):
        due(number, recipient=person)
        due(10 + number, recipient=person)
    smtp_sink.rcpt = {person.email: answer for person in people}

    drain_outbox(database_now)

    assert breaker.find_open_breaker() is not None
    assert (states(), BouncedAddress.objects.count()) == ({State.PENDING}, 0)
    smtp_sink.rcpt = {}
    drain_outbox(database_now + MINUTE)
    assert (states(), len(smtp_sink.mails)) == ({State.SENT}, 12)


def test_few_mailboxes_that_are_gone_stay_gone(due, people, smtp_sink):
    for number, person in enumerate(people[:4]):
        due(number, recipient=person)
    smtp_sink.rcpt = {person.email: "550 5.1.1 No such user" for person in people}

    drain_outbox()

    assert (states(), BouncedAddress.objects.count(), breaker.find_open_breaker()) == ({State.DEAD}, 4, None)


def test_staff_are_told_once(due, bob, maria, database_now):
    for minutes in range(0, 60, 10):
        for _number in range(3):
            breaker.note_refused(bob.pk, Blame.OURS, POLICY, database_now + minutes * MINUTE)
        breaker.note_taken()

    assert list(InboxItem.objects.filter(kind=breaker.KIND).values_list("recipient", flat=True)) == [maria.pk]


def test_line_for_staff_leads_to_the_deliveries(client_for, bob, maria, database_now):
    for _number in range(3):
        breaker.note_refused(bob.pk, Blame.OURS, POLICY, database_now)

    page = client_for(maria).get("/notifications/").content.decode()

    [line] = InboxItem.objects.filter(kind=breaker.KIND)
    assert (line.recipient, "/staff/deliveries/" in page) == (maria, True)


def test_breaker_is_one(db):
    assert MailBreaker.objects.get_or_create(pk=1)[1] is True
    assert MailBreaker.objects.get_or_create(pk=1)[1] is False


def test_temporary_refusals_go_on_for_as_long_as_the_mail_is_of_use(due, alice, smtp_sink, database_now):
    """A neighbour's mail is taken in between, so that it is this one mailbox that puts us off."""
    row = due(1, keeps=23 * HOUR)
    smtp_sink.rcpt = {"bob@example.org": "450 4.2.0 Greylisted"}
    for minutes in range(0, 22 * 60, 20):
        due(100 + minutes, recipient=alice)
        drain_outbox(database_now + minutes * MINUTE)
    row.refresh_from_db()
    assert (row.state, row.attempts > outbox.MAX_ATTEMPTS) == (State.PENDING, True)

    drain_outbox(database_now + 24 * HOUR)

    row.refresh_from_db()
    assert (row.state, row.reason) == (State.EXPIRED, delivery.REFUSED_TOO_LONG)


def test_delay_of_ours_leaves_a_mail_its_chance(due, smtp_sink, database_now):
    """The tenth try would wait for hours; a reminder that is of use for another ten minutes is tried within five."""
    row = due(1, keeps=11 * MINUTE)
    Notification.objects.filter(pk=row.pk).update(attempts=9, refusals=9)
    smtp_sink.data = "451 Later"

    drain_outbox(database_now)

    row.refresh_from_db()
    assert database_now < row.next_try_at <= database_now + 5 * MINUTE
