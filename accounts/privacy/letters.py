"""What people who can't sign in ask for by letter about their own data: one of staff prepares it, an owner signs it."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import LetterAct, LetterOutcome, LetterRequest, Trace, TracedAct, User
from accounts.roles import may
from accounts.rules.roles import Power

from .erasing import end_what_is_ahead, plan_erasure, why_not_erase
from .exports import PrivacyError, ask_export


@transaction.atomic
def prepare_letter(*, person: User, act: LetterAct, reason: str, by: User, now: datetime) -> LetterRequest:
    """Put a wish before the owners. `reason`: how we know that it is this person who wrote.

    Raises PermissionDenied, PrivacyError `own_data`, `waits_already`, `account_closed`, `last_owner`.
    """
    if not may(by, Power.LETTERS):
        raise PermissionDenied
    if person == by:
        raise _own_data()
    [person] = User.objects.locked(person)
    if not person.is_active:
        raise PrivacyError("account_closed", _("This account is closed: it is being deleted, or it has been."))
    if act == LetterAct.REMOVAL and (refusal := why_not_erase(person)):
        raise refusal
    if LetterRequest.objects.open().filter(person=person, act=act).exists():
        raise PrivacyError("waits_already", _("This is waiting for an owner already. Ask one of them to sign it."))
    letter = LetterRequest.objects.create(person=person, act=act, reason=reason, prepared_by=by, prepared_at=now)
    _note(letter, TracedAct.LETTER_PREPARED, by, now)
    return letter


def sign_letter(*, letter: LetterRequest, by: User, now: datetime) -> LetterRequest:
    """Do what was asked for: have the copy written, or close the account and plan the removal. Its person is mailed.

    Raises PermissionDenied, PrivacyError `own_data`, `own_letter`, `decided`, `last_owner`, `too_often`.
    """
    with transaction.atomic():
        letter = _lock_open(letter, by)
        if letter.act == LetterAct.COPY:
            letter.export = ask_export(person=letter.person, now=now)
        else:
            erasure = plan_erasure(letter.person, now)
        _decide(letter, LetterOutcome.SIGNED, by, now)
        _note(letter, TracedAct.LETTER_SIGNED, by, now)
    if letter.act == LetterAct.REMOVAL:
        end_what_is_ahead(erasure, now=now)
    return letter


@transaction.atomic
def decline_letter(*, letter: LetterRequest, by: User, now: datetime) -> LetterRequest:
    """Nothing happens. Raises as `sign_letter`."""
    letter = _lock_open(letter, by)
    _decide(letter, LetterOutcome.DECLINED, by, now)
    _note(letter, TracedAct.LETTER_DECLINED, by, now)
    return letter


def why_not_decide(letter: LetterRequest, by: User) -> PrivacyError | None:
    if letter.decided_at:
        return PrivacyError("decided", _("Another owner has decided this already."))
    if by.pk == letter.person_id:
        return _own_data()
    if by.pk == letter.prepared_by_id:
        return PrivacyError("own_letter", _("You prepared this, so another owner has to sign it."))
    return None


def _lock_open(letter: LetterRequest, by: User) -> LetterRequest:
    if not may(by, Power.RUN):
        raise PermissionDenied
    # People before rows, in the order of all acts; a removal locks the owners with them.
    User.objects.lock_with_owners(letter.person)
    locked = LetterRequest.objects.select_for_update(of=("self",)).select_related("person").get(pk=letter.pk)
    if refusal := why_not_decide(locked, by):
        raise refusal
    return locked


def _decide(letter: LetterRequest, outcome: LetterOutcome, by: User, now: datetime) -> None:
    letter.decided_by, letter.decided_at, letter.outcome = by, now, outcome
    letter.save(update_fields=["decided_by", "decided_at", "outcome", "export"])


def _note(letter: LetterRequest, act: TracedAct, by: User, now: datetime) -> None:
    Trace.objects.create(by=by, act=act, about=letter.person, subject=letter.act, at=now)


def _own_data() -> PrivacyError:
    return PrivacyError("own_data", _("This is about you. You can do it yourself under Settings, Your data."))
