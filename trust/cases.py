"""Cases: taken by one of staff, read for a reason, and decided with a text."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Trace, TracedAct, User
from accounts.roles import may
from accounts.rules.roles import Power
from common.refusals import STALE

from .deadlines import APPEAL_WITHIN, READ_FOR, TAKEN_LATE_FOR
from .errors import TrustError
from .evidence import check_read
from .models import (
    ABOUT_SANCTIONS,
    KEEPS_HIDDEN,
    Case,
    CaseState,
    Opening,
    Outcome,
    Report,
    Rule,
    Sanction,
    SanctionKind,
)
from .models.cases import CaseQuerySet
from .models.sanctions import WITHOUT_END
from .notices import tell_reporters, tell_taken_over
from .reports import show_again
from .sanctions import begin_sanction, check_second, check_until
from .subjects import Subject, subject_named

# A note counts for a year, and stops nothing.
NOTED_FOR = timedelta(days=365)
# Of an event there is no person on whom anything could follow.
ABOUT_EVENTS = (Outcome.NOTHING, Outcome.NOTE)


@dataclass(frozen=True, slots=True)
class Decision:
    """`until`: when a limit, a break or a suspension ends."""

    outcome: Outcome
    rule: Rule
    text: str
    until: datetime | None = None


@transaction.atomic
def take_case(*, case: Case, by: User, now: datetime) -> Case:
    """From now on it is this person's to decide, also one that someone else has and that is overdue, who is told.

    Raises TrustError `taken`, `decided`, `own_case`.
    """
    case = _lock_case(case, by)
    if case.taken_by_id == by.pk and case.is_undecided:
        return case
    _refuse_decided(case)
    is_left = is_free(case)
    if not is_left and not can_be_taken_over(case, now=now):
        raise TrustError("taken", _("Someone else has just taken this case. Take the next one."))
    had = case.taken_by_id
    case.state, case.taken_by, case.taken_at, case.version = CaseState.TAKEN, by, now, case.version + 1
    case.save(update_fields=["state", "taken_by", "taken_at", "version"])
    note_act(case, TracedAct.CASE_TAKEN if is_left else TracedAct.CASE_TAKEN_OVER, by=by, now=now)
    if had and not is_left:
        tell_taken_over(case, had, now=now)
    return case


def can_be_taken_over(case: Case, *, now: datetime) -> bool:
    """Whether it is overdue, and who has it has had their time: until the deadline, or a day if they took it later."""
    if case.taken_at is None or not case.is_overdue(now):
        return False
    return case.taken_at < case.due_at or case.taken_at <= now - TAKEN_LATE_FOR


def narrow_to_free(cases: CaseQuerySet) -> CaseQuerySet:
    """Undecided ones that nobody has, or whose taker can't decide them now: without the role, or a party meanwhile."""
    deciders = User.objects.who_may(Power.MODERATE).values("pk")
    own = Report.objects.filter(case=OuterRef("pk"), by=OuterRef("taken_by"))
    return cases.undecided().filter(Q(taken_by=None) | ~Q(taken_by__in=deciders) | Exists(own))


def is_free(case: Case) -> bool:
    return narrow_to_free(Case.objects.filter(pk=case.pk)).exists()


@transaction.atomic
def release_case(*, case: Case, by: User, now: datetime) -> Case:
    """Give it back, so that someone else can take it.

    Raises TrustError `decided`, `not_taken`.
    """
    case = _lock_case(case, by)
    _refuse_decided(case)
    if case.taken_by_id != by.pk:
        raise _not_taken()
    case.state, case.taken_by, case.taken_at, case.version = CaseState.OPEN, None, None, case.version + 1
    case.save(update_fields=["state", "taken_by", "taken_at", "version"])
    note_act(case, TracedAct.CASE_RELEASED, by=by, now=now)
    return case


@transaction.atomic
def open_evidence(*, case: Case, reason: str, by: User, now: datetime) -> Opening:
    """Log why this person reads the evidence, which they can for an hour. Raises TrustError `not_taken`, `own_case`."""
    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    _refuse_party(case, by)
    if not may_read(case, by):
        raise _not_taken()
    return Opening.objects.create(case=case, by=by, reason=reason, at=now)


def may_read(case: Case, person: User) -> bool:
    """The one who has taken it; while it waits for a signature or for an appeal, those who may give these."""
    if may(person, Power.MODERATE) and case.taken_by_id == person.pk:
        return True
    sanction = Sanction.objects.filter(case=case).select_related("appeal").first()
    if sanction is None:
        return False
    if sanction.is_to_sign:
        return may(person, Power.SIGN) and sanction.decided_by_id != person.pk
    waits = case.state == CaseState.APPEALED
    return waits and may(person, Power.APPEALS) and person.pk not in (sanction.decided_by_id, sanction.second_by_id)


