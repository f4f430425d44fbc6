"""What people wrote on the contact page, and who of staff has answered it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from about.contact import mark_answered
from about.models import ContactMessage
from accounts.requests import SignedInRequest
from accounts.roles import role_required
from accounts.rules.roles import Power
from common.pages.tabs import tab_links

from .forms import AnsweredForm

PAGE_SIZE = 20
TABS = {"open": gettext_lazy("To answer"), "answered": gettext_lazy("Answered")}


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Power.ANSWER)
def staff_contact(request: SignedInRequest) -> HttpResponse:
    if request.method == "POST":
        form = AnsweredForm(request.POST)
        if not form.is_valid():
            raise Http404
        message = get_object_or_404(ContactMessage, uuid=form.cleaned_data["message"])
        mark_answered(message=message, by=request.user, now=timezone.now())
        messages.success(request, _("Marked as answered."))
        return redirect("staff_contact")
    tab = request.GET.get("state", "open")
    if tab not in TABS:
        raise Http404
    written = ContactMessage.objects.select_related("person", "answered_by")
    lists = {"open": written.open().order_by("sent_at"), "answered": written.answered().order_by("-sent_at")}
    context = {
        "page": Paginator(lists[tab], PAGE_SIZE).get_page(request.GET.get("page")),
        "tab": tab,
        "tabs": tab_links(TABS, tab, counts={"open": lists["open"].count()}),
        "nav": "staff",
    }
    return render(request, "staff/contact.html", context)
