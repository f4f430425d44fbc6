"""Appeals: made once by whom a decision is about, and decided by someone who didn't decide before."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from accounts.models import Trace, TracedAct, User
from accounts.roles import may
from accounts.rules.roles import Power

from .deadlines import APPEAL_DECIDED_WITHIN, APPEAL_WITHIN
from .errors import TrustError
from .evidence import check_read
from .models import Appeal, AppealOutcome, Case, CaseState, Sanction
from .notices import APPEAL, APPEAL_ANSWERED, APPEAL_KEY, APPEAL_RECEIVED, tell
from .reports import show_again
from .sanctions import lift_sanction


def is_key_of(sanction: Sanction, key: str) -> bool:
    """Whether this is what the mail about this removal carries."""
    return constant_time_compare(APPEAL_KEY.signature(str(sanction.uuid)), key)


def why_not_appeal(sanction: Sanction, *, now: datetime) -> TrustError | None:
    """For the page and the service."""
    if Appeal.objects.filter(sanction=sanction).exists():
        return TrustError("appealed", _("You’ve objected to this already. We’ll email you our answer."))
    if sanction.lifted_at or sanction.case.decided_at is None:
        return TrustError("over", _("This has been ended, so there’s nothing left to object to."))
    if now >= sanction.case.decided_at + APPEAL_WITHIN:
        return TrustError("too_late", _("You could object for 180 days. Write to us if something new has come up."))
    return None


@transaction.atomic
def make_appeal(*, sanction: Sanction, words: str, by: User, now: datetime) -> Appeal:
    """Raises TrustError `not_yours`, `appealed`, `over`, `too_late`."""
    if sanction.person_id != by.pk:
        raise TrustError("not_yours", _("This decision is about someone else."))
    User.objects.lock_rows(by)
    sanction = Sanction.objects.select_for_update(of=("self",)).select_related("case").get(pk=sanction.pk)
    if refusal := why_not_appeal(sanction, now=now):
        raise refusal
    due_at = now + APPEAL_DECIDED_WITHIN
    appeal = Appeal.objects.create(
        sanction=sanction, against_id=sanction.decided_by_id, by=by, words=words, at=now, due_at=due_at
    )
    Case.objects.filter(pk=sanction.case_id).update(state=CaseState.APPEALED, closes_at=None)
    tell(APPEAL_RECEIVED, by.pk, APPEAL, appeal.pk, now=now)
    return appeal


@transaction.atomic
def decide_appeal(*, appeal: Appeal, outcome: AppealOutcome, answer: str, by: User, now: datetime) -> Appeal:
    """The last word in a case. Upheld, the sanction ends now.

    Raises TrustError `own_decision`, `answered`, `unread`.
    """
    if not may(by, Power.APPEALS):
        raise PermissionDenied
    User.objects.lock_rows(appeal.by_id)
    rows = Appeal.objects.select_for_update(of=("self",)).select_related("sanction__case", "by")
    appeal = rows.get(pk=appeal.pk)
    sanction, case = appeal.sanction, appeal.sanction.case
    parties = {appeal.against_id, appeal.by_id, sanction.second_by_id}
    if by.pk in parties or case.reports.filter(by=by).exists():
        raise TrustError("own_decision", _("You have a part in this case. Someone else needs to answer the appeal."))
    if appeal.decided_at:
        raise TrustError("answered", _("This appeal has been answered in the meantime. Check what was decided."))
    check_read(case, by)
    appeal.decided_by, appeal.decided_at, appeal.outcome, appeal.answer = by, now, outcome, answer
    appeal.save(update_fields=["decided_by", "decided_at", "outcome", "answer"])
    if outcome == AppealOutcome.UPHELD:
        lift_sanction(sanction=sanction, by=by, now=now, is_told=False)
        show_again(case)
    Case.objects.filter(pk=case.pk).update(state=CaseState.DECIDED, closes_at=now)
    Trace.objects.create(by=by, act=TracedAct.APPEAL_DECIDED, about=appeal.by, subject=str(case.uuid), at=now)
    tell(APPEAL_ANSWERED, appeal.by_id, APPEAL, appeal.pk, now=now)
    return appeal
