"""Who has which role, who has lost their second step, and the log of what staff did. All are for owners."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import ABOUT_CASES, ABOUT_PROGRAMMES, FactorReset, LetterAct, StaffRole, Trace, TracedAct, User
from accounts.requests import SignedInRequest
from accounts.roles import RoleError, end_role, give_role, may, role_required
from accounts.rules.roles import ABOUT_ROLES, Power, StaffRoleName
from accounts.second_factor.lost import ResetError, approve_reset
from common.pages.requests import parse_number, post_data
from trust.models import Case, Seal
from trust.models.cases import CaseQuerySet

from .forms import EndRoleForm, RoleForm

MOST_ROLES, TRACES_AT_ONCE, LONGEST_NUMBER = 200, 50, 18
MOST_RESETS = 100
NAMES_ROLE = (TracedAct.ROLE_GIVEN, TracedAct.ROLE_ENDED)
NAMES_LETTER = (TracedAct.LETTER_PREPARED, TracedAct.LETTER_SIGNED, TracedAct.LETTER_DECLINED)


@dataclass(frozen=True, slots=True)
class LogLine:
    """`words` name its subject; `url` leads there, if its reader may open it. `case_of`: when its case was opened."""

    trace: Trace
    words: str
    url: str = ""
    case_of: datetime | None = None


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Power.RUN)
def staff_roles(request: SignedInRequest) -> HttpResponse:
    form = RoleForm(post_data(request))
    if form.is_bound and form.is_valid():
        person, role = form.cleaned_data["email"], form.cleaned_data["role"]
        try:
            give_role(person=person, role=role, by=request.user, now=timezone.now())
        except RoleError as refused:
            form.add_error("email", refused.as_form_error())
        else:
            words = _("%(name)s has a new role: %(role)s. We’ve told them.")
            messages.success(request, words % {"name": person.display_name, "role": role.label})
            return redirect("staff_roles")
    live = StaffRole.objects.filter(ended_at=None).select_related("person", "given_by")
    context = {
        "form": form,
        "roles": live.order_by("person__name", "person", "at")[:MOST_ROLES],
        "about": [(role.label, ABOUT_ROLES[role]) for role in StaffRoleName],
        "nav": "staff",
    }
    return render(request, "staff/roles.html", context, status=422 if form.errors else 200)


@require_http_methods(["POST"])
@role_required(Power.RUN)
def staff_role_end(request: SignedInRequest) -> HttpResponse:
    form = EndRoleForm(request.POST)
    person = User.objects.filter(uuid=form.cleaned_data["person"]).first() if form.is_valid() else None
    if person is None:
        raise Http404
    try:
        end_role(person=person, role=StaffRoleName(form.cleaned_data["role"]), by=request.user, now=timezone.now())
    except RoleError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("The role has ended. We’ve told %(name)s.") % {"name": person.display_name})
    return redirect("staff_roles")


@require_safe
@role_required(Power.RUN)
def staff_trace(request: SignedInRequest) -> HttpResponse:
    """Newest first. `?before=` is the number of a row: the page goes on with what is older.

    An owner doesn't learn here that there is a case about them.
    """
    before = parse_number(request.GET.get("before", ""), digits=LONGEST_NUMBER)
    rows = Trace.objects.select_related("by", "about").exclude(about=request.user, act__in=ABOUT_CASES).order_by("-pk")
    found = list((rows.filter(pk__lt=before) if before else rows)[: TRACES_AT_ONCE + 1])
    shown = found[:TRACES_AT_ONCE]
    older = f"?before={shown[-1].pk}" if len(found) > TRACES_AT_ONCE else ""
    seal = Seal.objects.order_by("day").last()
    lines = describe_log(shown, reader=request.user)
    context = {"lines": lines, "older": older, "seal": seal, "nav": "staff"}
    return render(request, "staff/trace.html", context)


def describe_log(traces: Sequence[Trace], *, reader: User) -> list[LogLine]:
    named = [trace.subject for trace in traces if trace.act in ABOUT_CASES]
    cases = {str(case.uuid): case for case in Case.objects.filter(uuid__in=named)}
    opens = set(_cases_open_to(reader).filter(pk__in=[case.pk for case in cases.values()]).values_list("pk", flat=True))

    def of_case(trace: Trace) -> LogLine:
        case = cases.get(trace.subject)
        if case is None:
            return LogLine(trace, _("A case"))
        if case.pk not in opens:
            return LogLine(trace, _("A case"), case_of=case.opened_at)
        return LogLine(trace, case.get_kind_display(), reverse("staff_case", args=[case.uuid]), case.opened_at)

    describe: dict[str, Callable[[Trace], LogLine]] = {
        TracedAct.SESSION: lambda trace: LogLine(
            trace, _("The session"), reverse("staff_session", args=[trace.subject])
        ),
        **dict.fromkeys(ABOUT_CASES, of_case),
        **dict.fromkeys(ABOUT_PROGRAMMES, _of_programme),
        **dict.fromkeys(NAMES_ROLE, lambda trace: LogLine(trace, _label(StaffRoleName, trace.subject))),
        **dict.fromkeys(NAMES_LETTER, lambda trace: LogLine(trace, _label(LetterAct, trace.subject))),
    }
    return [describe.get(trace.act, _as_it_stands)(trace) for trace in traces]


def _cases_open_to(reader: User) -> CaseQuerySet:
    return Case.objects.decidable_by(reader) if may(reader, Power.MODERATE) else Case.objects.none()


def _of_programme(trace: Trace) -> LogLine:
    return LogLine(trace, trace.subject, reverse("staff_programme", args=[trace.subject]))


def _as_it_stands(trace: Trace) -> LogLine:
    return LogLine(trace, trace.subject)


def _label(choices: type[StaffRoleName] | type[LetterAct], value: str) -> str:
    """A line stays when a choice is given up."""
    return str(dict(choices.choices).get(value, value))


@require_safe
@role_required(Power.RUN)
def staff_resets(request: SignedInRequest) -> HttpResponse:
    rows = FactorReset.objects.filter(ended_at=None).select_related("person", "first_by", "second_by")
    owners = User.objects.who_may(Power.RUN).count()
    context = {"resets": rows.order_by("asked_at", "pk")[:MOST_RESETS], "has_two_owners": owners > 1, "nav": "staff"}
    return render(request, "staff/resets.html", context)


@require_POST
@role_required(Power.RUN)
def staff_reset_approve(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    try:
        reset = approve_reset(uuid=uuid, by=request.user, now=timezone.now())
    except ResetError as refused:
        messages.error(request, refused.message, extra_tags=refused.code)
    else:
        done, half = _("Approved. It takes 24 hours from now."), _("Approved. Another owner has to agree.")
        messages.success(request, done if reset.due_at else half)
    return redirect("staff_resets")
