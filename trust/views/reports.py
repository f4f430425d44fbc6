"""Report something, and see afterwards what becomes of the report."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedInRequest
from common.pages.posting import act_on_post
from common.pages.requests import post_data
from trust.forms import ABSENT, ReportForm
from trust.models import Report, ReportKind
from trust.notices import label_of, outcome_class
from trust.reports import add_to_report, make_report
from trust.subjects import find_reportable, subject_named


@require_http_methods(["GET", "HEAD", "POST"])
def report_page(request: SignedInRequest, kind: str, key: str) -> HttpResponse:
    found = find_reportable(kind, key, request.user)
    subject = subject_named(kind)
    form = ReportForm(post_data(request), has_absences=bool(subject and subject.has_absences))
    if form.is_bound and form.is_valid() and form.cleaned_data["kind"] == ABSENT:
        messages.info(request, _("Tell us on this page that they didn’t come: it’s where we settle that."))
        return redirect(found.page)

    def send() -> Report:
        said = form.cleaned_data
        kind, words = ReportKind(said["kind"]), said["words"]
        return make_report(found=found, kind=kind, words=words, by=request.user, now=timezone.now())

    result = act_on_post(request, send, form)
    if result.made:
        return redirect("report_sent", result.made.uuid)
    earlier = Report.objects.filter(subject_type=found.kind, subject_id=found.pk, by=request.user).first()
    context = {
        "found": found,
        "form": form,
        "error": result.error,
        "earlier": earlier,
        "help_addresses": settings.HELP_ADDRESSES,
        "nav": "",
    }
    return render(request, "trust/report.html", context, status=result.status)


@require_http_methods(["GET", "HEAD", "POST"])
def report_sent(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """What its author sees of a report, and where they add to it. It is there when its subject is gone."""
    mine = Report.objects.filter(by=request.user).select_related("case")
    report = get_object_or_404(mine, uuid=uuid)
    form = ReportForm(post_data(request), initial={"kind": report.kind})

    def add() -> bool:
        said = form.cleaned_data
        kind, words = ReportKind(said["kind"]), said["words"]
        add_to_report(report=report, kind=kind, words=words, by=request.user, now=timezone.now())
        return True

    result = act_on_post(request, add, form)
    if result.is_done:
        messages.success(request, _("Added. Our team reads it with your report."))
        return redirect("report_sent", uuid)
    additions = list(report.additions.all())
    is_safety = ReportKind.SAFETY in (report.kind, *(addition.kind for addition in additions))
    context = {
        "report": report,
        "what": label_of(report),
        "additions": additions,
        "are_apart": is_safety and report.about_id is not None,
        "is_safety": is_safety,
        "outcome": outcome_class(report.case),
        "form": form,
        "error": result.error,
        "help_addresses": settings.HELP_ADDRESSES,
        "nav": "",
    }
    return render(request, "trust/report_sent.html", context, status=result.status)
