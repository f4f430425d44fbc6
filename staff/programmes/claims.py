"""What providers of sign-ins say of people that makes them members of a programme: a page for owners."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.providers.configuration import list_providers
from accounts.requests import SignedInRequest
from accounts.roles import role_required
from accounts.rules.roles import Power
from common.pages.posting import act_on_post, show_beside_field
from common.pages.requests import post_data
from programmes.claims import add_claim, end_claim
from programmes.forms import ASKS
from programmes.models import Programme

from .forms import ClaimForm

LATEST = 20


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Power.RUN)
def staff_programme_claims(request: SignedInRequest, slug: str) -> HttpResponse:
    programme = get_object_or_404(Programme, slug=slug)
    form = ClaimForm(post_data(request), initial={"sides": [ASKS]})
    result = act_on_post(
        request,
        lambda: add_claim(programme=programme, given=form.read_claim(), by=request.user, now=timezone.now()),
        form,
    )
    if result.is_done:
        messages.success(request, _("Saved. People come in when they next sign in."))
        return redirect("staff_programme_claims", slug)
    show_beside_field(form, result.error)
    names = {one.slug: one.name for one in list_providers()}
    claims = programme.claims.select_related("by", "ended_by")
    live, ended = claims.live().order_by("provider", "claim", "value"), claims.exclude(ended_at=None)
    context = {
        "programme": programme,
        "claims": [(row, names.get(row.provider, "")) for row in live],
        "ended": [(row, names.get(row.provider, row.provider)) for row in ended.order_by("-ended_at", "-pk")[:LATEST]],
        "has_providers": bool(names),
        "form": form,
        "error": result.error,
        "nav": "staff",
    }
    return render(request, "staff/programme_claims.html", context, status=result.status)


@require_POST
@role_required(Power.RUN)
def staff_programme_claim_end(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    programme = get_object_or_404(Programme, slug=slug)
    if not end_claim(programme=programme, number=number, by=request.user, now=timezone.now()):
        raise Http404
    messages.success(request, _("Removed. Members whom it brought stay."))
    return redirect("staff_programme_claims", slug)
