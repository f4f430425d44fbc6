"""What Django, allauth and this app keep of people."""

import json
from datetime import datetime
from functools import partial
from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.exceptions import SuspiciousOperation
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.mail import letter_to, send_account_email
from accounts.models import (
    ABOUT_CASES,
    ABOUT_PROGRAMMES,
    AccessToken,
    Consent,
    DataExport,
    Erasure,
    FactorReset,
    KeptAnswer,
    LetterRequest,
    RequestCount,
    StaffRole,
    Trace,
    User,
)

from .consents import words_of
from .erasure_log import note_removal
from .exports import delete_copies_of
from .registry import Step, Table, fact, hidden, mine, not_personal, removed_by_step

ERASED_DOMAIN = "erased.invalid"


def forget_web_sessions(person: User, now: datetime) -> bool:
    """Sessions in browsers in which this person is signed in, or had typed their address.

    What is in one can only be seen by opening it: that takes a second for some twenty thousand.
    """
    for session in Session.objects.iterator(chunk_size=1000):
        if mentions(session, person):
            session.delete()
    return True


def mentions(session: Session, person: User) -> bool:
    try:
        content: dict[str, Any] = session.get_decoded()
    except SuspiciousOperation:
        return False
    return content.get("_auth_user_id") == str(person.pk) or person.email in json.dumps(content, default=str)


def delete_copies(person: User, now: datetime) -> bool:
    delete_copies_of(person)
    return True


def empty_person(person: User, now: datetime) -> bool:
    """The row itself, last of all: without name, address and rights. A mail to the old address says that it is done.

    The mail leaves at most once: if this worker is killed before it does, nobody knows the address any more.
    """
    note_removal(person, day=now.date())
    if not person.email.endswith(f"@{ERASED_DOMAIN}"):
        transaction.on_commit(partial(send_account_email, letter_to(person, "accounts/removed", {})), robust=True)
    person.groups.clear()
    person.user_permissions.clear()
    User.objects.filter(pk=person.pk).update(
        email=f"erased-{person.uuid}@{ERASED_DOMAIN}",
        name="",
        password="!",  # noqa: S106 - no password fits
        timezone="",
        language="en",
        hour_cycle="24",
        theme="",
        last_login=None,
        is_active=False,
        is_staff=False,
        is_superuser=False,
        roles=[],
    )
    return True


def staff_name(row: Trace, person: User) -> str:
    return row.by.display_name if row.by else ""


def end_roles(person: User, now: datetime) -> bool:
    """A trigger takes them from the person too."""
    StaffRole.objects.filter(person=person, ended_at=None).update(ended_at=now)
    return True


