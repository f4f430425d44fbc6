"""What follows from a decision: what a person can't do for a while, who signs a removal, and how it ends."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum, auto

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.hooks import announce_person
from accounts.models import Trace, TracedAct, User
from accounts.privacy.hooks import on_leaving
from accounts.roles import may
from accounts.rules.roles import Power
from common.times import day_text

from .errors import TrustError
from .evidence import check_read
from .models import Case, CaseState, Sanction, SanctionKind
from .models.sanctions import ENDS_WHAT_IS_AHEAD
from .notices import DECIDED, LIFTED, SANCTION, tell, tell_reporters

LONGEST = timedelta(days=730)
AT_ONCE = 100


class Doing(StrEnum):
    """What a sanction can keep someone from."""

    # Booking, asking in writing, registering for an event
    ASK = auto()
    # Accepting, rescheduling, being booked
    MEET = auto()
    # Messages and files
    WRITE = auto()


EVERYTHING = frozenset(Doing)
BARS: dict[str, frozenset[Doing]] = {
    SanctionKind.LIMIT: frozenset({Doing.ASK}),
    SanctionKind.BREAK: EVERYTHING,
    SanctionKind.SUSPENSION: EVERYTHING,
    SanctionKind.REMOVAL: EVERYTHING,
}
# Each is told, in the transaction in which it happens, of a sanction that begins, and of one that ends or is lifted.
when_sanctioned: list[Callable[[Sanction, datetime], None]] = []
when_ended: list[Callable[[Sanction, datetime], None]] = []


def kinds_that_bar(doing: Doing) -> list[str]:
    return [kind for kind, barred in BARS.items() if doing in barred]


def why_barred(person: User, doing: Doing, *, now: datetime) -> TrustError | None:
    """Why this person can't do this at the moment, because of what was decided about them. Each service asks this."""
    sanctions = Sanction.objects.in_force(now).filter(person=person, kind__in=kinds_that_bar(doing))
    ends = list(sanctions.values_list("until", flat=True))
    if not ends:
        return None
    known = [until for until in ends if until]
    if len(known) < len(ends):
        return TrustError("barred", _("You can’t do this here any more. We’ve emailed you why, and how to object."))
    day = day_text(max(known), person.zone_name, now)
    words = _("You can’t do this until %(day)s. We’ve emailed you why, and how to object.")
    return TrustError("barred", words % {"day": day})


def check_until(until: datetime | None, *, now: datetime) -> datetime:
    """Raises TrustError `until`."""
    if until is None or until.tzinfo is None or not now < until <= now + LONGEST:
        words = _("Choose an end that is ahead, within two years.")
        raise TrustError("until", words, field="until")
    return until


def check_second(by: User, about: User, kind: str) -> None:
    """Another person has to be there who can decide an appeal, and an owner who can sign a removal.

    Raises TrustError `no_second`.
    """
    powers = [Power.APPEALS, *([Power.SIGN] if kind == SanctionKind.REMOVAL else [])]
    parties = (by.pk, about.pk)
    if all(User.objects.who_may(power).exclude(pk__in=parties).exists() for power in powers):
        return
    words = _("Nobody else could decide an appeal or sign this. Give another person a role first, or choose a note.")
    raise TrustError("no_second", words)


def begin_sanction(sanction: Sanction, *, now: datetime) -> None:
    """Its person is locked, and so is everything that they book meanwhile."""
    if sanction.kind == SanctionKind.REMOVAL:
        User.objects.filter(pk=sanction.person_id).update(is_active=False)
    for act in when_sanctioned:
        act(sanction, now)
    tell(DECIDED, sanction.person_id, SANCTION, sanction.pk, now=now)
    if sanction.kind in ENDS_WHAT_IS_AHEAD:
        # Acts on sessions lock their own people: not in this transaction. The clock repeats what fails.
        transaction.on_commit(lambda: _end_ahead_of(sanction.pk, now=now), robust=True)


@transaction.atomic
def sign_second(*, sanction: Sanction, by: User, now: datetime) -> Sanction:
    """An owner who didn't decide it, and has read the evidence, signs a removal, which begins with that.

    Raises TrustError `signed`, `own_case`, `unread`.
    """
    sanction = _lock_to_sign(sanction, by)
    check_read(sanction.case, by)
    sanction.second_by, sanction.begins = by, now
    sanction.save(update_fields=["second_by", "begins"])
    Trace.objects.create(by=by, act=TracedAct.SIGNED, about=sanction.person, subject=str(sanction.case.uuid), at=now)
    begin_sanction(sanction, now=now)
    tell_reporters(sanction.case, now=now)
    return sanction


