"""Which mails of figures a manager gets: they choose for themselves, and are asked whether they still want one."""

from collections.abc import Collection
from datetime import datetime

from django.core.signing import BadSignature, Signer
from django.db import transaction

from accounts.models import User
from common.mail.rendering import absolute_url
from notifications.models import Group
from notifications.preferences import switch_on
from programmes.managers import check_manages
from programmes.models import Manager, Programme
from search.models import FigureMail

from .turns import next_turn

SIGNER = Signer(salt="search.figures.mail")


def list_chosen(person: User, programme: Programme) -> list[FigureMail]:
    mine = FigureMail.objects.filter(manager__person=person, manager__programme=programme, manager__ended_at=None)
    return list(mine.order_by("-rhythm"))


@transaction.atomic
def choose_mails(*, programme: Programme, rhythms: Collection[str], by: User, now: datetime) -> None:
    """From now on this manager gets mails of these rhythms, and no others. Twice does no harm.

    Those that go on count as wanted from now. Raises PermissionDenied for who doesn't manage the programme.
    """
    [by] = User.objects.locked(by)
    check_manages(by, programme)
    manager = Manager.objects.get(programme=programme, person=by, ended_at=None)
    mails = FigureMail.objects.filter(manager=manager)
    mails.exclude(rhythm__in=rhythms).delete()
    for mail in mails.select_related("manager__person"):
        _keep(mail, now)
    known = set(mails.values_list("rhythm", flat=True))
    for rhythm in sorted(set(rhythms) - known):
        turn = next_turn(rhythm, by.zone, now)
        FigureMail.objects.create(manager=manager, rhythm=rhythm, chosen_at=now, next_at=turn)
    if rhythms:
        switch_on(person=by, group=Group.FIGURES)


@transaction.atomic
def answer_mail(*, number: int, is_wanted: bool, now: datetime) -> bool:
    """The link of a mail keeps it, or ends it. Returns whether it is still there. Twice does no harm."""
    mail = FigureMail.objects.running().select_for_update(of=("self",)).filter(pk=number).first()
    if mail is None:
        return False
    if is_wanted:
        _keep(mail, now)
    else:
        mail.delete()
    return is_wanted


def _keep(mail: FigureMail, now: datetime) -> None:
    mail.unanswered = 0
    if mail.next_at is None:
        mail.next_at = next_turn(mail.rhythm, mail.manager.person.zone, now)
    mail.save(update_fields=["unanswered", "next_at"])


def answer_url(mail: FigureMail) -> str:
    """Of the page where this mail, and no other, is kept or ended: signed, so that it needs no sign-in."""
    return absolute_url("figure_mail", SIGNER.sign(str(mail.pk)))


def read_token(token: str) -> int | None:
    try:
        return int(SIGNER.unsign(token))
    except BadSignature:
        return None
