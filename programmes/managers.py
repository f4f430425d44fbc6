"""Programmes and who manages them: made, named, ended."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.hooks import Area
from accounts.models import Trace, TracedAct, User
from accounts.roles import may
from accounts.rules.roles import Power
from accounts.tokens import stop_tokens_for

from .errors import ProgrammeError
from .models import Directory, Manager, Programme
from .notices import tell_manager


@dataclass(frozen=True, slots=True)
class ProgrammeInput:
    slug: str
    name: str
    line: str
    first_day: date
    last_day: date | None
    timezone: str
    language: str
    directory: Directory


def area_of(slug: str) -> str:
    """The key of the area to which a token of a manager is for this programme alone."""
    return f"programmes/{slug}"


def list_areas(person: User) -> list[Area]:
    awake = set(Programme.objects.managed_by(person).values_list("pk", flat=True))
    managed = Programme.objects.with_manager(person).order_by("name")
    return [Area(area_of(one.slug), one.name, one.pk in awake) for one in managed]


def lock_programme(programme: Programme) -> Programme:
    """Fresh, and locked against others who change its managers or links. People are locked before it."""
    return Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)


def check_manages(person: User, programme: Programme) -> None:
    """Raises PermissionDenied for everyone who doesn't manage this programme, whatever they do elsewhere."""
    if not Programme.objects.managed_by(person).filter(pk=programme.pk).exists():
        raise PermissionDenied


def why_bad_days(first_day: date, last_day: date | None) -> ProgrammeError | None:
    if last_day is None or last_day >= first_day:
        return None
    words = _("The last day is before the first. Choose the first day or a later one.")
    return ProgrammeError("bad_days", words, field="last_day")


def why_name_taken(name: str, *, but: Programme | None = None) -> ProgrammeError | None:
    others = Programme.objects.exclude(pk=but.pk) if but else Programme.objects.all()
    if not others.filter(name=name).exists():
        return None
    words = _("There’s a programme with this name already. Choose another name.")
    return ProgrammeError("name_taken", words, field="name")


@transaction.atomic
def open_programme(*, given: ProgrammeInput, manager: User, by: User, now: datetime) -> Programme:
    """Make a draft of a programme, with a first manager, who opens it to members; `by` is an owner.

    Raises PermissionDenied, ProgrammeError `bad_days`, `slug_taken`, `name_taken`, and as `give_manager`.
    """
    if not may(by, Power.RUN):
        raise PermissionDenied
    if refusal := why_bad_days(given.first_day, given.last_day):
        raise refusal
    # The owners too: of two who choose the same name at one moment, the second is told.
    User.objects.lock_with_owners(manager)
    if Programme.objects.filter(slug=given.slug).exists():
        words = _("There’s a programme at this address already. Choose another address.")
        raise ProgrammeError("slug_taken", words, field="slug")
    if refusal := why_name_taken(given.name):
        raise refusal
    made = Programme.objects.create(**asdict(given), made_at=now)
    give_manager(programme=made, person=manager, by=by, now=now)
    return made


@transaction.atomic
def give_manager(*, programme: Programme, person: User, by: User, now: datetime) -> Manager:
    """Let someone manage a programme; `by` is an owner, or manages it. They are told.

    Raises PermissionDenied, ProgrammeError `own_role`, `account_closed`, `has_role`, `too_many_managers`.
    """
    [person] = User.objects.locked(person)
    programme = lock_programme(programme)
    check_runs_or_manages(by, programme)
    if person.pk == by.pk:
        words = _("Nobody makes themselves a manager. Choose someone else, or ask another owner.")
        raise ProgrammeError("own_role", words, field="email")
    if not person.is_active:
        words = _("This account is closed. Choose someone who can sign in.")
        raise ProgrammeError("account_closed", words, field="email")
    live = Manager.objects.live().filter(programme=programme)
    if live.filter(person=person).exists():
        words = _("They manage this programme already. Choose someone else.")
        raise ProgrammeError("has_role", words, field="email")
    if live.count() >= settings.MAX_MANAGERS:
        words = _("A programme has at most %d managers. End one’s role first.") % settings.MAX_MANAGERS
        raise ProgrammeError("too_many_managers", words, field="email")
    # Of an account that was closed and is open again: the old role isn't theirs any more.
    Manager.objects.filter(programme=programme, person=person, ended_at=None).update(ended_at=now)
    stop_tokens_for(person, area_of(programme.slug))
    named = Manager.objects.create(programme=programme, person=person, given_by=by, at=now)
    tell_manager(named, now=now)
    return named


@transaction.atomic
def end_manager(*, programme: Programme, person: User, by: User, now: datetime) -> None:
    """Take a manager's role away, or give up one's own. They are told. Twice does no harm.

    Raises PermissionDenied, ProgrammeError `last_manager`.
    """
    User.objects.locked(person)
    programme = lock_programme(programme)
    check_runs_or_manages(by, programme)
    live = Manager.objects.live().filter(programme=programme)
    if live.filter(person=person).exists() and not live.exclude(person=person).exists():
        words = _("This is the only manager. Name another one first.")
        raise ProgrammeError("last_manager", words)
    ended = Manager.objects.filter(programme=programme, person=person, ended_at=None).first()
    if ended is None:
        return
    ended.ended_at = now
    ended.save(update_fields=["ended_at"])
    stop_tokens_for(person, area_of(programme.slug))
    Trace.objects.create(by=by, act=TracedAct.MANAGER_ENDED, about=person, subject=programme.slug, at=now)
    tell_manager(ended, now=now, by=by)


def end_roles_of(person: User, now: datetime) -> None:
    """Of someone who leaves for good. A programme that has no manager then waits for an owner to name one."""
    roles = Manager.objects.filter(person=person, ended_at=None)
    for slug in roles.values_list("programme__slug", flat=True):
        stop_tokens_for(person, area_of(slug))
    roles.update(ended_at=now)


def check_runs_or_manages(by: User, programme: Programme) -> None:
    """Raises PermissionDenied for everyone who neither is an owner nor manages this programme."""
    if not may(by, Power.RUN):
        check_manages(by, programme)
