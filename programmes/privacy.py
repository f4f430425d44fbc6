"""What is kept of members and managers of programmes."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.privacy.registry import Table, fact, hidden, mine, not_personal

from .managers import end_roles_of
from .members import leave_all
from .models import (
    Announcement,
    ClaimRule,
    DomainRule,
    Invitation,
    Invitee,
    Look,
    Manager,
    Membership,
    Nudge,
    Programme,
    Roster,
    RosterRow,
    RuleChange,
)

ORGANISATION = "words of the organisation about a programme"


def programme_name(
    row: Announcement | ClaimRule | DomainRule | Invitee | Manager | Membership | Nudge | Roster | RuleChange,
    person: User,
) -> str:
    return row.programme.name


def leave_programmes(person: User, now: datetime) -> None:
    leave_all(person, now)
    end_roles_of(person, now)


TABLES: tuple[Table, ...] = (
    Table(
        Announcement,
        {
            "text": fact("words of a programme to its members, who may read them later"),
            "link": fact("a page that a programme names"),
            "audience": fact(),
        },
        people=("by",),
        part="programme-announcements",
        heading=_("Announcements of programmes you wrote"),
        hidden=("told_up_to", "reached", "done_at"),
        company=programme_name,
        why="stays: what a programme told its members, with no name",
    ),
    Table(
        Nudge,
        {"stage": fact()},
        people=("person",),
        part="programme-reminders",
        heading=_("Reminders of programmes, sent or kept back to compare"),
        hidden=("invitee",),
        company=programme_name,
        why="stays: how many were reminded and took the step, with no name",
    ),
    Table(
        Invitation,
        {"token_hash": not_personal("a hash"), "label": not_personal(ORGANISATION)},
        why="a link, which names nobody whom it lets in",
    ),
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
        Invitee,
        {"address": mine(), "name": mine(), "unit": mine(), "bounced": hidden("what a mail server answered")},
        addresses=("address",),
        part="programme-invitations",
        heading=_("Programmes whose lists have your address"),
        company=programme_name,
        is_deleted=True,
    ),
    Table(
        RosterRow,
        {
            **dict.fromkeys(("address", "name", "sides", "unit"), mine()),
            "cells": hidden("the same words as they stood in the file, with columns that we don’t read"),
            "verdict": fact(),
        },
        addresses=("address",),
        part="programme-lists",
        heading=_("Lists of programmes that nobody has applied yet, with your address"),
        is_deleted=True,
    ),
    Table(
        Roster,
        {
            "file_hash": not_personal("a hash"),
            "state": fact(),
            "headings": not_personal("headings of a file"),
            "columns": not_personal("headings of a file"),
        },
        people=("by",),
        part="programme-lists-of-yours",
        heading=_("Lists you uploaded for programmes"),
        company=programme_name,
        why="stays: that a list was applied, with no name",
    ),
    Table(
        DomainRule,
        {"domain": not_personal("a domain of the organisation")},
        people=("by",),
        part="programme-domains",
        heading=_("Domains you named for programmes"),
        hidden=("ended_by",),
        company=programme_name,
        why="stays: whose addresses let people into a programme, with no name",
    ),
    Table(
        ClaimRule,
        dict.fromkeys(("provider", "claim", "value"), not_personal("what a provider says of all people of a group")),
        people=("by",),
        part="programme-claims",
        heading=_("What sign-ins bring people into programmes, named by you"),
        hidden=("ended_by",),
        company=programme_name,
        why="stays: what let people into a programme, with no name",
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
        Look,
        dict.fromkeys(("colour", "logo", "logo_key", "origins"), not_personal("how a programme of ours looks")),
        why="colour and logo of a programme, and sites that show its box",
    ),
    Table(
        Programme,
        {
            **dict.fromkeys(("slug", "name", "line", "timezone", "language"), not_personal(ORGANISATION)),
            **dict.fromkeys(("state", "directory", "lengths", "formats"), not_personal("one of a few values of ours")),
        },
        why="programmes of the organisation",
    ),
)
