"""Domains whose people belong to a programme: an owner names them, and takes them away."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import may
from accounts.rules.roles import Power
from common.mail.addresses import canonical_address

from .errors import ProgrammeError
from .managers import lock_programme
from .models import DomainRule, Programme
from .models.free_mail import FREE_MAIL


@dataclass(frozen=True, slots=True)
class DomainInput:
    domain: str
    gives: bool
    asks: bool
    needs_yes: bool


@transaction.atomic
def add_domain(*, programme: Programme, given: DomainInput, by: User, now: datetime) -> DomainRule:
    """Let people in who have a proven address there, from their next sign-in on; `by` is an owner.

    Raises PermissionDenied, ProgrammeError `no_side`, `bad_domain`, `free_mail`, `domain_taken`, `too_many_domains`.
    """
    if not may(by, Power.RUN):
        raise PermissionDenied
    programme = lock_programme(programme)
    if not (given.gives or given.asks):
        raise ProgrammeError("no_side", _("Choose what people with such an address can do."), field="sides")
    domain = read_domain(given.domain)
    if domain in FREE_MAIL:
        words = _("Anyone can get an address at %s. Name a domain whose addresses only your organisation gives out.")
        raise ProgrammeError("free_mail", words % domain, field="domain")
    known = DomainRule.objects.live().filter(programme=programme)
    if known.filter(domain=domain).exists():
        words = _("This domain is there already. Remove it first if you want to change it.")
        raise ProgrammeError("domain_taken", words, field="domain")
    if known.count() >= settings.MAX_DOMAINS:
        words = _("A programme can have up to %d domains. Remove one first.") % settings.MAX_DOMAINS
        raise ProgrammeError("too_many_domains", words, field="domain")
    return DomainRule.objects.create(
        programme=programme,
        domain=domain,
        gives=given.gives,
        asks=given.asks,
        needs_yes=given.needs_yes,
        by=by,
        at=now,
    )


@transaction.atomic
def end_domain(*, programme: Programme, number: int, by: User, now: datetime) -> bool:
    """Members whom it brought stay. Returns whether there was such a domain. Raises PermissionDenied."""
    if not may(by, Power.RUN):
        raise PermissionDenied
    programme = lock_programme(programme)
    live = DomainRule.objects.live().filter(programme=programme, pk=number)
    return live.update(ended_by=by, ended_at=now) > 0


def read_domain(text: str) -> str:
    """As our addresses have it. Raises ProgrammeError `bad_domain`."""
    try:
        return canonical_address(f"someone@{text.strip().removeprefix('@')}").partition("@")[2]
    except ValidationError:
        words = _("Enter the part of an address after the @, like example.org.")
        raise ProgrammeError("bad_domain", words, field="domain") from None
