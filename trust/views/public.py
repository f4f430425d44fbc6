"""What everyone can read about how we deal with reports."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from common.pages.sharing import listed
from trust.figures import list_quarters
from trust.models import Rule


@login_not_required
@require_safe
@listed
def trust_page(request: HttpRequest) -> HttpResponse:
    context = {
        # The terms are a rule where staff have written some: the page says so with a link.
        "rules": [rule.label for rule in Rule if rule != Rule.OTHER],
        "terms_rule": Rule.OTHER.label,
        "quarters": list_quarters(now=timezone.now()),
        "nav": "",
    }
    return render(request, "trust/trust.html", context)
