"""Public pages about the organisation: how to reach it, its terms, and what it says about privacy."""

from datetime import UTC, datetime, time, timedelta
from urllib.parse import urlencode
from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.client_address import client_address
from accounts.viewing import signed_in
from common.pages.posting import act_on_post
from common.pages.requests import post_data
from common.pages.sharing import listed

from .contact import send_message
from .forms import ContactForm
from .guide import STEPS, Ending, ending_of, read_answers
from .models import ContactMessage, TextKind
from .policy_reports import LARGEST, take_reports
from .texts import text_as_html, text_shown


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@listed
def contact_page(request: HttpRequest) -> HttpResponse:
    form = ContactForm(post_data(request), initial=what_is_known(request))
    result = act_on_post(request, lambda: send_written(request, form), form)
    if result.is_done:
        words = _("Your message has been sent. We’ll reply to {email}.")
        messages.success(request, words.format(email=form.cleaned_data["email"]))
        return redirect("contact")
    context = {
        "form": form,
        "error": result.error,
        "contact_email": settings.CONTACT_EMAIL,
        "nav": "contact",
    }
    return render(request, "about/contact.html", context, status=result.status)


def what_is_known(request: HttpRequest) -> dict[str, str]:
    known = {"key": uuid4().hex}
    if person := signed_in(request):
        known |= {"name": person.name, "email": person.readable_email}
    return known


def send_written(request: HttpRequest, form: ContactForm) -> ContactMessage | None:
    """A program that gave itself away gets the same answer as a person; its message goes nowhere."""
    if form.is_from_a_program:
        return None
    return send_message(
        **{name: form.cleaned_data[name] for name in ("name", "email", "text", "key")},
        address=client_address(request),
        person=signed_in(request),
        now=timezone.now(),
    )


@login_not_required
@require_safe
@listed
def terms_page(request: HttpRequest) -> HttpResponse:
    text = text_shown(TextKind.TERMS)
    if text is None:
        raise Http404
    return render(request, "about/terms.html", {"text": text, "html": text_as_html(text.body)})


@login_not_required
@require_safe
@listed
def privacy_page(request: HttpRequest) -> HttpResponse:
    """What the product keeps, below what the organisation says about it, if it has written anything."""
    text = text_shown(TextKind.PRIVACY)
    context = {
        "text": text,
        "html": text_as_html(text.body) if text else "",
        "looks_at_messages": settings.SIGNALS,
    }
    return render(request, "pages/privacy.html", context)


@login_not_required
@require_safe
@listed
def guide_page(request: HttpRequest) -> HttpResponse:
    answers = read_answers(request.GET)
    before = urlencode([*answers.items()][:-1])
    context: dict[str, object] = {"back": f"{request.path}?{before}" if before else request.path, "nav": "guide"}
    if ending := ending_of(answers):
        if ending == Ending.LONG_TERM and (text := text_shown(TextKind.LONG_TERM)):
            context["html"] = text_as_html(text.body)
        return render(request, "about/guide_ending.html", context | {"ending": ending.value})
    step = STEPS[len(answers)]
    choices = [(choice, f"?{urlencode(answers | {step.name: choice.value})}") for choice in step.choices]
    context |= {"step": step, "number": len(answers) + 1, "most": len(STEPS), "choices": choices}
    return render(request, "about/guide.html", context)


@csrf_exempt
@login_not_required
@require_POST
def policy_report(request: HttpRequest) -> HttpResponse:
    """Browsers send these by themselves: nobody is asked who they are, and nothing but counts is kept."""
    body = request.read(LARGEST + 1)
    if len(body) > LARGEST:
        return HttpResponse(status=413)
    take_reports(body, address=client_address(request), now=timezone.now())
    return HttpResponse(status=204)


@login_not_required
@require_safe
def security_text(request: HttpRequest) -> HttpResponse:
    """As RFC 9116 says: whom to tell of a hole, and until when this holds."""
    contact = settings.SECURITY_CONTACT
    if not contact:
        raise Http404
    expires = datetime.combine(settings.RELEASED_ON, time(), UTC) + timedelta(days=364)
    lines = [
        f"Contact: {contact if '://' in contact else f'mailto:{contact}'}",
        f"Expires: {expires.isoformat().replace('+00:00', 'Z')}",
        f"Canonical: {settings.SITE_URL}{reverse('security_text')}",
        "Preferred-Languages: en",
    ]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")
