"""What is kept of who doesn’t meet whom; seals of the logs name nobody."""

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.privacy.registry import Step, Table, fact, not_personal

from .models import Seal, Separation


def the_other(row: Separation, person: User) -> str:
    return row.other_than(person).display_name


TABLES: tuple[Table | Step, ...] = (
    Table(
        Separation,
        {"kind": fact()},
        people=("by",),
        part="people-you-dont-meet",
        heading=_("People you don’t meet"),
        hidden=("low", "high"),
        company=the_other,
        is_deleted=True,
    ),
    Table(
        Seal,
        {"parts": not_personal("digests of the logs"), "digest": not_personal("a digest of the logs")},
        why="digests of the logs",
    ),
)
