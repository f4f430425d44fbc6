"""A person who is gone or emptied between due and send: nothing is sent, nothing breaks, nothing is tried again."""

import logging

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from accounts.models import User
from notifications import outbox
from notifications.models import BouncedAddress, InboxItem, Notification, Preference, State
from notifications.sending.delivery import deliver_notification
from notifications.tasks import drain_outbox
from tests.sessions_app.conftest import book


def empty(person: User) -> None:
    """All that an erasure can take away while sessions still point to the row."""
    EmailAddress.objects.filter(user=person).delete()
    Preference.objects.filter(person=person).delete()
    User.objects.filter(pk=person.pk).update(
        email=f"erased-{person.pk}@erased.invalid", name="", timezone="", hour_cycle="", is_active=False, password="!"
    )


@pytest.mark.parametrize(
    ("take", "reason"),
    [
        pytest.param(empty, "person not active", id="emptied"),
        pytest.param(lambda bob: EmailAddress.objects.all().delete(), "address not verified", id="no-address"),
        pytest.param(lambda bob: User.objects.update(email=""), "address not verified", id="no-login"),
    ],
)
def test_row_of_an_emptied_person_ends_as_obsolete(due, bob, smtp_sink, take, reason):
    row = due()
    take(bob)

    drain_outbox()

    row.refresh_from_db()
    assert (row.state, row.reason, row.attempts, smtp_sink.mails) == (State.OBSOLETE, reason, 1, [])


@pytest.mark.parametrize("take", [empty, lambda bob: bob.delete()], ids=["emptied", "deleted"])
def test_person_who_goes_while_a_worker_holds_their_row_gets_nothing(due, bob, smtp_sink, caplog, take):
    due()
    row = outbox.claim_notification()
    take(bob)

    with caplog.at_level(logging.WARNING, logger="notifications"):
        deliver_notification(row)

    ours = [record for record in caplog.records if record.name.startswith("notifications")]
    assert (smtp_sink.mails, ours) == ([], [])
    assert set(Notification.objects.values_list("state", flat=True)) <= {State.OBSOLETE}


def test_person_who_goes_after_the_mail_was_rendered_gets_nothing(due, bob, smtp_sink, monkeypatch):
    """Between the recipient's acceptance by the mail server and the message stands the fence."""
    due()
    begin = outbox.begin_data

    def gone(row, now=None):
        User.objects.get(pk=bob.pk).delete()
        return begin(row, now)

    monkeypatch.setattr(outbox, "begin_data", gone)

    drain_outbox()

    assert (smtp_sink.mails, Notification.objects.count()) == ([], 0)


def test_what_is_told_to_one_person_goes_with_their_row(due, bob, alice):
    due(1)
    due(2, recipient=alice)
    line = {"kind": "plain", "subject_type": "thing", "subject_id": 1, "at": bob.date_joined}
    InboxItem.objects.create(dedupe_key="k", recipient=bob, **line)
    BouncedAddress.objects.create(address=bob.emailaddress_set.get(), answer="550", bounced_at=bob.date_joined)

    bob.delete()

    assert list(Notification.objects.values_list("recipient", flat=True)) == [alice.pk]
    assert (InboxItem.objects.count(), BouncedAddress.objects.count()) == (0, 0)


def test_database_keeps_the_row_of_who_has_sessions(offer, bob, alice):
    book(offer, bob)

    with pytest.raises(ProtectedError), transaction.atomic():
        bob.delete()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_user WHERE id = %s; SET CONSTRAINTS ALL IMMEDIATE", [bob.pk])


@pytest.mark.parametrize("who", ["mentee", "mentor"])
def test_other_side_is_still_told_when_one_is_emptied(offer, alice, bob, smtp_sink, who, now):
    """By the fallback name and without a zone; what was due to the emptied one is obsolete."""
    book(offer, bob)
    gone, stays = (bob, alice) if who == "mentee" else (alice, bob)
    empty(gone)

    drain_outbox(now)

    states = dict(Notification.objects.filter(kind="booked").values_list("recipient", "state"))
    assert states == {gone.pk: State.OBSOLETE, stays.pk: State.SENT}
    assert smtp_sink.recipients == [stays.email]
    [mail] = smtp_sink.mails
    assert "Former member" in mail["Subject"]
    assert gone.name.split()[0] not in mail.as_string()
