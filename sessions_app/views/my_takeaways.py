"""What a mentee took away from all their sessions, on one page that can be printed."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from sessions_app.afterwards.my_takeaways import load_entries, takeaway_entries, with_open_next_step

PAGE_SIZE = 50


@require_safe
def left_with(request: SignedInRequest) -> HttpResponse:
    steps = with_open_next_step(request.user)
    only_open = request.GET.get("show") == "open"
    found = steps if only_open else takeaway_entries(request.user)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": load_entries(page.object_list, request.user),
        "only_open": only_open,
        "today": timezone.now().astimezone(request.user.zone).date(),
        "tabs": [
            {"href": "?", "label": _("Everything"), "current": not only_open},
            {"href": "?show=open", "label": _("Open steps"), "count": steps.count(), "current": only_open},
        ],
        "nav": "sessions",
    }
    return render(request, "sessions_app/afterwards/my_takeaways.html", context)
