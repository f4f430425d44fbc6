"""What browsers reported about our content policy."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from about.models import PolicyReport
from accounts.requests import SignedInRequest
from accounts.roles import role_required
from accounts.rules.roles import Power

PAGE_SIZE = 50


@require_safe
@role_required(Power.RUN)
def staff_policy(request: SignedInRequest) -> HttpResponse:
    reports = PolicyReport.objects.order_by("-day", "-count", "pk")
    page = Paginator(reports, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request, "staff/policy.html", {"page": page, "days": settings.RETENTION["policy reports"].days, "nav": "staff"}
    )
