"""One click in the mail program ends a group of mails (RFC 8058): no sign-in, no page, no cookie.

The address names a person and a group and is signed, so it does this and nothing else; it never expires, since mails
are kept for years.
"""

from django.core.signing import BadSignature, Signer

from accounts.models import User
from common.mail.rendering import absolute_url

from .models import Group

SIGNER = Signer(salt="notifications.unsubscribe")


def token_for(person: User, group: Group) -> str:
    return SIGNER.sign(f"{person.pk}:{group}")


def read_token(token: str) -> tuple[User, Group] | None:
    """The person and the group that a token names; None if we didn't make it or the person is gone."""
    try:
        pk, _colon, group = SIGNER.unsign(token).partition(":")
    except BadSignature:
        return None
    person = User.objects.filter(pk=pk).first()
    return (person, Group(group)) if person and group in Group else None


def unsubscribe_headers(person: User, group: Group) -> dict[str, str]:
    address = absolute_url("unsubscribe", token_for(person, group))
    return {"List-Unsubscribe": f"<{address}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
