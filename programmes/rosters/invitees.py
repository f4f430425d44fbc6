"""Addresses that a list has invited: they are told, come in when their person signs in, decline, or are forgotten."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.mail import AccountEmail, send_here
from accounts.models import User
from accounts.privacy.retention import Rule
from common.mail.rendering import absolute_url
from notifications.smtp_refusals import read_bounce
from programmes.invitations import why_closed
from programmes.managers import check_manages, lock_programme
from programmes.members import Entry, enter, join
from programmes.models import (
    COUNTS_FOR,
    INSIDE,
    LIVE,
    SHUT_OUT,
    DomainRule,
    Invitation,
    Invitee,
    Membership,
    Nudge,
    Programme,
    ProgrammeState,
    Roster,
    RosterState,
    Source,
)
from programmes.models.rosters import OPEN_STATES

from .acts import settle_roster

logger = logging.getLogger(__name__)
TRY_AGAIN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class OpenDoor:
    """A programme that a person's proven address lets them into. `invitee`: a list has invited it; else its domain."""

    programme: Programme
    entry: Entry
    invitee: Invitee | None = None


def doors_open_to(person: User, now: datetime) -> list[OpenDoor]:
    """Those through which this person can come in now, by their address, each programme once."""
    live = (
        Invitee.objects.waiting()
        .filter(address=person.email, invited_at__gt=now - settings.RETENTION["invited addresses"])
        .select_related("programme")
    )
    doors = {
        one.programme_id: OpenDoor(one.programme, Entry(one.gives, one.asks, Source.LIST, one.unit), one)
        for one in live.order_by("programme")
    }
    known = Membership.objects.filter(person=person, programme=OuterRef("programme"), state__in=(*INSIDE, *SHUT_OUT))
    rules = DomainRule.objects.live().filter(~Exists(known), domain=person.email.rpartition("@")[2])
    for rule in rules.select_related("programme").order_by("programme"):
        entry = Entry(rule.gives, rule.asks, Source.DOMAIN, needs_yes=rule.needs_yes)
        doors.setdefault(rule.programme_id, OpenDoor(rule.programme, entry))
    open_now = [door for _number, door in sorted(doors.items()) if why_closed(door.programme, now) is None]
    if not open_now or not EmailAddress.objects.filter(user=person, email=person.email, verified=True).exists():
        return []
    return open_now


@transaction.atomic
def come_in(*, person: User, now: datetime, programme: Programme | None = None) -> list[Programme]:
    """Join where this person's proven address lets them in. Returns the programmes that this has changed.

    `programme`: the one that they have chosen to join, or to ask. Without it, who has left one isn't brought back, and
    no manager is asked.
    """
    if not doors_open_to(person, now):
        return []
    [person] = User.objects.locked(person)
    joined = []
    for door in doors_open_to(person, now):
        if door.entry.needs_yes if programme is None else door.programme != programme:
            continue
        did = enter(person, door.programme, door.entry, is_chosen=programme is not None, now=now)
        if did is not None and door.invitee:
            _note_came_in(door.invitee.pk, now)
            door.invitee.delete()
        if did:
            joined.append(door.programme)
    return joined


@transaction.atomic
def join_by_link(*, person: User, invitation: Invitation, now: datetime) -> Membership:
    """As `join`; who is on a list too comes in by that first, so that the list doesn't invite them any more."""
    programme = invitation.programme
    if any(door.invitee and door.programme == programme for door in doors_open_to(person, now)):
        come_in(person=person, now=now, programme=programme)
        known = Membership.objects.filter(programme=programme, person=person, state=LIVE).first()
        # A manager has let them in by the list, so there is nothing to ask for.
        if known is not None and invitation.needs_yes:
            return known
    return join(person=person, invitation=invitation, now=now)


