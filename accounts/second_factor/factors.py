"""The factors of a person: added, used, removed. Their person is told of each by email."""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.mail import letter_to, send_after_commit
from accounts.models import Trace, TracedAct, User
from common.mail.rendering import absolute_url
from common.refusals import RefusalError

from . import app_codes, passkeys
from .session_state import OPTIONAL

APP, PASSKEY, CODES = Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN, Authenticator.Type.RECOVERY_CODES
# Recovery codes alone are none: they stand in for one of these.
REAL = (APP, PASSKEY)
MOST_PASSKEYS = 10


class FactorError(RefusalError):
    pass


@dataclass(frozen=True, slots=True)
class Factors:
    """What a person has. `codes_left`: recovery codes that nobody used yet."""

    app: Authenticator | None
    passkeys: list[Authenticator]
    codes_left: int

    @property
    def exist(self) -> bool:
        return self.app is not None or bool(self.passkeys)

    @property
    def count(self) -> int:
        return len(self.passkeys) + (self.app is not None)


def list_factors(person: User) -> Factors:
    rows = list(Authenticator.objects.filter(user=person).order_by("created_at", "pk"))
    kinds = {row.type: row for row in rows}
    left = len(kinds[CODES].wrap().get_unused_codes()) if CODES in kinds else 0
    return Factors(kinds.get(APP), [row for row in rows if row.type == PASSKEY], left)


def has_factor(person: User) -> bool:
    return Authenticator.objects.filter(user=person, type__in=REAL).exists()


@transaction.atomic
def add_app(*, person: User, secret: str, code: str, request: HttpRequest) -> list[str]:
    """An authenticator app with this secret, shown by a code of it. This session then has used a second factor.

    Returns recovery codes, if these are the first. Raises FactorError `wrong_code`, `has_app`.
    """
    User.objects.locked(person)
    if Authenticator.objects.filter(user=person, type=APP).exists():
        raise FactorError("has_app", _("You have an authenticator app already. Remove it to set up another one."))
    step = app_codes.find_step(secret, code, at=time.time())
    if step is None:
        raise FactorError("wrong_code", _("That code isn’t right. Enter the one that the app shows now."), field="code")
    app = TOTP.activate(person, secret).instance
    app.data[app_codes.LAST_STEP] = step
    app.save(update_fields=["data"])
    return _begin_using(app, person, request)


@transaction.atomic
def add_passkey(*, person: User, name: str, answer: Any, request: HttpRequest) -> list[str]:
    """A passkey that the browser of this session made. Returns and raises as `add_app`; `too_many`, `bad_passkey`."""
    User.objects.locked(person)
    if Authenticator.objects.filter(user=person, type=PASSKEY).count() >= MOST_PASSKEYS:
        raise FactorError("too_many", _("You can have up to %d passkeys. Remove one you don’t use.") % MOST_PASSKEYS)
    try:
        credential = passkeys.read_new_passkey(answer)
    except passkeys.UnreadableAnswerError as error:
        raise FactorError("bad_passkey", _("That passkey didn’t work. Try again, or use an app.")) from error
    return _begin_using(WebAuthn.add(person, name, credential).instance, person, request)


def _begin_using(factor: Authenticator, person: User, request: HttpRequest) -> list[str]:
    codes = [] if Authenticator.objects.filter(user=person, type=CODES).exists() else _make_codes(person)
    _note_use(request, factor, person)
    _tell(person, "app_added" if factor.type == APP else "passkey_added", name=_name_of(factor))
    return codes


@transaction.atomic
def remove_factor(*, person: User, number: int) -> bool:
    """Take an app or a passkey away, with the last one also the recovery codes. Returns whether there was one.

    Raises FactorError `last_factor` for staff and managers, whose role couldn't wake up any more.
    """
    [locked] = User.objects.locked(person)
    theirs = list(Authenticator.objects.filter(user=person, type__in=REAL))
    factor = next((one for one in theirs if one.pk == number), None)
    if factor is None:
        return False
    if locked.needs_second_step and len(theirs) == 1 and settings.STAFF_SECOND_FACTOR != OPTIONAL:
        raise FactorError("last_factor", _("Your role needs a second step. Add another one before you remove this."))
    factor.delete()
    if len(theirs) == 1:
        Authenticator.objects.filter(user=person).delete()
    _tell(person, "app_removed" if factor.type == APP else "passkey_removed", name=_name_of(factor))
    return True


