"""The inbox: what has happened, and what of it has been read."""

from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedInRequest
from common.instants import UnreadableError, parse_instant
from common.pages.parts import vary_by_part
from notifications.inbox import build_entries, mark_read
from notifications.models import InboxItem

PAGE_SIZE = 25


@require_safe
def notification_list(request: SignedInRequest) -> HttpResponse:
    if "bell" in request.GET:
        return vary_by_part(render(request, "components/bell_inside.html"))
    now = timezone.now()
    shown = InboxItem.objects.shown_to(request.user, now).order_by("-at", "-pk")
    page = Paginator(shown, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "entries": build_entries(list(page.object_list), reader=request.user, now=now),
        "until": now.isoformat(),
        "nav": "notifications",
    }
    return render(request, "notifications/inbox.html", context)


@require_POST
def notifications_read(request: SignedInRequest) -> HttpResponse:
    """Mark one item as read, or everything that the page showed."""
    now = timezone.now()
    item = request.POST.get("item", "")
    if item:
        pk = int(item) if item.isdecimal() and len(item) < 19 else 0
        if not InboxItem.objects.shown_to(request.user, now).filter(pk=pk).exists():
            raise Http404
        mark_read(request.user, now=now, item=pk)
        # Back to the line itself, so that nobody has to find their place in the list again.
        place = f"#item-{pk}"
    else:
        mark_read(request.user, now=now, until=moment_of(request.POST.get("until", "")))
        messages.success(request, _("Everything is marked as read."))
        place = ""
    page = request.POST.get("page", "")
    query = f"?page={page}" if page.isdecimal() and page != "1" else ""
    return redirect(reverse("notifications") + query + place)


def moment_of(text: str) -> datetime | None:
    try:
        return parse_instant(text)
    except UnreadableError:
        return None
