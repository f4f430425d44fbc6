"""For staff: what the clock's tasks failed on, and what browsers reported about our content policy."""

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from about.models import PolicyReport
from accounts.requests import SignedInRequest
from accounts.roles import role_required
from accounts.rules.roles import Power
from common.clock import ahead_of, database_now, is_too_far, refused_lately
from sessions_app.models import StuckRow
from sessions_app.stuck_rows import try_stuck_again

PAGE_SIZE, REPORTS_A_PAGE = 25, 50


@require_safe
@role_required(Power.LOOK_UP)
def staff_clock(request: SignedInRequest) -> HttpResponse:
    now = database_now()
    stuck = StuckRow.objects.order_by("first_at", "pk")
    context = {
        "page": Paginator(stuck, PAGE_SIZE).get_page(request.GET.get("page")),
        "clocks_differ": is_too_far(ahead_of(now)) or refused_lately(now),
        "nav": "staff",
    }
    return render(request, "staff/clock.html", context)


@require_POST
@role_required(Power.LOOK_UP)
def staff_clock_retry(request: SignedInRequest) -> HttpResponse:
    try_stuck_again(by=request.user, now=timezone.now())
    messages.success(request, _("We’ll try all of them again within half a minute."))
    return redirect("staff_clock")


@require_safe
@role_required(Power.RUN)
def staff_policy(request: SignedInRequest) -> HttpResponse:
    reports = PolicyReport.objects.order_by("-day", "-count", "pk")
    page = Paginator(reports, REPORTS_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request, "staff/policy.html", {"page": page, "days": settings.RETENTION["policy reports"].days, "nav": "staff"}
    )
