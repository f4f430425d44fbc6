"""What is kept of who doesn’t meet whom."""

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.privacy.registry import Step, Table, fact

from .models import Separation


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
)
