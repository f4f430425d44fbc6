"""Who has which role, and the log of what staff did. Both are for owners."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import StaffRole, Trace, User
from accounts.requests import SignedInRequest
from accounts.roles import RoleError, end_role, give_role, role_required
from accounts.rules.roles import ABOUT_ROLES, Power, StaffRoleName
from common.pages.requests import parse_number, post_data
from trust.models import Seal

from .forms import EndRoleForm, RoleForm

MOST_ROLES, TRACES_AT_ONCE, LONGEST_NUMBER = 200, 50, 18


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
    return render(request, "staff/trace.html", {"traces": shown, "older": older, "seal": seal, "nav": "staff"})
