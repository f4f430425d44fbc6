"""The inbox, how a person wants to be told, and the way out of a group of mails."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedInRequest
from common.instants import UnreadableError, parse_instant

from .forms import WHAT, PreferenceForm
from .inbox import build_entries, mark_read
from .models import InboxItem
from .preferences import preference_of, save_preference, switch_off
from .unsubscribing import read_token

PAGE_SIZE = 25


@require_safe
def notification_list(request: SignedInRequest) -> HttpResponse:
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
    """One item, or all that the page showed when it was made."""
    now = timezone.now()
    item = request.POST.get("item", "")
    if item:
        pk = int(item) if item.isdecimal() and len(item) < 19 else 0
        if not InboxItem.objects.shown_to(request.user, now).filter(pk=pk).exists():
            raise Http404
        mark_read(request.user, now=now, item=pk)
    else:
        mark_read(request.user, now=now, until=moment_of(request.POST.get("until", "")))
    page = request.POST.get("page", "")
    query = f"?page={page}" if page.isdecimal() and page != "1" else ""
    return redirect(reverse("notifications") + query)


def moment_of(text: str) -> datetime | None:
    try:
        return parse_instant(text)
    except UnreadableError:
        return None


@require_http_methods(["GET", "HEAD", "POST"])
def notification_settings(request: SignedInRequest) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = PreferenceForm(data, person=request.user, preference=preference_of(request.user))
    if form.is_valid():
        save_preference(
            person=request.user,
            off=form.switched_off(),
            leads=form.cleaned_data["leads"],
            quiet_from=form.cleaned_data["quiet_from"],
            quiet_until=form.cleaned_data["quiet_until"],
            now=timezone.now(),
        )
        messages.success(request, _("Saved"))
        return redirect("notification_settings")
    # Nothing chosen is a choice too, so these two are not marked as optional.
    context = {"form": form, "choices": [form["mails"], form["leads"]], "nav": "settings"}
    return render(request, "notifications/settings.html", context, status=422 if form.errors else 200)


@csrf_exempt  # mail programs send this by themselves; the address is the proof, and it can do nothing else
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe_from_group(request: HttpRequest, token: str) -> HttpResponse:
    """A POST acts at once, as RFC 8058 wants; a GET only asks, since mail scanners follow links."""
    found = read_token(token)
    if found is None:
        raise Http404
    person, group = found
    if request.method == "POST":
        switch_off(person=person, group=group)
    context = {"what": WHAT[group], "done": request.method == "POST" or group in preference_of(person).off}
    return render(request, "notifications/unsubscribe.html", context)
