"""Who is in a programme: they join or ask to, are let in or declined, leave, are removed, and come back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import ABOUT_PROGRAMMES, Trace, TracedAct, User

from .errors import ProgrammeError
from .invitations import why_closed, why_not_use, why_over
from .managers import check_manages
from .models import (
    ASKED,
    INSIDE,
    LIVE,
    SHUT_OUT,
    ClaimRule,
    Invitation,
    Membership,
    MembershipState,
    Programme,
    Source,
)
from .notices import News, tell_managers, tell_member, withdraw_notices


@dataclass(frozen=True, slots=True)
class Entry:
    """What someone can do who comes into a programme by something else than a link, which `source` says.

    `rule`: of a claim that may end it later.
    """

    gives: bool
    asks: bool
    source: Source
    unit: str = ""
    needs_yes: bool = False
    rule: ClaimRule | None = None


def why_not_join(person: User, invitation: Invitation, *, now: datetime) -> ProgrammeError | None:
    """What keeps this person from joining by this link; None for a member, whom it may let do more."""
    return why_not_use(invitation, now) or _why_not_enter(person, invitation)


@transaction.atomic
def join(*, person: User, invitation: Invitation, now: datetime) -> Membership:
    """Come into a programme by a link, or ask its managers to be let in, if the link says so; then they are told.

    For a member whom it lets do nothing new, and for who has asked, nothing changes and it isn't used.

    Raises ProgrammeError `removed`, `declined`, `too_many_programmes`, `programme_closed`, `programme_over`,
    `programme_draft`, `link_revoked`, `link_ended`, `link_used_up`, `link_needs_yes`.
    """
    User.objects.locked(person)
    invitation = (
        Invitation.objects.select_for_update(no_key=True, of=("self",))
        .select_related("programme")
        .get(pk=invitation.pk)
    )
    known = Membership.objects.filter(programme=invitation.programme, person=person).first()
    if known is not None and _adds_nothing(known, invitation):
        return known
    if refusal := why_not_join(person, invitation, now=now):
        raise refusal
    Invitation.objects.filter(pk=invitation.pk).update(uses=F("uses") + 1)
    state = ASKED if invitation.needs_yes else LIVE
    if known is None:
        known = Membership.objects.create(
            programme=invitation.programme,
            person=person,
            gives=invitation.gives,
            asks=invitation.asks,
            source=Source.LINK,
            state=state,
            joined_at=now,
        )
    else:
        is_member = known.state == LIVE
        known.gives = invitation.gives or (is_member and known.gives)
        known.asks = invitation.asks or (is_member and known.asks)
        if not is_member:
            known.state, known.source, known.joined_at, known.ended_at = state, Source.LINK, now, None
            known.claim_rule = None
            known.version += 1
        known.save()
        withdraw_notices(known)
    if known.state == ASKED:
        tell_managers(known, now=now)
    return known


def _adds_nothing(known: Membership, invitation: Invitation) -> bool:
    if known.state == ASKED:
        return invitation.needs_yes
    return known.state == LIVE and known.gives >= invitation.gives and known.asks >= invitation.asks


@transaction.atomic
def leave(*, person: User, programme: Programme, now: datetime) -> bool:
    """Leave a programme, or withdraw what one asked; what was agreed with its people stays.

    Returns whether they were in it, or had asked.
    """
    User.objects.locked(person)
    mine = Membership.objects.filter(programme=programme, person=person, state__in=INSIDE).first()
    if mine is None:
        return False
    let_go(mine, now=now)
    return True


@transaction.atomic
def answer_request(
    *, programme: Programme, person: User, is_accepted: bool, reason: str = "", by: User, now: datetime
) -> bool:
    """Let someone in who asked, or decline: then only a manager lets them in later. They are told.

    Returns whether they still waited. Raises PermissionDenied, ProgrammeError `yourself`, `account_closed`,
    `programme_over`, `too_many_programmes`.
    """
    [person] = User.objects.locked(person)
    check_decides(by, person, programme)
    asked = Membership.objects.filter(programme=programme, person=person, state=ASKED).first()
    if asked is None:
        return False
    if not is_accepted:
        _end(asked, MembershipState.DECLINED, reason, now)
        note_ends(programme, [person.pk], TracedAct.REQUEST_DECLINED, by=by, now=now)
        tell_member(asked, News.DECLINED, now=now)
        return True
    if refusal := _why_not_let_in(person, why_over(Programme.objects.get(pk=programme.pk), now)):
        raise refusal
    _let_in(asked, asked.source, now)
    return True


@transaction.atomic
def remove_member(*, programme: Programme, person: User, reason: str = "", by: User, now: datetime) -> bool:
    """Take someone out of a programme: neither a link nor a list brings them back, only a manager does.

    They are told, with the reason. Returns whether they were in it. Raises PermissionDenied, ProgrammeError `yourself`.
    """
    User.objects.locked(person)
    check_decides(by, person, programme)
    theirs = Membership.objects.filter(programme=programme, person=person, state=LIVE).first()
    if theirs is None:
        return False
    _end(theirs, MembershipState.REMOVED, reason, now)
    note_ends(programme, [person.pk], TracedAct.MEMBER_REMOVED, by=by, now=now)
    tell_member(theirs, News.REMOVED, now=now)
    return True


@transaction.atomic
def bring_back(*, programme: Programme, person: User, by: User, now: datetime) -> bool:
    """Let someone in again who was removed, as they were, or who was declined. They are told.

    Returns whether that changed anything. Raises PermissionDenied, ProgrammeError `yourself`, `account_closed`,
    `programme_over`, `programme_closed`, `programme_draft`, `too_many_programmes`.
    """
    [person] = User.objects.locked(person)
    check_decides(by, person, programme)
    theirs = Membership.objects.filter(programme=programme, person=person, state__in=SHUT_OUT).first()
    if theirs is None:
        return False
    # As the programme is now, not when its page was asked for
    if refusal := _why_not_let_in(person, why_closed(Programme.objects.get(pk=programme.pk), now)):
        raise refusal
    _let_in(theirs, Source.MANAGER, now)
    return True


def take_from_list(membership: Membership, *, gives: bool, asks: bool, unit: str, now: datetime) -> None:
    """A list has someone who is in, or has asked to be: they can do what it says beside what they could.

    Who asked is let in, unless they can't be now. A list that names no unit leaves theirs as it is.
    """
    membership.unit = unit or membership.unit
    if membership.state == LIVE:
        membership.gives, membership.asks = membership.gives or gives, membership.asks or asks
        membership.save(update_fields=["gives", "asks", "unit"])
    elif _why_not_let_in(membership.person, why_over(membership.programme, now)) is None:
        membership.gives, membership.asks = gives, asks
        _let_in(membership, Source.LIST, now)


def enter(person: User, programme: Programme, way: Entry, *, is_chosen: bool, now: datetime) -> bool | None:
    """Someone who is locked comes in without a link. Returns whether that changed anything; None: not yet.

    `is_chosen`: they have asked for it, so it also brings back who left. Nothing here brings back who was removed.
    """
    known = Membership.objects.filter(programme=programme, person=person).first()
    if known is not None and known.state in SHUT_OUT:
        return False
    if known is not None and known.state == LIVE:
        is_more = way.gives > known.gives or way.asks > known.asks
        take_from_list(known, gives=way.gives, asks=way.asks, unit=way.unit, now=now)
        return is_more
    is_back = known is not None and known.state == MembershipState.LEFT
    if is_back and not is_chosen:
        return None
    if (known is None or is_back) and not has_room(person):
        return None
    if known is None:
        known = Membership(programme=programme, person=person, version=0)
    known.gives, known.asks, known.source, known.unit = way.gives, way.asks, way.source, way.unit or known.unit
    known.state, known.joined_at, known.ended_at = ASKED if way.needs_yes else LIVE, now, None
    known.claim_rule = way.rule
    known.version += 1
    known.save()
    withdraw_notices(known)
    if way.needs_yes:
        tell_managers(known, now=now)
    return True


def leave_all(person: User, now: datetime) -> None:
    """Of someone who leaves for good."""
    for mine in Membership.objects.filter(person=person, state__in=INSIDE):
        let_go(mine, now=now)


def let_go(membership: Membership, *, now: datetime, rule: ClaimRule | None = None) -> None:
    """End it for someone who leaves, or whom nothing brings any more. `rule`: by which they may be brought back."""
    _end(membership, MembershipState.LEFT, "", now, rule)
    withdraw_notices(membership)


def note_ends(programme: Programme, people: Iterable[int], act: TracedAct, *, by: User, now: datetime) -> None:
    """A line of the log for each of these people, which owners read; `find_end` finds it for managers."""
    Trace.objects.bulk_create(
        Trace(by=by, act=act, about_id=person, subject=programme.slug, at=now) for person in people
    )


def find_end(membership: Membership) -> Trace | None:
    """Who ended it as it stands now, if not its person."""
    if membership.ended_at is None:
        return None
    rows = Trace.objects.filter(
        about=membership.person_id,
        act__in=ABOUT_PROGRAMMES,
        subject=membership.programme.slug,
        at=membership.ended_at,
    )
    return rows.exclude(act=TracedAct.MANAGER_ENDED).select_related("by").order_by("-pk").first()


def check_decides(by: User, person: User, programme: Programme) -> None:
    """Raises PermissionDenied for who doesn't manage the programme, ProgrammeError `yourself`."""
    check_manages(by, programme)
    if person.pk == by.pk:
        words = _("Nobody decides about themselves. Ask another manager, or leave on the programme’s page.")
        raise ProgrammeError("yourself", words)


