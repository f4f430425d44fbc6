"""What someone sees of the programmes they are in or manage, and how they leave one."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedInRequest
from programmes.access import programme_open_to
from programmes.members import leave
from programmes.models import INSIDE, Manager, Membership, Programme
from programmes.rules import rules_of


@require_safe
def programmes(request: SignedInRequest) -> HttpResponse:
    now = timezone.now()
    managed = Programme.objects.with_manager(request.user).order_by("-first_day", "name")
    mine = Membership.objects.filter(person=request.user, state__in=INSIDE).select_related("programme")
    context = {
        "managed": [(programme, programme.stage_at(now)) for programme in managed],
        "memberships": [(row, row.programme.stage_at(now)) for row in mine.order_by("programme__name")],
        "nav": "programmes",
    }
    return render(request, "programmes/list.html", context)


@require_safe
def programme(request: SignedInRequest, slug: str) -> HttpResponse:
    found = programme_open_to(request, slug)
    managers = list(Manager.objects.live().filter(programme=found).select_related("person").order_by("at", "pk"))
    context = {
        "programme": found,
        "stage": found.stage_at(timezone.now()),
        "managers": [row.person for row in managers],
        "rules": list(rules_of(found).in_words()),
        "is_manager": any(row.person_id == request.user.pk for row in managers),
        "membership": Membership.objects.filter(programme=found, person=request.user, state__in=INSIDE).first(),
        "nav": "programmes",
    }
    return render(request, "programmes/programme.html", context)


@require_POST
def programme_leave(request: SignedInRequest, slug: str) -> HttpResponse:
    """Twice does no harm: who has left already is told so again."""
    found = Programme.objects.filter(slug=slug, memberships__person=request.user).first()
    if found is None:
        raise Http404
    leave(person=request.user, programme=found, now=timezone.now())
    messages.success(request, _("You aren’t in %(name)s any more.") % {"name": found.name})
    return redirect("programmes")
