"""A mentor's certificates of hours, and the page that says whether one is genuine."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from common.pages.posting import act_on_post
from common.pages.requests import post_data
from mentors.decorators import mentor_required
from mentors.models import MentorProfile
from sessions_app.forms.certificates import CertificateForm
from sessions_app.impact.certificate_pdf import certificate_pdf, given_text, period_text, title_text
from sessions_app.impact.certificates import issue_certificate, withdraw_certificate
from sessions_app.models import Certificate


@require_http_methods(["GET", "HEAD", "POST"])
@mentor_required
def mentor_certificates(request: HttpRequest, profile: MentorProfile) -> HttpResponse:
    now, mentor = timezone.now(), profile.person
    if request.method == "POST" and "withdraw" in request.POST:
        withdraw_certificate(mentor=mentor, code=request.POST["withdraw"].replace("\x00", ""))
        messages.success(request, _("The certificate is revoked. Its check page no longer recognises it."))
        return redirect("mentor_certificates")
    form = CertificateForm(post_data(request), today=now.astimezone(mentor.zone).date())
    result = act_on_post(request, lambda: issue_certificate(mentor=mentor, now=now, **form.cleaned_data), form)
    if result.is_done:
        messages.success(request, _("Your certificate is ready to download."))
        return redirect("mentor_certificates")
    rows = [(row, given_text(row), period_text(row)) for row in Certificate.objects.filter(person=mentor)]
    context = {"form": form, "error": result.error, "rows": rows, "nav": "today"}
    return render(request, "sessions_app/mentor/certificates.html", context, status=result.status)


@require_safe
@mentor_required
def mentor_certificate(request: HttpRequest, profile: MentorProfile, code: str) -> HttpResponse:
    certificate = get_object_or_404(Certificate.objects.select_related("person"), person=profile.person_id, code=code)
    response = HttpResponse(certificate_pdf(certificate), content_type="application/pdf")
    name = f"certificate-{certificate.first_day:%Y-%m-%d}-{certificate.last_day:%Y-%m-%d}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@login_not_required
@require_safe
def certificate_check(request: HttpRequest, code: str) -> HttpResponse:
    """Knowing the code is enough to check a certificate. A wrong one is a 404 like any other."""
    certificate = get_object_or_404(Certificate.objects.select_related("person"), code=code.lower())
    context = {
        "certificate": certificate,
        "title": title_text(certificate),
        "given": given_text(certificate),
        "period": period_text(certificate),
        "issued_on": certificate.issued_at.astimezone(certificate.person.zone).date(),
    }
    response = render(request, "sessions_app/impact/certificate.html", context)
    response["Cache-Control"] = "private, no-store"
    return response
