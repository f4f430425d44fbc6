"""What the pages about the organisation keep of people."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.privacy.registry import Step, Table, fact, hidden, mine, not_personal

from .models import ContactMessage, PolicyReport, PublishedText


def delete_messages_by_address(person: User, now: datetime) -> bool:
    """Those that were written without signing in, or about another matter from the same mailbox."""
    ContactMessage.objects.filter(email__iexact=person.email).delete()
    return True


TABLES: tuple[Table | Step, ...] = (
    Table(
        PublishedText,
        {"kind": fact(), "body": not_personal("what the organisation says of itself")},
        why="what the organisation says of itself",
    ),
    Table(
        PolicyReport,
        dict.fromkeys(("directive", "origin", "route"), not_personal("what was blocked where, without addresses")),
        why="how often browsers blocked something; nobody is named",
    ),
    Step("messages from the contact page", delete_messages_by_address),
    Table(
        ContactMessage,
        {"key": hidden("a mark of the form"), "name": mine(), "email": mine(), "text": mine()},
        people=("person",),
        part="messages-to-staff",
        heading=_("Messages to our team"),
        hidden=("uuid",),
        is_deleted=True,
    ),
)