def _note_came_in(invitee: int, now: datetime) -> None:
    rows = Nudge.objects.filter(invitee=invitee, done_at=None, at__gt=now - COUNTS_FOR, at__lte=now)
    rows.update(done_at=now)


@transaction.atomic
def decline_invitation(*, person: User, programme: Programme, now: datetime) -> bool:
    """Returns whether there was one for their address."""
    theirs = Invitee.objects.waiting().filter(address=person.email, programme=programme)
    return theirs.update(declined_at=now) > 0


@transaction.atomic
def withdraw_invitation(*, programme: Programme, number: int, by: User) -> bool:
    """Forget an address that isn't in yet. Returns whether there was one. Raises PermissionDenied."""
    programme = lock_programme(programme)
    check_manages(by, programme)
    gone, _tables = Invitee.objects.filter(programme=programme, pk=number).delete()
    return gone > 0


def tell_invited(*, now: datetime) -> int:
    """Mail those who are invited and don't know it yet, a hundred of each programme a minute. Returns how many."""
    told = 0
    waiting = Invitee.objects.waiting().filter(told_at=None, bounced="").exclude(try_after__gt=now)
    for programme in Programme.objects.filter(state=ProgrammeState.OPEN, pk__in=waiting.values("programme")):
        if why_closed(programme, now):
            continue
        due = waiting.filter(programme=programme).order_by("invited_at", "pk").values_list("pk", flat=True)
        for number in list(due[: settings.INVITATIONS_A_MINUTE]):
            try:
                told += _tell(number, now)
            except (OSError, SMTPException) as error:
                # Nobody else would fare better: the next run goes on here.
                logger.warning("invitations wait for the mail server: %s", type(error).__name__)
                return told
    return told


# One at a time, with the note that it is done: of a worker that is killed at most one mail goes out again.
@transaction.atomic
def _tell(number: int, now: datetime) -> bool:
    free = Invitee.objects.waiting().select_for_update(skip_locked=True, of=("self",)).select_related("programme")
    invitee = free.filter(pk=number, told_at=None, bounced="").first()
    if invitee is None:
        return False
    try:
        send_here(write_invitation(invitee))
    except (SMTPRecipientsRefused, SMTPDataError) as refused:
        invitee.bounced = read_bounce(refused)
        if not invitee.bounced:
            invitee.try_after = now + TRY_AGAIN_AFTER
        invitee.save(update_fields=["bounced", "try_after"])
        return False
    invitee.told_at = now
    invitee.save(update_fields=["told_at"])
    return True


# `more`: what this template says besides
def write_invitation(invitee: Invitee, template: str = "programmes/invited", **more: str) -> AccountEmail:
    programme = invitee.programme
    context = {
        "programme": programme.name,
        "line": programme.line,
        "name": invitee.name,
        "gives": invitee.gives,
        "asks": invitee.asks,
        "days": settings.RETENTION["invited addresses"].days,
        "page_url": absolute_url("programmes"),
        **more,
    }
    return AccountEmail(template, invitee.address, context, zone=programme.timezone, language=programme.language)


def forget_invited(before: datetime, most: int) -> int:
    old = list(Invitee.objects.filter(invited_at__lte=before).values_list("pk", flat=True)[:most])
    return Invitee.objects.filter(pk__in=old).delete()[0]


def forget_unfinished(before: datetime, most: int) -> int:
    old = Roster.objects.filter(state__in=OPEN_STATES, at__lte=before).order_by("pk")[:most]
    numbers = [(roster.pk, roster.programme_id) for roster in old]
    for number, programme in numbers:
        with transaction.atomic():
            Programme.objects.select_for_update(no_key=True).get(pk=programme)
            roster = Roster.objects.filter(pk=number, state__in=OPEN_STATES).first()
            if roster is not None:
                settle_roster(roster, RosterState.DROPPED, timezone.now())
    return len(numbers)


RULES = [Rule("invited addresses", forget_invited), Rule("unfinished lists", forget_unfinished)]
