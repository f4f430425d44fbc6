"""Reminders to addresses that a list has invited: the invitation again, twice at most, with the way to decline it.

They aren't notices of the outbox, whose readers have accounts. A copy too many would be worse than one that is missing:
so a reminder is written down before it is sent, and only taken back if the mail server certainly has nothing.
"""

import logging
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused, SMTPResponseException
from socket import gaierror

from django.conf import settings
from django.core.signing import Signer
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q

from accounts.mail import send_here
from accounts.models import User
from common.mail.rendering import absolute_url
from notifications.smtp_refusals import read_bounce
from programmes.invitations import why_closed
from programmes.models import MOST_NUDGES, Invitee, Membership, Nudge, NudgeStage, Programme
from programmes.models.rosters import InviteeQuerySet
from programmes.rosters.invitees import write_invitation

from .reminding import DUE_AFTER, REST, is_held_out

logger = logging.getLogger(__name__)
SIGNER = Signer(salt="programmes.invited")
TRY_AGAIN_AFTER = timedelta(hours=6)
# After these the server certainly has no mail of ours.
NEVER_LEFT = (SMTPResponseException, SMTPRecipientsRefused, ConnectionRefusedError, gaierror)


def find_due_invitees(programme: Programme, now: datetime) -> InviteeQuerySet:
    """Addresses that are to be reminded of their invitation now; none while the programme takes nobody."""
    if not programme.reminds or why_closed(programme, now):
        return Invitee.objects.none()
    lately = Nudge.objects.filter(at__gt=now - REST)
    address = OuterRef("address")
    people = User.objects.filter(email=address)
    return (
        Invitee.objects.waiting()
        .filter(
            ~Exists(lately.filter(Q(invitee__address=address) | Q(person__email=address))),
            ~Exists(Membership.objects.filter(programme=programme, person__email=address)),
            ~Exists(people.filter(is_active=False)),
            programme=programme,
            bounced="",
            told_at__lte=now - DUE_AFTER[NudgeStage.INVITED],
            invited_at__gt=now - settings.RETENTION["invited addresses"],
        )
        .exclude(try_after__gt=now)
        .annotate(reminders=Count("nudges"))
        .filter(reminders__lt=MOST_NUDGES)
    )


def remind_invited(programme: Programme, *, now: datetime, most: int) -> int:
    """Returns how many were sent or held out. By two workers at once each is sent once."""
    count = 0
    for number in list(find_due_invitees(programme, now).order_by("told_at", "pk").values_list("pk", flat=True)[:most]):
        nudge = _claim(programme, number, now)
        if nudge is None:
            continue
        count += 1
        if not nudge.is_held_out and not _send(nudge, now):
            break
    return count


@transaction.atomic
def _claim(programme: Programme, number: int, now: datetime) -> Nudge | None:
    """Write a reminder down, if it is still due. Who reminds the same address for another programme waits meanwhile."""
    address = Invitee.objects.filter(pk=number).values_list("address", flat=True).first()
    list(User.objects.filter(email=address).order_by("pk").select_for_update(no_key=True))
    list(Invitee.objects.filter(address=address).order_by("pk").select_for_update(no_key=True))
    programme = Programme.objects.get(pk=programme.pk)
    invitee = find_due_invitees(programme, now).filter(pk=number).first()
    if invitee is None:
        return None
    return Nudge.objects.create(
        programme=programme,
        stage=NudgeStage.INVITED,
        invitee=invitee,
        number=invitee.nudges.count() + 1,
        at=now,
        is_held_out=is_held_out(programme, invitee.address),
    )


def _send(nudge: Nudge, now: datetime) -> bool:
    # Whether the mail server can be asked for the next one
    invitee = Invitee.objects.waiting().select_related("programme").filter(nudges=nudge).first()
    if invitee is None:
        return True
    try:
        send_here(write_invitation(invitee, "programmes/invited_again", decline_url=decline_url(invitee)))
    except (SMTPRecipientsRefused, SMTPDataError) as refused:
        _take_back(nudge, invitee, now, read_bounce(refused))
    except (OSError, SMTPException) as error:
        logger.warning("reminders of invitations wait for the mail server: %s", type(error).__name__)
        if isinstance(error, NEVER_LEFT):
            _take_back(nudge, invitee, now)
        return False
    return True


@transaction.atomic
def _take_back(nudge: Nudge, invitee: Invitee, now: datetime, bounced: str = "") -> None:
    nudge.delete()
    Invitee.objects.filter(pk=invitee.pk).update(bounced=bounced, try_after=now + TRY_AGAIN_AFTER)


def decline_url(invitee: Invitee) -> str:
    """Of the page where this invitation, and nothing else, is declined: signed, so that it needs no account."""
    return absolute_url("programme_decline", SIGNER.sign(str(invitee.pk)))


def find_declinable(token: str) -> Invitee | None:
    """The invitation of such an address, declined or not; None for others, and once it is gone.

    Raises BadSignature for an address that we didn't make.
    """
    return Invitee.objects.select_related("programme").filter(pk=int(SIGNER.unsign(token))).first()


def decline_by_link(invitee: Invitee, *, now: datetime) -> None:
    Invitee.objects.waiting().filter(pk=invitee.pk).update(declined_at=now)
