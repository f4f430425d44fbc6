"""A person who has lost every second step asks for help; two owners approve, and a day later all are removed."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.mail import letter_to, send_after_commit
from accounts.models import FactorReset, User
from accounts.rules.roles import Power
from common.mail.rendering import absolute_url
from common.refusals import RefusalError

from .factors import remove_all_factors


class ResetError(RefusalError):
    pass


def open_reset(person: User) -> FactorReset | None:
    return FactorReset.objects.filter(person=person, ended_at=None).first()


@transaction.atomic
def ask_reset(*, person: User, now: datetime) -> FactorReset:
    """Ask the owners to take the second step of this person away. Twice does no harm. Person and owners are told."""
    User.objects.locked(person)
    reset, is_new = FactorReset.objects.get_or_create(person=person, ended_at=None, defaults={"asked_at": now})
    if is_new:
        _tell(person, "asked", reset)
        for owner in User.objects.who_may(Power.RUN).exclude(pk=person.pk):
            _tell(owner, "to_owner", reset)
    return reset


@transaction.atomic
def approve_reset(*, uuid: UUID, by: User, now: datetime) -> FactorReset:
    """The first or the second of two owners agrees. The person is told of both, and when the second step goes.

    Raises ResetError `not_allowed`, `over`, `own`, `once`.
    """
    if not by.is_active or Power.RUN not in by.powers:
        raise ResetError("not_allowed", _("Only owners can approve this."))
    reset = FactorReset.objects.select_for_update().select_related("person").filter(uuid=uuid, ended_at=None).first()
    if reset is None or reset.due_at is not None:
        raise ResetError("over", _("This has been settled meanwhile."))
    if reset.person_id == by.pk:
        raise ResetError("own", _("It’s about you. Two other owners have to approve it."))
    if reset.first_by_id == by.pk:
        raise ResetError("once", _("You’ve approved it already. Another owner has to approve it too."))
    if reset.first_by_id is None:
        reset.first_by = by
    else:
        reset.second_by, reset.due_at = by, now + settings.FACTOR_RESET_WAITS
    reset.save(update_fields=["first_by", "second_by", "due_at"])
    _tell(reset.person, "approved" if reset.due_at else "half_approved", reset)
    return reset


def withdraw_reset(*, person: User, now: datetime) -> None:
    """The person has a second step after all."""
    FactorReset.objects.filter(person=person, ended_at=None).update(ended_at=now)


@transaction.atomic
def finish_due_reset(*, person: User, now: datetime) -> bool:
    """Take the second step away if that was approved a day ago. Returns whether it was."""
    User.objects.locked(person)
    reset = FactorReset.objects.select_for_update().filter(person=person, ended_at=None).first()
    if reset is None or not reset.is_due(now):
        return False
    remove_all_factors(person=person, by=reset.second_by, now=now)
    reset.ended_at = now
    reset.save(update_fields=["ended_at"])
    return True


def _tell(person: User, change: str, reset: FactorReset) -> None:
    context = {
        "change": change,
        "name": reset.person.display_name,
        "due": reset.due_at,
        "staff_url": absolute_url("staff_resets"),
        "sign_in_url": absolute_url("account_login"),
    }
    send_after_commit(letter_to(person, "accounts/lost_second_step", context))