OURS = "a name that the software has, not a person’s"
TABLES: tuple[Table | Step, ...] = (
    Table(
        LogEntry,
        {
            "object_id": not_personal("a number"),
            "object_repr": removed_by_step("staff’s own log; emptied first of all", in_copy=False),
            "change_message": removed_by_step("staff’s own log; emptied first of all", in_copy=False),
        },
        why="staff’s own log",
    ),
    Table(Permission, {"name": not_personal(OURS), "codename": not_personal(OURS)}, why=OURS),
    Table(Group, {"name": not_personal("a role, named by staff")}, why="a role, named by staff"),
    Table(Group.permissions.through, why="what a role may do"),
    Table(User.groups.through, why="cleared with the row of the person"),
    Table(User.user_permissions.through, why="cleared with the row of the person"),
    Table(ContentType, {"app_label": not_personal(OURS), "model": not_personal(OURS)}, why=OURS),
    Step("web sessions", forget_web_sessions),
    Table(
        Session,
        {
            "session_key": removed_by_step("a secret of the browser", in_copy=False),
            "session_data": removed_by_step("what the browser has open; gone when it signs out", in_copy=False),
        },
        why="gone within two weeks",
    ),
    Table(
        UserSession,
        {
            "ip": mine(),
            "session_key": hidden("a secret of the browser"),
            "user_agent": mine(),
            "data": not_personal("empty"),
        },
        people=("user",),
        part="browsers",
        heading=_("Browsers you signed in with"),
        is_deleted=True,
    ),
    Table(
        EmailConfirmation,
        {"key": hidden("a secret")},
        people=("email_address__user",),
        is_deleted=True,
        why="a secret that is used once",
    ),
    Table(
        Authenticator,
        {"type": fact(), "data": hidden("secrets; and what a passkey is called")},
        people=("user",),
        part="second-steps",
        heading=_("Second steps of signing in"),
        is_deleted=True,
    ),
    Table(
        SocialToken,
        {"token": hidden("a secret"), "token_secret": hidden("a secret")},
        people=("account__user",),
        is_deleted=True,
        why="none is kept: we ask a provider only while someone signs in",
    ),
    Table(
        SocialAccount,
        {
            "provider": fact("a name that the settings give"),
            "uid": hidden("a hash of the number that the account has there"),
            "extra_data": mine(),
        },
        people=("user",),
        part="connected-accounts",
        heading=_("Accounts elsewhere that sign you in"),
        is_deleted=True,
    ),
    Table(
        SocialApp,
        dict.fromkeys(
            ("provider", "provider_id", "name", "client_id", "secret", "key", "settings"),
            not_personal("empty: the settings name providers"),
        ),
        why="empty: the settings name providers",
    ),
    Table(
        FactorReset,
        people=("person",),
        part="lost-second-steps",
        heading=_("Times you asked us to remove a lost second step"),
        hidden=("uuid", "first_by", "second_by"),
        is_deleted=True,
    ),
    Table(
        AccessToken,
        {"name": mine(), "token_hash": hidden("a hash"), "scope": fact(), "area": not_personal("an address of ours")},
        people=("person",),
        part="api-tokens",
        heading=_("API tokens"),
        hidden=("uuid",),
        is_deleted=True,
    ),
    Table(
        KeptAnswer,
        {"key": hidden("a mark of a program"), "request_hash": hidden("a hash"), "body": hidden("kept for a day")},
        people=("person",),
        is_deleted=True,
        why="answers to programs, kept for a day in case they ask twice",
    ),
    Table(
        RequestCount,
        {"key": not_personal("a number of a person or a network address, for two hours at most")},
        why="counts of the last hours",
    ),
    Table(
        Trace,
        {
            "act": fact(),
            "subject": not_personal("the number of a session, the name of a role, or the address of a programme"),
        },
        people=("about",),
        part="looked-at-by-staff",
        heading=_("Who of staff looked at your pages"),
        company=staff_name,
        in_copy=lambda rows, now: rows.exclude(act__in=(*ABOUT_CASES, *ABOUT_PROGRAMMES)),
        why="stays: which number looked at which, with no name",
    ),
    Step("roles", end_roles),
    Table(
        StaffRole,
        {"role": fact()},
        people=("person",),
        part="roles",
        heading=_("Roles on the team"),
        why="stays: who had which role, with no name",
    ),
    Table(
        LetterRequest,
        {"act": fact(), "reason": mine(), "outcome": fact()},
        people=("person",),
        part="by-letter",
        heading=_("What you asked for by letter"),
        hidden=("uuid", "prepared_by", "decided_by", "export"),
        why="stays: that it was asked for and decided, without words",
    ),
    Table(
        Consent,
        {"purpose": fact(), "how": fact()},
        people=("person",),
        part="consents",
        heading=_("What you agreed to"),
        said=lambda row: " ".join(words_of(row)),
        is_deleted=True,
    ),
    Step("copies", delete_copies),
    Table(
        DataExport,
        {"state": fact(), "key": hidden("where the file is stored")},
        people=("person",),
        part="copies",
        heading=_("Copies you asked for"),
        hidden=("uuid", "attempts", "due_at"),
        is_deleted=True,
    ),
    Table(
        Erasure,
        {"state": fact(), "steps_done": not_personal("names of tables")},
        people=("person",),
        part="removals",
        heading=_("Removals you asked for"),
        hidden=("version",),
        why="stays: that it was done, and when",
    ),
    Step("the person", empty_person),
    Table(
        EmailAddress,
        {"email": mine()},
        people=("user",),
        part="email-addresses",
        heading=_("Email addresses"),
        is_deleted=True,
    ),
    Table(
        User,
        {
            "password": removed_by_step("a hash", in_copy=False),
            "roles": fact(),
            **dict.fromkeys(("email", "name", "timezone", "language", "hour_cycle", "theme"), removed_by_step()),
        },
        people=("pk",),
        part="account",
        heading=_("Your account"),
        hidden=("uuid", "is_superuser"),
    ),
)
