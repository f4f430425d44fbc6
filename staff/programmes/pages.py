"""Programmes and who manages them, for owners. Who is in one is its managers' business."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedInRequest
from accounts.roles import role_required
from accounts.rules.roles import Power
from common.pages.posting import act_on_post, show_beside_field, telling_refusals
from common.pages.requests import post_data
from programmes.domains import add_domain, end_domain
from programmes.forms import ASKS
from programmes.managers import end_manager, give_manager, open_programme
from programmes.models import Manager, Programme
from programmes.rules import rules_of
from programmes.views.rules import answer_rules

from .forms import DomainForm, ManagerForm, OpenProgrammeForm

PAGE_SIZE, LATEST_ENDED = 50, 20
LIVE_MANAGERS = Count("managers", filter=Q(managers__ended_at=None, managers__person__is_active=True))


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Power.RUN)
def staff_programmes(request: SignedInRequest) -> HttpResponse:
    now = timezone.now()
    form = OpenProgrammeForm(post_data(request), initial={"zone": request.user.zone_name})
    result = act_on_post(
        request,
        lambda: open_programme(
            given=form.read_programme(), manager=form.cleaned_data["email"], by=request.user, now=now
        ),
        form,
    )
    if result.made is not None:
        words = _("%(name)s is a draft now. We’ve told its manager, who opens it to members.")
        messages.success(request, words % {"name": result.made.name})
        return redirect("staff_programme", result.made.slug)
    show_beside_field(form, result.error)
    rows = Programme.objects.annotate(manager_count=LIVE_MANAGERS).order_by("-first_day", "name", "pk")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "programmes": [(row, row.stage_at(now)) for row in page],
        "form": form,
        "error": result.error,
        "nav": "staff",
    }
    return render(request, "staff/programmes.html", context, status=result.status)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Power.RUN)
def staff_programme(request: SignedInRequest, slug: str) -> HttpResponse:
    programme, now = get_object_or_404(Programme, slug=slug), timezone.now()
    form = ManagerForm(post_data(request))
    result = act_on_post(
        request,
        lambda: give_manager(programme=programme, person=form.cleaned_data["email"], by=request.user, now=now),
        form,
    )
    if result.made is not None:
        words = _("%(name)s is a manager now. We’ve told them how to set up a second step.")
        messages.success(request, words % {"name": result.made.person.display_name})
        return redirect("staff_programme", slug)
    show_beside_field(form, result.error)
    managers = Manager.objects.live().filter(programme=programme).select_related("person", "given_by")
    context = {
        "programme": programme,
        "stage": programme.stage_at(now),
        "managers": managers.order_by("at", "pk"),
        "rules": list(rules_of(programme).in_words()),
        "form": form,
        "error": result.error,
        "nav": "staff",
    }
    return render(request, "staff/programme.html", context, status=result.status)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Power.RUN)
def staff_programme_rules(request: SignedInRequest, slug: str) -> HttpResponse:
    programme = get_object_or_404(Programme, slug=slug)
    return answer_rules(request, programme, "staff_programme_rules", {"nav": "staff"})


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Power.RUN)
def staff_programme_domains(request: SignedInRequest, slug: str) -> HttpResponse:
    programme = get_object_or_404(Programme, slug=slug)
    form = DomainForm(post_data(request), initial={"sides": [ASKS]})
    result = act_on_post(
        request,
        lambda: add_domain(programme=programme, given=form.read_domain(), by=request.user, now=timezone.now()),
        form,
    )
    if result.made is not None:
        messages.success(request, _("People with an address at %s can come in now.") % result.made.domain)
        return redirect("staff_programme_domains", slug)
    show_beside_field(form, result.error)
    rules = programme.domains.select_related("by", "ended_by")
    context = {
        "programme": programme,
        "domains": rules.live().order_by("domain"),
        "ended": rules.exclude(ended_at=None).order_by("-ended_at", "-pk")[:LATEST_ENDED],
        "form": form,
        "error": result.error,
        "nav": "staff",
    }
    return render(request, "staff/programme_domains.html", context, status=result.status)


@require_POST
@role_required(Power.RUN)
def staff_programme_domain_remove(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    programme = get_object_or_404(Programme, slug=slug)
    if not end_domain(programme=programme, number=number, by=request.user, now=timezone.now()):
        raise Http404
    messages.success(request, _("The domain is removed. Members whom it brought stay."))
    return redirect("staff_programme_domains", slug)


@require_POST
@role_required(Power.RUN)
def staff_programme_end(request: SignedInRequest, slug: str, uuid: UUID) -> HttpResponse:
    manager = Manager.objects.filter(programme__slug=slug, person__uuid=uuid).select_related("person").first()
    if manager is None:
        raise Http404
    with telling_refusals(request):
        end_manager(programme=manager.programme, person=manager.person, by=request.user, now=timezone.now())
        messages.success(request, _("The role has ended. We’ve told %(name)s.") % {"name": manager.person.display_name})
    return redirect("staff_programme", slug)
