"""Cases: a queue without anyone's words, and one case, taken, read for a reason that is logged, and decided."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.requests import SignedInRequest
from accounts.roles import may, role_required
from accounts.rules.roles import Power
from common.pages.stored import stored_file
from common.pages.tabs import tab_links
from trust.cases import (
    ABOUT_EVENTS,
    Decision,
    can_be_taken_over,
    decide_case,
    is_free,
    is_open_to,
    may_read,
    narrow_to_free,
    open_evidence,
    release_case,
    removable,
    take_case,
)
from trust.forms import DecisionForm, OpeningForm
from trust.models import ABOUT_SANCTIONS, Case, Exhibit, Outcome, Rule, Sanction
from trust.sanctions import lift_sanction

from .case_facts import describe_case
from .presses import Acts, act_on_press, pressed

PAGE_SIZE = 20
WAITING, MINE, DECIDED = "waiting", "mine", "decided"
TABS = {WAITING: gettext_lazy("To decide"), MINE: gettext_lazy("Yours"), DECIDED: gettext_lazy("Decided")}


@dataclass(frozen=True, slots=True)
class CaseRow:
    case: Case
    is_overdue: bool
    reports: int


@require_safe
@role_required(Power.MODERATE)
def staff_cases(request: SignedInRequest) -> HttpResponse:
    tab, now = request.GET.get("state", WAITING), timezone.now()
    if tab not in TABS:
        raise Http404
    lists = list_cases(request.user)
    page = Paginator(lists[tab], PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [CaseRow(case, case.is_overdue(now), len(case.reports.all())) for case in page],
        "tab": tab,
        "tabs": tab_links(TABS, tab, counts={key: lists[key].count() for key in (WAITING, MINE)}),
        "first": next_case(request.user),
        "nav": "cases",
    }
    return render(request, "staff/cases.html", context)


def list_cases(reader: User) -> dict[str, QuerySet[Case]]:
    mine = Case.objects.decidable_by(reader).select_related("about", "taken_by").prefetch_related("reports")
    undecided = mine.undecided().order_by("due_at", "pk")
    return {
        WAITING: undecided,
        MINE: undecided.filter(taken_by=reader),
        DECIDED: mine.settled().order_by("-decided_at", "-pk"),
    }


def next_case(reader: User, *, after: Case | None = None) -> Case | None:
    """The one that is due first and that nobody has taken."""
    waiting = narrow_to_free(Case.objects.decidable_by(reader)).order_by("due_at", "pk")
    return (waiting.exclude(pk=after.pk) if after else waiting).first()


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Power.MODERATE)
def staff_case(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One form at a time: take it, say why to read, decide; afterwards end what was decided."""
    readable = Case.objects.decidable_by(request.user).select_related("about", "taken_by", "decided_by")
    case, now = get_object_or_404(readable, uuid=uuid), timezone.now()
    act = pressed(request)
    opening = OpeningForm(request.POST if act == "open" else None)
    form = DecisionForm(request.POST if act == "decide" else None, outcomes=outcomes_for(case), case=case)
    sent = {"open": opening, "decide": form}.get(act)
    result = act_on_press(request, ACTS, case, sent, now=now)
    if result.is_done:
        messages.success(request, str(DONE[act]))
        following = next_case(request.user, after=case) if act == "decide" else case
        return redirect("staff_case", following.uuid) if following else redirect("staff_cases")
    if result.error and result.error.is_stale:
        case = readable.get(uuid=uuid)
        form.show_version(case.version)
    context = describe_case(case, request.user, now=now) | {
        "opening": opening,
        "form": form,
        "error": result.error,
        "sent": sent,
        "is_mine": case.taken_by_id == request.user.pk,
        "is_free": is_free(case),
        "is_left_late": can_be_taken_over(case, now=now),
        "can_lift": may_be_lifted(case, request.user, now=now),
    }
    return render(request, "staff/case.html", context, status=result.status)


def outcomes_for(case: Case) -> list[Outcome]:
    if case.about_id is None:
        return list(ABOUT_EVENTS)
    outcomes = [Outcome.NOTHING, *ABOUT_SANCTIONS]
    return outcomes if removable(case) else [one for one in outcomes if one != Outcome.CONTENT]


def may_be_lifted(case: Case, reader: User, *, now: datetime) -> bool:
    sanction = Sanction.objects.filter(case=case).first()
    return bool(sanction and sanction.is_in_force(now) and may(reader, Power.MODERATE))


def decide(case: Case, by: User, now: datetime, said: dict[str, Any]) -> object:
    until = now + timedelta(days=int(said["days"])) if said["days"] else None
    decision = Decision(Outcome(said["outcome"]), Rule(said["rule"]), said["text"], until)
    return decide_case(case=case, decision=decision, by=by, now=now, seen=said["seen"])


def lift(case: Case, by: User, now: datetime, said: dict[str, Any]) -> object:
    return lift_sanction(sanction=get_object_or_404(Sanction, case=case), by=by, now=now)


ACTS: Acts[Case] = {
    "take": lambda case, by, now, said: take_case(case=case, by=by, now=now),
    "release": lambda case, by, now, said: release_case(case=case, by=by, now=now),
    "open": lambda case, by, now, said: open_evidence(case=case, reason=said["reason"], by=by, now=now),
    "decide": decide,
    "lift": lift,
}
DONE = {
    "take": gettext_lazy("The case is yours."),
    "release": gettext_lazy("Someone else can take it now."),
    "open": gettext_lazy("You can read the evidence for an hour."),
    "decide": gettext_lazy("Decided. We’ve told everyone concerned."),
    "lift": gettext_lazy("It has ended. We’ve told them."),
}


@require_safe
@role_required(Power.APPEALS)
def staff_exhibit(request: SignedInRequest, uuid: UUID, number: int) -> FileResponse:
    """The file that is evidence, for who has said within the hour why they read it."""
    case = get_object_or_404(Case.objects.decidable_by(request.user), uuid=uuid)
    exhibit = get_object_or_404(Exhibit.objects.filter(case=case).exclude(file=""), pk=number)
    if not (may_read(case, request.user) and is_open_to(case, request.user, now=timezone.now())):
        raise Http404
    # Whatever it is, it is only ever saved: no browser shows it as a page of ours.
    name = f"evidence-{exhibit.pk}.bin"
    return stored_file(exhibit.file, content_type="application/octet-stream", filename=name)
