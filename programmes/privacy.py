"""What is kept of members and managers of programmes."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.privacy.registry import Table, fact, mine, not_personal

from .managers import end_roles_of
from .members import leave_all
from .models import Invitation, Manager, Membership, Programme, RuleChange

ORGANISATION = "words of the organisation about a programme"


def programme_name(row: Manager | Membership | RuleChange, person: User) -> str:
    return row.programme.name


def leave_programmes(person: User, now: datetime) -> None:
    leave_all(person, now)
    end_roles_of(person, now)


TABLES: tuple[Table, ...] = (
    Table(Invitation, {"token_hash": not_personal("a hash")}, why="a link, which names nobody whom it lets in"),
    Table(
        Membership,
        {"source": fact(), "state": fact(), **dict.fromkeys(("reason", "unit"), mine())},
        people=("person",),
        part="programmes",
        heading=_("Programmes you joined"),
        hidden=("version",),
        company=programme_name,
        why="stays: how many came and went, with no name",
    ),
    Table(
        Manager,
        people=("person",),
        part="managed-programmes",
        heading=_("Programmes you managed"),
        hidden=("given_by",),
        company=programme_name,
        why="stays: who managed what, with no name",
    ),
    Table(
        RuleChange,
        {"rules": not_personal("numbers and switches of a programme")},
        people=("by",),
        part="programme-rules",
        heading=_("Rules of programmes you changed"),
        company=programme_name,
        why="stays: what held in a programme, with no name",
    ),
    Table(
        Programme,
        {
            **dict.fromkeys(("slug", "name", "line", "timezone", "language"), not_personal(ORGANISATION)),
            **dict.fromkeys(("state", "directory"), not_personal("one of a few values of ours")),
        },
        why="programmes of the organisation",
    ),
)