@transaction.atomic
def refuse_second(*, sanction: Sanction, by: User, now: datetime) -> Case:
    """The owner doesn't sign: the case is to be decided once more.

    Raises TrustError `signed`, `own_case`, `other_case`.
    """
    sanction = _lock_to_sign(sanction, by)
    case = Case.objects.select_for_update(of=("self",)).get(pk=sanction.case_id)
    if Case.objects.undecided().filter(about=sanction.person_id).exists():
        said = _("They’ve been reported again. Sign this, or wait until the newer case about them is decided.")
        raise TrustError("other_case", said)
    sanction.delete()
    case.state, case.closes_at, case.version = CaseState.TAKEN, None, case.version + 1
    case.decided_by = case.decided_at = None
    case.outcome = case.rule = case.text = ""
    case.save()
    Trace.objects.create(by=by, act=TracedAct.NOT_SIGNED, about=sanction.person, subject=str(case.uuid), at=now)
    return case


def _lock_to_sign(sanction: Sanction, by: User) -> Sanction:
    if not may(by, Power.SIGN):
        raise PermissionDenied
    User.objects.lock_rows(sanction.person_id)
    fresh = Sanction.objects.select_for_update(of=("self",)).select_related("case", "person").filter(pk=sanction.pk)
    found = fresh.first()
    if found is None or not found.is_to_sign:
        raise TrustError("signed", _("This doesn’t wait for a signature any more. Check what was decided."))
    if not Sanction.objects.signable_by(by).filter(pk=found.pk).exists():
        raise TrustError("own_case", _("You have a part in this case. Someone else needs to sign."))
    return found


@transaction.atomic
def lift_sanction(*, sanction: Sanction, by: User, now: datetime, is_told: bool = True) -> Sanction:
    """End it early. Twice does no harm. Raises TrustError `own_case`."""
    if not (may(by, Power.MODERATE) or may(by, Power.APPEALS)):
        raise PermissionDenied
    User.objects.lock_rows(sanction.person_id)
    fresh = Sanction.objects.select_for_update(of=("self",)).select_related("case", "person").get(pk=sanction.pk)
    if by.pk == fresh.person_id:
        raise TrustError("own_case", _("You have a part in this case. Someone else needs to decide."))
    if fresh.lifted_at or fresh.ended_at or fresh.begins is None:
        return fresh
    fresh.lifted_at, fresh.lifted_by = now, by
    fresh.save(update_fields=["lifted_at", "lifted_by"])
    _undo(fresh, now=now)
    Trace.objects.create(by=by, act=TracedAct.LIFTED, about=fresh.person, subject=str(fresh.case.uuid), at=now)
    if is_told:
        tell(LIFTED, fresh.person_id, SANCTION, fresh.pk, now=now)
    return fresh


def _undo(sanction: Sanction, *, now: datetime) -> None:
    """What it did to the account and the profile. Sessions that ended stay ended."""
    Sanction.objects.filter(pk=sanction.pk).update(ended_at=now)
    if sanction.kind == SanctionKind.REMOVAL and not sanction.person.erasures.filter(ended_at=None).exists():
        User.objects.filter(pk=sanction.person_id).update(is_active=True)
        transaction.on_commit(lambda: announce_person(User.objects.get(pk=sanction.person_id)), robust=True)
    for act in when_ended:
        act(sanction, now)


def run_sanctions(*, now: datetime) -> int:
    """End what has come to its end, and what lies ahead of people where that failed before. Returns how many."""
    over = Sanction.objects.filter(until__lte=now, ended_at=None, lifted_at=None).order_by("pk")[:AT_ONCE]
    ended = sum(_end_one(sanction, now=now) for sanction in over)
    waiting = Sanction.objects.in_force(now).filter(kind__in=ENDS_WHAT_IS_AHEAD, ahead_ended_at=None).order_by("pk")
    return ended + sum(_end_ahead_of(pk, now=now) for pk in waiting.values_list("pk", flat=True)[:AT_ONCE])


@transaction.atomic
def _end_one(sanction: Sanction, *, now: datetime) -> bool:
    User.objects.lock_rows(sanction.person_id)
    fresh = Sanction.objects.select_for_update(of=("self",)).select_related("case", "person").get(pk=sanction.pk)
    if fresh.ended_at or fresh.lifted_at or fresh.until is None or fresh.until > now:
        return False
    _undo(fresh, now=now)
    return True


def _end_ahead_of(pk: int, *, now: datetime) -> bool:
    sanction = Sanction.objects.in_force(now).select_related("person").filter(pk=pk, ahead_ended_at=None).first()
    if sanction is None:
        return False
    announce_person(sanction.person)
    for end in on_leaving:
        end(sanction.person, now)
    return Sanction.objects.filter(pk=pk, ahead_ended_at=None).update(ahead_ended_at=now) == 1
