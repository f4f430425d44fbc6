"""Links into a programme: made, shown once, found, revoked."""

from dataclasses import astuple, dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.hashing import hash_text, secret_of_form

from .errors import ProgrammeError
from .managers import check_manages, lock_programme
from .models import Invitation, Programme, Stage
from .models.invitations import LONGEST, LinkStage

TOKEN_SIZE = 24


@dataclass(frozen=True, slots=True)
class LinkInput:
    """What a link lets people do, how many of them, and for how long. `label`: what managers call it."""

    gives: bool
    asks: bool
    most: int
    days: int
    needs_yes: bool = False
    label: str = ""


@transaction.atomic
def make_invitation(
    *, programme: Programme, given: LinkInput, by: User, now: datetime, key: str = ""
) -> tuple[Invitation, str]:
    """A link, and its token, which is never shown again. The same form (`key`) sent twice gets the same link.

    Raises PermissionDenied, ProgrammeError `no_side`, `bad_uses`, `bad_days`, `too_many_links`, and as `join` when the
    programme takes nobody.
    """
    programme = lock_programme(programme)
    check_manages(by, programme)
    if refusal := why_closed(programme, now):
        raise refusal
    token = secret_of_form(key, programme.pk, by.pk, *astuple(given), size=TOKEN_SIZE)
    links = Invitation.objects.filter(programme=programme)
    if made := links.filter(token_hash=hash_text(token)).first():
        if made.stage_at(now) == LinkStage.OPEN:
            return made, token
        token = secret_of_form("", size=TOKEN_SIZE)
    if not (given.gives or given.asks):
        raise ProgrammeError("no_side", _("Choose what people who come by this link can do."), field="asks")
    if not 1 <= given.most <= settings.MAX_INVITATION_USES:
        words = _("A link lets in between 1 and %d people. Choose a number in between.") % settings.MAX_INVITATION_USES
        raise ProgrammeError("bad_uses", words, field="most")
    if not 1 <= given.days <= LONGEST.days:
        words = _("A link works for between 1 and %d days. Choose a number in between.") % LONGEST.days
        raise ProgrammeError("bad_days", words, field="days")
    if links.open_at(now).count() >= settings.MAX_INVITATION_LINKS:
        words = _("You can have up to %d links at a time. Revoke one you don’t use.") % settings.MAX_INVITATION_LINKS
        raise ProgrammeError("too_many_links", words)
    made = Invitation.objects.create(
        programme=programme,
        label=given.label,
        token_hash=hash_text(token),
        gives=given.gives,
        asks=given.asks,
        needs_yes=given.needs_yes,
        most=given.most,
        made_by=by,
        made_at=now,
        expires_at=now + timedelta(days=given.days),
    )
    return made, token


@transaction.atomic
def revoke_invitation(*, programme: Programme, number: int, by: User, now: datetime) -> bool:
    """From now on nobody comes in by it. Returns whether the programme has such a link. Raises PermissionDenied."""
    programme = lock_programme(programme)
    check_manages(by, programme)
    links = Invitation.objects.filter(programme=programme, pk=number)
    links.filter(revoked_at=None).update(revoked_at=now)
    return links.exists()


def find_invitation(token: str) -> Invitation | None:
    links = Invitation.objects.select_related("programme")
    return links.filter(token_hash=hash_text(token)).first()


def why_closed(programme: Programme, now: datetime) -> ProgrammeError | None:
    match programme.stage_at(now):
        case Stage.OPEN:
            return None
        case Stage.CLOSED:
            words = _("This programme takes no new members now. A manager can open it again.")
            return ProgrammeError("programme_closed", words)
        case Stage.DRAFT:
            return ProgrammeError("programme_draft", _("This programme isn’t open yet. A manager opens it first."))
        case _:
            return why_over(programme, now)


def why_over(programme: Programme, now: datetime) -> ProgrammeError | None:
    """Why not even who has asked already can come into this programme now."""
    if programme.stage_at(now) not in (Stage.OVER, Stage.ARCHIVED):
        return None
    return ProgrammeError("programme_over", _("This programme is over. You can still find mentors without it."))


def why_not_use(invitation: Invitation, now: datetime) -> ProgrammeError | None:
    if refusal := why_closed(invitation.programme, now):
        return refusal
    match invitation.stage_at(now):
        case LinkStage.OPEN:
            return None
        case LinkStage.REVOKED:
            return ProgrammeError(
                "link_revoked", _("This link has been revoked. Ask the person who sent it for a new one.")
            )
        case LinkStage.ENDED:
            return ProgrammeError("link_ended", _("This link has expired. Ask the person who sent it for a new one."))
        case LinkStage.USED_UP:
            words = _("Everyone whom this link could let in has joined. Ask the person who sent it for a new one.")
            return ProgrammeError("link_used_up", words)
