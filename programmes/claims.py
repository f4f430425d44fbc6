"""Claims by which sign-ins bring people into a programme: owners name them, and each sign-in follows them.

What a claim brought, it ends. Who came in another way is left as they are.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.providers.configuration import find_provider
from accounts.roles import may
from accounts.rules.roles import Power

from .errors import ProgrammeError
from .invitations import why_closed, why_over
from .managers import lock_programme
from .members import Entry, enter, has_room, let_go
from .models import LIVE, ClaimRule, Membership, MembershipState, Programme, Source

# What people write about themselves at many providers, so it says nothing about where they belong
OWN_WORDS = frozenset(
    [
        *("address", "birthdate", "displayname", "email", "emailaddress", "family_name", "firstname", "gender"),
        *("given_name", "givenname", "lastname", "locale", "mail", "middle_name", "name", "nickname", "phone_number"),
        *("picture", "preferred_username", "profile", "surname", "website", "zoneinfo"),
        *("urn:oid:0.9.2342.19200300.100.1.3", "urn:oid:2.16.840.1.113730.3.1.241"),
        *("urn:oid:2.5.4.4", "urn:oid:2.5.4.42"),
    ]
)


@dataclass(frozen=True, slots=True)
class ClaimInput:
    """`provider`: its id in the settings."""

    provider: str
    claim: str
    value: str
    gives: bool
    asks: bool


@dataclass(frozen=True, slots=True)
class ClaimOutcome:
    """The programmes that a sign-in has brought someone into, and those that it has ended."""

    joined: list[Programme] = field(default_factory=list)
    ended: list[Programme] = field(default_factory=list)


@transaction.atomic
def add_claim(*, programme: Programme, given: ClaimInput, by: User, now: datetime) -> ClaimRule:
    """Let people in of whom a provider says so, from their next sign-in with it on; `by` is an owner.

    Raises PermissionDenied, ProgrammeError `no_side`, `unknown_provider`, `no_claim`, `own_words`, `claim_taken`,
    `too_many_claims`.
    """
    if not may(by, Power.RUN):
        raise PermissionDenied
    programme = lock_programme(programme)
    live = ClaimRule.objects.live().filter(programme=programme)
    if refusal := _why_not_add(given):
        raise refusal
    if live.filter(provider=given.provider, claim=given.claim, value=given.value).exists():
        words = _("This is there already. Remove it first if you want to change it.")
        raise ProgrammeError("claim_taken", words, field="value")
    if live.count() >= settings.MAX_CLAIMS:
        words = _("A programme can have up to %d of these. Remove one first.") % settings.MAX_CLAIMS
        raise ProgrammeError("too_many_claims", words, field="value")
    return ClaimRule.objects.create(
        programme=programme,
        provider=given.provider,
        claim=given.claim,
        value=given.value,
        gives=given.gives,
        asks=given.asks,
        by=by,
        at=now,
    )


def _why_not_add(given: ClaimInput) -> ProgrammeError | None:
    if not (given.gives or given.asks):
        return ProgrammeError("no_side", _("Choose what these people can do."), field="sides")
    if find_provider(given.provider) is None:
        words = _("Nobody can sign in with this provider. Choose another one.")
        return ProgrammeError("unknown_provider", words, field="provider")
    for name in ("claim", "value"):
        if not getattr(given, name):
            words = _("Enter what the provider says, letter by letter.")
            return ProgrammeError("no_claim", words, field=name)
    if given.claim.rpartition("/")[2].lower() in OWN_WORDS:
        words = _("People often write this about themselves. Name what only your organisation sets, like groups.")
        return ProgrammeError("own_words", words, field="claim")
    return None


@transaction.atomic
def end_claim(*, programme: Programme, number: int, by: User, now: datetime) -> bool:
    """Members whom it brought stay. Returns whether there was such a claim. Raises PermissionDenied."""
    if not may(by, Power.RUN):
        raise PermissionDenied
    programme = lock_programme(programme)
    live = ClaimRule.objects.live().filter(programme=programme, pk=number)
    return live.update(ended_by=by, ended_at=now) > 0


def list_wanted(provider: str) -> Mapping[str, frozenset[str]]:
    """What rules ask of this provider: the values of each claim."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for claim, value in ClaimRule.objects.live().filter(provider=provider).values_list("claim", "value"):
        wanted[claim].add(value)
    return {claim: frozenset(values) for claim, values in wanted.items()}


@transaction.atomic
def follow_claims(*, person: User, provider: str, said: Mapping[str, Sequence[str]], now: datetime) -> ClaimOutcome:
    """Bring this person in where the provider they have signed in with says so, and end what it brought and denies.

    `said`: the values of each claim that it named. Of one that it didn't name, nothing is known and nothing follows.
    Who was removed or left isn't brought back, who came in another way stays as they are, and nobody becomes a manager.
    """
    followed = ClaimOutcome()
    [person] = User.objects.locked(person)
    readable = ClaimRule.objects.live().filter(provider=provider, claim__in=said).order_by("programme", "pk")
    by_programme: dict[Programme, list[ClaimRule]] = {}
    for rule in readable.select_related("programme"):
        by_programme.setdefault(rule.programme, []).append(rule)
    theirs = Membership.objects.filter(person=person, programme__in=by_programme).select_related("claim_rule")
    memberships = {one.programme_id: one for one in theirs}
    for programme, rules in by_programme.items():
        fitting = [rule for rule in rules if rule.value in said[rule.claim]]
        membership = memberships.get(programme.pk)
        if membership is not None and membership.state == LIVE:
            is_theirs = membership.claim_rule in rules
            if is_theirs and fitting:
                _keep(membership, fitting)
            elif is_theirs and why_over(programme, now) is None:
                let_go(membership, now=now, rule=membership.claim_rule)
                followed.ended.append(programme)
        elif fitting and _may_come(person, membership, programme, now):
            enter(person, programme, _entry_of(fitting), is_chosen=True, now=now)
            followed.joined.append(programme)
    return followed


def _keep(membership: Membership, fitting: Sequence[ClaimRule]) -> None:
    """They can do what the claims say beside what they could; nothing is taken away."""
    entry = _entry_of(fitting)
    membership.gives, membership.asks = membership.gives or entry.gives, membership.asks or entry.asks
    if membership.claim_rule not in fitting:
        membership.claim_rule = entry.rule
    membership.save(update_fields=["gives", "asks", "claim_rule"])


def _may_come(person: User, membership: Membership | None, programme: Programme, now: datetime) -> bool:
    """Who has never been in it, or whose membership nothing but a claim has ended."""
    if membership is not None and (membership.state != MembershipState.LEFT or membership.claim_rule is None):
        return False
    return why_closed(programme, now) is None and has_room(person)


def _entry_of(rules: Sequence[ClaimRule]) -> Entry:
    gives, asks = any(rule.gives for rule in rules), any(rule.asks for rule in rules)
    return Entry(gives, asks, Source.CLAIM, rule=rules[0])
