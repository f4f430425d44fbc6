"""Reports about messages: a list without anyone's words, and one report, read for a reason that is logged."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import SignedInRequest
from accounts.roles import role_required
from accounts.rules.roles import Power
from common.pages.tabs import tab_links
from sessions_app.conversation.reading import messages_around
from sessions_app.conversation.reports import is_open_to, open_report, settle_report
from sessions_app.errors import SessionError
from sessions_app.forms.threads import OpeningForm, OutcomeForm
from sessions_app.models import Report

PAGE_SIZE = 20
TABS = {"open": gettext_lazy("Open"), "settled": gettext_lazy("Settled")}


@require_safe
@role_required(Power.MODERATE)
def staff_reports(request: SignedInRequest) -> HttpResponse:
    tab = request.GET.get("state", "open")
    if tab not in TABS:
        raise Http404
    readable = Report.objects.readable_by(request.user)
    lists = {"open": readable.open().order_by("at"), "settled": readable.settled().order_by("-settled_at")}
    rows = lists[tab].select_related("by", "message__author", "settled_by")
    context = {
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "tab": tab,
        "tabs": tab_links(TABS, tab, counts={"open": lists["open"].count()}),
        "nav": "reports",
    }
    return render(request, "staff/reports.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Power.MODERATE)
def staff_report(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Asks for the reason, then shows the message and its neighbours for an hour, and asks what was done."""
    found = Report.objects.readable_by(request.user).select_related(
        "by", "message__author", "message__engagement", "settled_by"
    )
    report = get_object_or_404(found, uuid=uuid)
    now = timezone.now()
    is_open = is_open_to(report, request.user, now=now)
    given = request.POST if request.method == "POST" else None
    form = OutcomeForm(given) if is_open else OpeningForm(given)
    if form.is_bound and form.is_valid():
        try:
            if is_open:
                settle_report(report=report, outcome=form.cleaned_data["outcome"], by=request.user, now=now)
                messages.success(request, _("Settled."))
            else:
                open_report(report=report, reason=form.cleaned_data["reason"], by=request.user, now=now)
        except SessionError as refused:
            form.add_error(None, refused.as_form_error())
        else:
            return redirect("staff_reports" if is_open else "staff_report", *([] if is_open else [uuid]))
    context = {
        "report": report,
        "form": form,
        "is_open": is_open,
        "around": messages_around(report.message) if is_open else [],
        "openings": report.openings.select_related("by"),
        "nav": "reports",
    }
    return render(request, "staff/report.html", context, status=422 if form.errors else 200)
