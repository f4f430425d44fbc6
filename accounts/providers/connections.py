"""Accounts elsewhere with which people sign in here: connected, used, removed. Their person is told by email.

Removing the last one locks nobody out: a code by email signs in to every account.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.mail import letter_to, send_after_commit
from accounts.models import User
from common.mail.addresses import readable_address
from common.mail.rendering import absolute_url

from .configuration import find_provider
from .errors import ProviderError

if TYPE_CHECKING:
    # It loads what checks signatures, which most processes never need.
    from .identity import Identity

MOST_CONNECTIONS = 10
# In `extra_data`: by which its owner recognises the account
EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Connection:
    """`is_offered`: the settings still name its provider."""

    number: int
    name: str
    email: str
    since: datetime
    last_used: datetime
    is_offered: bool


def list_connections(person: User) -> list[Connection]:
    return [_describe(row) for row in SocialAccount.objects.filter(user=person).order_by("date_joined", "pk")]


def find_person(identity: "Identity") -> User | None:
    """Whose account here this account elsewhere is connected with; notes that it was used."""
    row = SocialAccount.objects.filter(provider=identity.provider, uid=identity.uid).select_related("user").first()
    if row is None:
        return None
    row.extra_data = {EMAIL: identity.email}
    row.save(update_fields=["extra_data", "last_login"])
    person: User = row.user
    return person


@transaction.atomic
def connect(*, person: User, identity: "Identity") -> bool:
    """From now on this account elsewhere signs the person in. Returns whether it is new to them.

    Raises ProviderError `taken`, `too_many`.
    """
    User.objects.locked(person)
    theirs = SocialAccount.objects.filter(user=person)
    if theirs.count() >= MOST_CONNECTIONS and not theirs.filter(uid=identity.uid, provider=identity.provider).exists():
        words = _("You can connect up to %d accounts. Remove one you don’t use.")
        raise ProviderError("too_many", words % MOST_CONNECTIONS)
    row, is_new = SocialAccount.objects.get_or_create(
        provider=identity.provider,
        uid=identity.uid,
        defaults={"user": person, "extra_data": {EMAIL: identity.email}},
    )
    if row.user_id != person.pk:
        words = _("That account is connected with someone else’s account here. Use another one, or contact us.")
        raise ProviderError("taken", words)
    if is_new:
        _tell(person, "added", row)
    return bool(is_new)


@transaction.atomic
def disconnect(*, person: User, number: int) -> bool:
    """Returns whether there was one."""
    User.objects.locked(person)
    row = SocialAccount.objects.filter(user=person, pk=number).first()
    if row is None:
        return False
    _tell(person, "removed", row)
    row.delete()
    return True


def describe_connections(person: User) -> str:
    count = SocialAccount.objects.filter(user=person).count()
    return ngettext("%d connected account", "%d connected accounts", count) % count if count else ""


def end_connections(person: User) -> None:
    SocialAccount.objects.filter(user=person).delete()


def as_plain(identity: "Identity") -> dict[str, Any]:
    """What a session keeps of it until the sign-in is complete."""
    return {
        "provider": identity.provider,
        "uid": identity.uid,
        "email": identity.email,
        "claims": identity.claims,
    }


def _describe(row: SocialAccount) -> Connection:
    provider, email = find_provider(row.provider), row.extra_data.get(EMAIL, "")
    return Connection(
        row.pk,
        provider.name if provider else row.provider,
        readable_address(email) if email else "",
        row.date_joined,
        row.last_login,
        provider is not None,
    )


def _tell(person: User, change: str, row: SocialAccount) -> None:
    connection = _describe(row)
    context = {
        "change": change,
        "name": connection.name,
        "account": connection.email,
        "settings_url": absolute_url("sign_in_settings"),
    }
    send_after_commit(letter_to(person, "accounts/connection", context))