@transaction.atomic
def remove_all_factors(*, person: User, by: User | None, now: datetime) -> bool:
    """For a person who has lost them all; `by` is None on the server's command line. Returns whether there were any."""
    User.objects.locked(person)
    removed, _tables = Authenticator.objects.filter(user=person).delete()
    if removed:
        Trace.objects.create(by=by, act=TracedAct.STEP_REMOVED, about=person, at=now)
        _tell(person, "all_removed")
    return removed > 0


@transaction.atomic
def renew_codes(*, person: User) -> list[str]:
    """New recovery codes; the old ones end. Raises FactorError `no_factor`."""
    User.objects.locked(person)
    if not has_factor(person):
        raise FactorError("no_factor", _("Set up an app or a passkey first. Recovery codes stand in for it."))
    Authenticator.objects.filter(user=person, type=CODES).delete()
    codes = _make_codes(person)
    _tell(person, "codes_renewed")
    return codes


@transaction.atomic
def use_code(*, person: User, code: str, request: HttpRequest, again: bool = False) -> None:
    """Note that this session used a code of the person's app, or a recovery code, which then is gone.

    `again`: they are signed in, and confirm that it is them. Raises FactorError `wrong_code`.
    """
    User.objects.locked(person)
    for factor in Authenticator.objects.filter(user=person, type__in=(APP, CODES)):
        is_app = factor.type == APP
        if app_codes.take_code(factor, code, at=time.time()) if is_app else factor.wrap().validate_code(code):
            _note_use(request, factor, person, again=again)
            if not is_app:
                _tell(person, "code_used", left=list_factors(person).codes_left)
            return
    raise FactorError("wrong_code", _("That code isn’t right, or it was used already."), field="code")


@transaction.atomic
def use_passkey(*, person: User, answer: Any, request: HttpRequest, again: bool = False) -> None:
    """As `use_code`, for a passkey. Raises FactorError `bad_passkey`."""
    try:
        passkey = passkeys.find_passkey(person, answer)
    except passkeys.UnreadableAnswerError as error:
        words = _("That passkey didn’t work. Try again, or use another way.")
        raise FactorError("bad_passkey", words) from error
    _note_use(request, passkey, person, again=again)


@transaction.atomic
def use_passkey_alone(*, answer: Any, request: HttpRequest) -> User:
    """Whose passkey it is that signs in without anything else: its device has asked for a finger, a face or a PIN.

    Raises FactorError `bad_passkey`.
    """
    try:
        person = passkeys.find_owner(answer)
        passkey = passkeys.find_passkey(person, answer)
        passkeys.require_verified_person(answer)
    except passkeys.UnreadableAnswerError as error:
        raise FactorError("bad_passkey", _("That passkey didn’t work. Try again, or sign in by email.")) from error
    passkey.user = person
    post_authentication(request, passkey, passwordless=True)
    return person


def _note_use(request: HttpRequest, factor: Authenticator, person: User, *, again: bool = False) -> None:
    factor.user = person
    post_authentication(request, factor, reauthenticated=again)
    if isinstance(request.user, User):
        request.user.role_sleeps = False


def _make_codes(person: User) -> list[str]:
    codes: list[str] = RecoveryCodes.activate(person).generate_codes()
    return codes


def _name_of(factor: Authenticator) -> str:
    return str(factor.wrap().name) if factor.type == PASSKEY else ""


def _tell(person: User, change: str, **facts: Any) -> None:
    context = {"change": change, "settings_url": absolute_url("sign_in_settings"), **facts}
    send_after_commit(letter_to(person, "accounts/second_step", context))
