"""Tokens with which programs act for a person: named, shown once, with a scope and an end."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.hashing import hash_text, secret_of_form
from common.refusals import RefusalError

from . import mail
from .hooks import areas_of
from .models import AccessToken, Scope, User
from .models.programs import LONGEST_IN_AREA

# A prefix by which people who find a token in a file, and programs that look for lost secrets, see what it opens.
PREFIX = "mmt_"
MOST, TOKEN_SIZE = 20, 32
USE_IS_NOTED_EVERY = timedelta(minutes=1)


class TokenError(RefusalError):
    pass


def make_token(
    *,
    person: User,
    name: str,
    scope: Scope,
    days: int,
    now: datetime,
    area: str = "",
    key: str = "",
    is_again: bool = False,
) -> tuple[AccessToken, str]:
    """A new token, whose text is never shown again; its person is told by email that there is one.

    `area`: the key of one of theirs, if it is for that alone. The same form (`key`) sent twice gets the same token;
    `is_again`, and if that has been revoked, another one, so that a text that leaked stays dead.

    Raises TokenError `same_name`, `too_many`, `unknown_area`, `too_long`.
    """
    if refusal := _why_not_area(person, area, days):
        raise refusal
    text = PREFIX + secret_of_form(key, person.pk, name, scope, days, area, size=TOKEN_SIZE)
    with transaction.atomic():
        User.objects.locked(person)
        mine = AccessToken.objects.filter(person=person)
        if made := mine.filter(token_hash=hash_text(text)).first():
            return made, text
        if is_again:
            text = PREFIX + secret_of_form("", size=TOKEN_SIZE)
        if mine.filter(name=name).exists():
            raise TokenError(
                "same_name", _("You already have a token with this name. Choose a different name"), field="name"
            )
        if mine.count() >= MOST:
            raise TokenError(
                "too_many", _("You can have up to %d tokens. Revoke one you don’t use") % MOST, field="name"
            )
        token = AccessToken.objects.create(
            person=person,
            name=name,
            token_hash=hash_text(text),
            scope=scope,
            area=area,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        place = next((one.name for one in areas_of(person) if area and one.key == area), "")
        mail.send_after_commit(mail.token_letter(person=person, token=token, place=place))
    return token, text


def _why_not_area(person: User, area: str, days: int) -> TokenError | None:
    if not area:
        return None
    if not any(one.key == area and one.is_open for one in areas_of(person)):
        words = _("You can’t make a token for this now. Choose another one, or confirm your second step first")
        return TokenError("unknown_area", words, field="area")
    if timedelta(days=days) > LONGEST_IN_AREA:
        words = _("A token like this works for up to %d days. Choose a shorter time") % LONGEST_IN_AREA.days
        return TokenError("too_long", words, field="days")
    return None


def stop_token(*, person: User, uuid: UUID) -> bool:
    """From now on nobody gets in with it. Returns whether there was one."""
    return AccessToken.objects.filter(person=person, uuid=uuid).delete()[0] > 0


def stop_tokens(person: User) -> None:
    AccessToken.objects.filter(person=person).delete()


def stop_tokens_for(person: User, area: str) -> None:
    AccessToken.objects.filter(person=person, area=area).delete()


def describe_tokens(person: User) -> str:
    """“2 API tokens”; empty if there is none. Those that have run out count: their person has not stopped them."""
    count = AccessToken.objects.filter(person=person).count()
    return ngettext("%(n)d API token", "%(n)d API tokens", count) % {"n": count} if count else ""


def find_token(text: str, *, now: datetime) -> AccessToken | None:
    """The token with this text, unless it has expired or its person's account is closed."""
    tokens = AccessToken.objects.select_related("person")
    return tokens.filter(token_hash=hash_text(text), expires_at__gt=now, person__is_active=True).first()


def note_use(token: AccessToken, *, now: datetime) -> None:
    before = now - USE_IS_NOTED_EVERY
    if token.last_used_at is None or token.last_used_at <= before:
        unnoted = Q(last_used_at=None) | Q(last_used_at__lte=before)
        AccessToken.objects.filter(unnoted, pk=token.pk).update(last_used_at=now)
