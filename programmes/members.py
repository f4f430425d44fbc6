"""Who is in a programme: they join, leave, are removed, and come back."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User

from .errors import ProgrammeError
from .invitations import why_closed, why_not_use
from .managers import check_manages
from .models import LIVE, Invitation, Membership, MembershipState, Programme, Source


def why_not_join(person: User, invitation: Invitation, *, now: datetime) -> ProgrammeError | None:
    """What keeps this person from joining by this link; None for a member, whom it may let do more."""
    return why_not_use(invitation, now) or _why_not_enter(person, invitation.programme)


@transaction.atomic
def join(*, person: User, invitation: Invitation, now: datetime) -> Membership:
    """Come into a programme by a link. A member whom it lets do nothing new stays as they are, and it isn't used.

    Raises ProgrammeError `removed`, `too_many_programmes`, `programme_closed`, `programme_over`, `link_revoked`,
    `link_ended`, `link_used_up`.
    """
    User.objects.locked(person)
    invitation = (
        Invitation.objects.select_for_update(no_key=True, of=("self",))
        .select_related("programme")
        .get(pk=invitation.pk)
    )
    known = Membership.objects.filter(programme=invitation.programme, person=person).first()
    is_member = known is not None and known.state == LIVE
    if known is not None and is_member and known.gives >= invitation.gives and known.asks >= invitation.asks:
        return known
    if refusal := why_not_join(person, invitation, now=now):
        raise refusal
    Invitation.objects.filter(pk=invitation.pk).update(uses=F("uses") + 1)
    if known is None:
        return Membership.objects.create(
            programme=invitation.programme,
            person=person,
            gives=invitation.gives,
            asks=invitation.asks,
            source=Source.LINK,
            joined_at=now,
        )
    known.gives = invitation.gives or (is_member and known.gives)
    known.asks = invitation.asks or (is_member and known.asks)
    if not is_member:
        known.state, known.source, known.joined_at, known.ended_at = LIVE, Source.LINK, now, None
    known.save(update_fields=["gives", "asks", "state", "source", "joined_at", "ended_at"])
    return known


@transaction.atomic
def leave(*, person: User, programme: Programme, now: datetime) -> bool:
    """Leave a programme; what was agreed with its people stays. Returns whether they were in it."""
    User.objects.locked(person)
    mine = Membership.objects.filter(programme=programme, person=person, state=LIVE)
    return mine.update(state=MembershipState.LEFT, ended_at=now) > 0


@transaction.atomic
def remove_member(*, programme: Programme, person: User, by: User, now: datetime) -> bool:
    """Take someone out of a programme: neither a link nor a list brings them back, only a manager does.

    Returns whether they were in it. Raises PermissionDenied, ProgrammeError `yourself`.
    """
    User.objects.locked(person)
    check_manages(by, programme)
    if person.pk == by.pk:
        words = _("Nobody decides about themselves. You can leave the programme in your settings.")
        raise ProgrammeError("yourself", words)
    theirs = Membership.objects.filter(programme=programme, person=person, state=LIVE)
    return theirs.update(state=MembershipState.REMOVED, ended_at=now) > 0


@transaction.atomic
def bring_back(*, programme: Programme, person: User, by: User, now: datetime) -> bool:
    """Let someone in again who was removed, as they were. Returns whether that changed anything.

    Raises PermissionDenied, ProgrammeError `yourself`, `account_closed`, `programme_over`, `programme_closed`,
    `too_many_programmes`.
    """
    [person] = User.objects.locked(person)
    programme = Programme.objects.get(pk=programme.pk)  # as it is now, not when its page was asked for
    check_manages(by, programme)
    if person.pk == by.pk:
        raise ProgrammeError("yourself", _("Nobody decides about themselves. Ask another manager."))
    removed = Membership.objects.filter(programme=programme, person=person, state=MembershipState.REMOVED)
    if not removed.exists():
        return False
    if not person.is_active:
        raise ProgrammeError("account_closed", _("This account is closed. They can come back when they sign in again."))
    if refusal := why_closed(programme, now) or _why_too_many(person):
        raise refusal
    return removed.update(state=LIVE, source=Source.MANAGER, joined_at=now, ended_at=None) > 0


def leave_all(person: User, now: datetime) -> None:
    """Of someone who leaves for good."""
    Membership.objects.filter(person=person, state=LIVE).update(state=MembershipState.LEFT, ended_at=now)


def _why_not_enter(person: User, programme: Programme) -> ProgrammeError | None:
    known = Membership.objects.filter(programme=programme, person=person).first()
    if known is not None and known.state == MembershipState.REMOVED:
        words = _("A manager removed you from this programme, so its links don’t let you in. Ask a manager.")
        return ProgrammeError("removed", words)
    return None if known is not None and known.state == LIVE else _why_too_many(person)


def _why_too_many(person: User) -> ProgrammeError | None:
    if Membership.objects.filter(person=person, state=LIVE).count() < settings.MAX_PROGRAMMES:
        return None
    words = _("You can be in up to %d programmes. Leave one first, in your settings.") % settings.MAX_PROGRAMMES
    return ProgrammeError("too_many_programmes", words)
