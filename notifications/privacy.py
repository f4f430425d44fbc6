"""What the outbox, the inbox and the webhooks keep of people."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.privacy.registry import Step, Table, fact, hidden, not_personal, removed_by_step

from .models import (
    BouncedAddress,
    InboxItem,
    MailBreaker,
    Notification,
    Preference,
    StateCount,
    WebhookDelivery,
    WebhookEndpoint,
)

OURS = "a name of ours"
SYSTEMS = "another system’s, not a person’s"


def forget_server_answer(person: User, now: datetime) -> bool:
    """A mail server often repeats the address that it refuses."""
    MailBreaker.objects.filter(answer__icontains=person.email).update(answer="")
    return True


TABLES: tuple[Table | Step, ...] = (
    Table(StateCount, {"table_name": not_personal(OURS), "state": not_personal(OURS)}, why="numbers of rows"),
    Table(
        Notification,
        {
            "dedupe_key": not_personal("made of numbers"),
            "kind": fact(),
            "subject_type": not_personal(OURS),
            "state": fact(),
            "reason": fact(),
            "message_id": hidden("a random number"),
            "last_error": hidden("what a mail server answered"),
        },
        people=("recipient",),
        part="emails-to-you",
        heading=_("Emails to you"),
        hidden=(
            "subject_id",
            "subject_version",
            "next_try_at",
            "attempts",
            "refusals",
            "lease_until",
            "lease_token",
            "data_started_at",
            "doubted_at",
            "send_before",
            "date",
            "created_at",
            "ended_at",
            "retried_at",
        ),
        is_deleted=True,
    ),
    Step("answers of the mail server", forget_server_answer),
    Table(
        MailBreaker,
        {
            "recipients": not_personal("numbers, while a mail server refuses everything"),
            "answer": removed_by_step("what a mail server answered", in_copy=False),
        },
        why="one row for all",
    ),
    Table(
        InboxItem,
        {"dedupe_key": not_personal("made of numbers"), "kind": fact(), "subject_type": not_personal(OURS)},
        people=("recipient",),
        part="inbox",
        heading=_("Lines of your inbox"),
        hidden=("subject_id", "subject_version"),
        is_deleted=True,
    ),
    Table(
        Preference,
        {"off": fact(), "on": fact(), "leads": fact()},
        people=("person",),
        part="notification-settings",
        heading=_("How you want to be told"),
        is_deleted=True,
    ),
    Table(
        BouncedAddress,
        {"answer": hidden("what a mail server answered")},
        people=("address__user",),
        is_deleted=True,
        why="that mail to an address came back",
    ),
    Table(WebhookEndpoint, {"url": not_personal(SYSTEMS), "events": not_personal(OURS)}, why="another system"),
    Table(
        WebhookDelivery,
        {
            "cause": not_personal("made of numbers"),
            "event": not_personal(OURS),
            "payload": removed_by_step("numbers and states; the address of a mentor’s page", in_copy=False),
            "state": not_personal(OURS),
            "last_error": not_personal("what another system answered"),
        },
        why="what other systems were told: no names, and nothing that anyone wrote",
    ),
)