def is_open_to(case: Case, person: User, *, now: datetime) -> bool:
    """Whether they have said within the last hour why they read it."""
    return case.openings.filter(by=person, at__gt=now - READ_FOR).exists()


@transaction.atomic
def decide_case(*, case: Case, decision: Decision, by: User, now: datetime, seen: int) -> Case:
    """Decide a case that one has taken and read. `seen` is the version that was read.

    The person it is about and those who reported are told. What was hidden while it waited is shown again if nothing
    more than a note follows.
    Raises TrustError `stale`, `decided`, `not_taken`, `unread`, `own_case`, `not_about_events`, `until`, `no_second`,
    `nothing_to_remove`.
    """
    if case.about_id:
        User.objects.lock_rows(case.about_id)
    case = _lock_case(case, by)
    _refuse_decided(case)
    if case.version != seen:
        said = _("This case has changed since you opened it: someone reported more, or added to it. Read it again.")
        raise TrustError(STALE, said)
    if case.taken_by_id != by.pk:
        raise _not_taken()
    check_read(case, by)
    sanction = _prepare_sanction(case, decision, by=by, now=now)
    outcome = decision.outcome
    case.state, case.decided_by, case.decided_at = CaseState.DECIDED, by, now
    case.outcome, case.rule, case.text = outcome, decision.rule, decision.text
    case.closes_at = now + APPEAL_WITHIN if sanction else now
    case.version += 1
    case.save()
    if outcome == Outcome.CONTENT:
        _remove_content(case, by=by, now=now)
    elif outcome not in KEEPS_HIDDEN:
        show_again(case)
    if sanction:
        sanction.save(force_insert=True)
        if not sanction.is_to_sign:
            begin_sanction(sanction, now=now)
    note_act(case, TracedAct.CASE_DECIDED, by=by, now=now)
    # Of a removal that waits for its second signature, they are told once it has that: it may still come to nothing.
    if sanction is None or not sanction.is_to_sign:
        tell_reporters(case, now=now)
    return case


def _prepare_sanction(case: Case, decision: Decision, *, by: User, now: datetime) -> Sanction | None:
    if case.about is None:
        if decision.outcome not in ABOUT_EVENTS:
            said = _("This case is about an event, so nothing can follow for one person. Choose a note instead.")
            raise TrustError("not_about_events", said)
        return None
    if decision.outcome not in ABOUT_SANCTIONS:
        return None
    kind = SanctionKind(decision.outcome)
    if kind == SanctionKind.CONTENT and not removable(case):
        said = _("What was reported here can’t be removed by a decision. Choose another outcome.")
        raise TrustError("nothing_to_remove", said)
    if kind != SanctionKind.NOTE:
        check_second(by, case.about, kind)
    until = None
    if kind == SanctionKind.NOTE:
        until = now + NOTED_FOR
    elif kind not in WITHOUT_END:
        until = check_until(decision.until, now=now)
    begins = None if kind == SanctionKind.REMOVAL else now
    return Sanction(case=case, person=case.about, kind=kind, begins=begins, until=until, decided_by=by)


def removable(case: Case) -> list[tuple[Subject, int]]:
    """What a decision can remove of what was reported or found by a rule in this case."""
    found = case.signals.values_list("subject_type", "subject_id")
    reported = sorted({*case.reports.values_list("subject_type", "subject_id"), *found})
    subjects = [(subject_named(kind), pk) for kind, pk in reported]
    return [(subject, pk) for subject, pk in subjects if subject and subject.remove]


def _remove_content(case: Case, *, by: User, now: datetime) -> None:
    for subject, pk in removable(case):
        if subject.remove:
            subject.remove(pk, by, now)


def reports_in(case: Case) -> QuerySet[Report]:
    return case.reports.select_related("by").prefetch_related("additions").order_by("at", "pk")


def note_act(case: Case, act: TracedAct, *, by: User, now: datetime) -> None:
    Trace.objects.create(by=by, act=act, about=case.about, subject=str(case.uuid), at=now)


def _lock_case(case: Case, by: User) -> Case:
    if not may(by, Power.MODERATE):
        raise PermissionDenied
    fresh = Case.objects.select_for_update(of=("self",)).select_related("about").get(pk=case.pk)
    _refuse_party(fresh, by)
    return fresh


def _refuse_party(case: Case, by: User) -> None:
    if case.about_id == by.pk or case.reports.filter(by=by).exists():
        raise TrustError("own_case", _("You have a part in this case. Someone else needs to decide."))


def _refuse_decided(case: Case) -> None:
    if not case.is_undecided:
        raise TrustError("decided", _("This case has been decided in the meantime. Check what was decided."))


def _not_taken() -> TrustError:
    return TrustError("not_taken", _("You don’t have this case. Take it first, or take another one."))
