"""What rows about a contact share; a contact is a session or an answer in writing."""

from typing import Any, Protocol, TypeVar

from django.db import models
from django.db.models import Q

from accounts.models import User

from .bookings import Booking
from .written import WrittenQuestion

Contact = Booking | WrittenQuestion
Rows = TypeVar("Rows", bound=models.QuerySet[Any])


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


def of_mentor(rows: Rows, mentor: User | int) -> Rows:
    """Rows about this mentor. Two look-ups by index: one condition with OR over two joins would read every row."""
    every = rows.model._default_manager
    of_sessions = every.filter(booking__mentor=mentor).values("pk")
    return rows.filter(pk__in=of_sessions.union(every.filter(written__mentor=mentor).values("pk"), all=True))
