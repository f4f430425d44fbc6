"""Appeals to answer and removals to sign, by people who had no part in the decision."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.requests import SignedInRequest
from accounts.roles import may, role_required
from accounts.rules.roles import Power
from trust.appeals import decide_appeal
from trust.cases import may_read, open_evidence
from trust.evidence import has_read
from trust.forms import AnswerForm, OpeningForm
from trust.models import Appeal, AppealOutcome, Sanction
from trust.sanctions import refuse_second, sign_second

from .case_facts import describe_case
from .presses import Acts, act_on_press, pressed

MOST_ANSWERED = 20


@require_safe
@role_required(Power.APPEALS)
def staff_appeals(request: SignedInRequest) -> HttpResponse:
    now, reader = timezone.now(), request.user
    theirs = Appeal.objects.decidable_by(reader).select_related("sanction__case", "by", "decided_by")
    to_sign = Sanction.objects.signable_by(reader) if may(reader, Power.SIGN) else Sanction.objects.none()
    context = {
        "waiting": [(appeal, appeal.due_at < now) for appeal in theirs.waiting().order_by("due_at", "pk")],
        "answered": theirs.exclude(decided_at=None).order_by("-decided_at")[:MOST_ANSWERED],
        "to_sign": to_sign.select_related("case", "person", "decided_by").order_by("pk"),
        "nav": "cases",
    }
    return render(request, "staff/appeals.html", context)


def may_be_signed(sanction: Sanction, reader: User) -> bool:
    return may(reader, Power.SIGN) and Sanction.objects.signable_by(reader).filter(pk=sanction.pk).exists()


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Power.APPEALS)
def staff_appeal(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One decision: to sign, or with the appeal against it."""
    sanction, now = find_sanction(uuid, request.user), timezone.now()
    act = pressed(request)
    opening = OpeningForm(request.POST if act == "open" else None)
    form = AnswerForm(request.POST if act == "answer" else None)
    sent = {"open": opening, "answer": form}.get(act)
    result = act_on_press(request, ACTS, sanction, sent, now=now)
    if result.is_done:
        messages.success(request, str(DONE[act]))
        return redirect("staff_appeal", uuid) if act == "open" else redirect("staff_appeals")
    appeal = appeal_of(sanction)
    context = describe_case(sanction.case, request.user, now=now) | {
        "sanction": sanction,
        "appeal": appeal,
        "can_sign": may_be_signed(sanction, request.user),
        "has_read": has_read(sanction.case, request.user),
        "can_read": may_read(sanction.case, request.user),
        "opening": opening,
        "form": form,
        "error": result.error,
        "sent": sent,
    }
    return render(request, "staff/appeal.html", context, status=result.status)


def find_sanction(uuid: UUID, reader: User) -> Sanction:
    """Raises Http404 for one that doesn't wait and was never appealed against, and for those of a party to the case."""
    found = Sanction.objects.select_related("case__about", "person", "decided_by", "second_by").exclude(person=reader)
    sanction = get_object_or_404(found.exclude(case__reports__by=reader), uuid=uuid)
    appeal = appeal_of(sanction)
    shown = Appeal.objects.decidable_by(reader).filter(sanction=sanction).exists() if appeal else False
    if not (shown or may_be_signed(sanction, reader)):
        raise Http404
    return sanction


def appeal_of(sanction: Sanction) -> Appeal | None:
    return Appeal.objects.select_related("by", "decided_by").filter(sanction=sanction).first()


def answer(sanction: Sanction, by: User, now: datetime, said: dict[str, Any]) -> object:
    appeal = appeal_of(sanction)
    if appeal is None:
        raise Http404
    outcome = AppealOutcome(said["outcome"])
    return decide_appeal(appeal=appeal, outcome=outcome, answer=said["answer"], by=by, now=now)


ACTS: Acts[Sanction] = {
    "open": lambda sanction, by, now, said: open_evidence(case=sanction.case, reason=said["reason"], by=by, now=now),
    "answer": answer,
    "sign": lambda sanction, by, now, said: sign_second(sanction=sanction, by=by, now=now),
    "refuse": lambda sanction, by, now, said: refuse_second(sanction=sanction, by=by, now=now),
}
DONE = {
    "open": gettext_lazy("You can read the evidence for an hour."),
    "answer": gettext_lazy("Answered. We’ve told them."),
    "sign": gettext_lazy("Signed. The account is closed, and we’ve told them."),
    "refuse": gettext_lazy("Not signed. The case waits for another decision."),
}
