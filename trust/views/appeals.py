"""What was decided about a person, as they read it, and how they object."""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.viewing import signed_in
from common.pages.posting import act_on_post
from common.pages.requests import post_data
from trust.appeals import is_key_of, make_appeal, why_not_appeal
from trust.deadlines import APPEAL_WITHIN
from trust.forms import AppealForm
from trust.models import Appeal, Sanction, SanctionKind


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def appeal_page(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Someone who was removed can't sign in: the link in their mail opens it."""
    found = Sanction.objects.exclude(begins=None).select_related("case", "person").filter(uuid=uuid).first()
    key = request.GET.get("key", "")
    has_key = found is not None and found.kind == SanctionKind.REMOVAL and bool(key) and is_key_of(found, key)
    person = signed_in(request)
    if person is None and not has_key:
        return redirect_to_login(request.get_full_path())
    if found is None or (not has_key and found.person != person):
        raise Http404
    now = timezone.now()
    form = AppealForm(post_data(request))
    refusal = why_not_appeal(found, now=now)
    result = act_on_post(
        request,
        lambda: make_appeal(sanction=found, words=form.cleaned_data["words"], by=found.person, now=now),
        form,
        error=refusal if request.method == "POST" else None,
    )
    if result.is_done:
        return redirect(request.get_full_path())
    case = found.case
    context = {
        "sanction": found,
        "case": case,
        "appeal": Appeal.objects.filter(sanction=found).first(),
        "refusal": refusal,
        "objects_until": case.decided_at + APPEAL_WITHIN if case.decided_at else None,
        "is_in_force": found.is_in_force(now),
        "form": form,
        "error": result.error,
        "nav": "",
    }
    return render(request, "trust/appeal.html", context, status=result.status)
