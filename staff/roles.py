"""Who has which role, who has lost their second step, and the log of what staff did. All are for owners."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import ABOUT_PROGRAMMES, FactorReset, StaffRole, Trace, User
from accounts.requests import SignedInRequest
from accounts.roles import RoleError, end_role, give_role, role_required
from accounts.rules.roles import ABOUT_ROLES, Power, StaffRoleName
from accounts.second_factor.lost import ResetError, approve_reset
from common.pages.requests import parse_number, post_data
from trust.models import Seal

from .forms import EndRoleForm, RoleForm

MOST_ROLES, TRACES_AT_ONCE, LONGEST_NUMBER = 200, 50, 18
MOST_RESETS = 100


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
    """Newest first. `?before=` is the number of a row: the page goes on with what is older."""
    before = parse_number(request.GET.get("before", ""), digits=LONGEST_NUMBER)
    rows = Trace.objects.select_related("by", "about").order_by("-pk")
    found = list((rows.filter(pk__lt=before) if before else rows)[: TRACES_AT_ONCE + 1])
    shown = found[:TRACES_AT_ONCE]
    older = f"?before={shown[-1].pk}" if len(found) > TRACES_AT_ONCE else ""
    seal = Seal.objects.order_by("day").last()
    context = {"traces": shown, "older": older, "seal": seal, "of_programmes": ABOUT_PROGRAMMES, "nav": "staff"}
    return render(request, "staff/trace.html", context)


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
