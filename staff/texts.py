"""The texts that staff write about the organisation, with all their versions."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from about.forms import PublishedTextForm
from about.models import PublishedText, TextKind
from about.texts import newest_version, publish_text, text_as_html, version_mark
from accounts.requests import SignedInRequest
from accounts.roles import role_required
from accounts.rules.roles import Power
from common.pages.posting import act_on_post
from common.pages.requests import post_data
from common.pages.seen import seen_by, still_seen

PAGE_SIZE = 10


@require_safe
@role_required(Power.RUN)
def staff_texts(request: SignedInRequest) -> HttpResponse:
    rows = [(kind, newest_version(kind)) for kind in TextKind]
    return render(request, "staff/texts.html", {"rows": rows, "nav": "staff"})


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Power.RUN)
def staff_text(request: SignedInRequest, kind: str) -> HttpResponse:
    if kind not in TextKind.values:
        raise Http404
    chosen, newest = TextKind(kind), newest_version(TextKind(kind))
    form = PublishedTextForm(post_data(request), kind=chosen, initial={"body": newest.body if newest else ""})
    result = act_on_post(
        request,
        lambda: publish_text(
            kind=chosen, body=form.cleaned_data["body"], by=request.user, now=timezone.now(), seen=seen_by(request)
        ),
        form,
    )
    if result.is_done:
        messages.success(request, _("Published.") if result.made else _("Nothing has changed."))
        return redirect("staff_text", kind)
    versions = PublishedText.objects.filter(kind=kind).newest_first().select_related("by")
    page = Paginator(versions, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "kind": chosen,
        "form": form,
        "error": result.error,
        "seen": still_seen(request, version_mark(newest), told=result.is_refused),
        "newest": newest,
        "page": page,
        "versions": [(version, text_as_html(version.body)) for version in page],
        "nav": "staff",
    }
    return render(request, "staff/text.html", context, status=result.status)
