"""What rows about a contact share; a contact is a session or an answer in writing."""

from typing import Any, Protocol

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import User

from .bookings import Booking
from .written import WrittenQuestion

Contact = Booking | WrittenQuestion


class AboutOne(Protocol):
    booking: Any
    written: Any


def about_one(name: str) -> models.CheckConstraint:
    """The constraint that a row is about a session or about an answer in writing, never both or neither."""
    either = Q(booking__isnull=False, written=None) | Q(booking=None, written__isnull=False)
    return models.CheckConstraint(condition=either, name=name)


def contact_of(row: AboutOne) -> Contact:
    contact: Contact = row.booking or row.written
    return contact


def key_of(contact: Contact) -> dict[str, Any]:
    """The fields by which the rows about this contact are found and created."""
    return {"written" if isinstance(contact, WrittenQuestion) else "booking": contact}


def mentor_copy() -> "models.ForeignKey[User | None, User | None]":
    """The mentor of the contact, which never changes. A trigger writes it when the row is written.

    One condition with OR over two joins would read every row.
    """
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        null=True,
        editable=False,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