def _end(
    membership: Membership, state: MembershipState, reason: str, now: datetime, rule: ClaimRule | None = None
) -> None:
    membership.state, membership.ended_at, membership.reason = state, now, reason
    membership.claim_rule = rule
    membership.version += 1
    membership.save()


def _let_in(membership: Membership, source: str, now: datetime) -> None:
    membership.state, membership.source, membership.joined_at = LIVE, source, now
    membership.ended_at, membership.reason, membership.claim_rule = None, "", None
    membership.version += 1
    membership.save()
    tell_member(membership, News.IN, now=now)


def _why_not_let_in(person: User, closed: ProgrammeError | None) -> ProgrammeError | None:
    """For the manager who would let this person in."""
    if not person.is_active:
        words = _("This account is closed. They can come back when they sign in again.")
        return ProgrammeError("account_closed", words)
    if closed or has_room(person):
        return closed
    words = _("They’re in %d programmes already, which is the most. They have to leave one first.")
    return ProgrammeError("too_many_programmes", words % settings.MAX_PROGRAMMES)


def _why_not_enter(person: User, invitation: Invitation) -> ProgrammeError | None:
    known = Membership.objects.filter(programme=invitation.programme, person=person).first()
    match known.state if known is not None else None:
        case MembershipState.REMOVED:
            words = _("A manager removed you from this programme, so its links don’t let you in. Ask a manager.")
            return ProgrammeError("removed", words)
        case MembershipState.DECLINED:
            words = _("A manager declined your request, so its links don’t let you in. Ask a manager.")
            return ProgrammeError("declined", words)
        case MembershipState.LIVE if invitation.needs_yes:
            words = _("You’re a member already, and this link is for new ones. Ask a manager to let you do more.")
            return ProgrammeError("link_needs_yes", words)
        case MembershipState.LIVE | MembershipState.ASKED:
            return None
    if has_room(person):
        return None
    words = _("You can be in up to %d programmes. Leave one first, on its page.") % settings.MAX_PROGRAMMES
    return ProgrammeError("too_many_programmes", words)


def has_room(person: User) -> bool:
    """Whether they can be in one more programme; those where they wait count, too."""
    return Membership.objects.filter(person=person, state__in=INSIDE).count() < settings.MAX_PROGRAMMES
