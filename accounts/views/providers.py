"""Signing in with an account elsewhere: to its provider and back; and connecting one in the settings.

A form may not lead to another site (our content policy), so its answer is a page that leads on by itself.
"""

from urllib.parse import urlencode

from allauth.account.utils import get_login_redirect_url, get_next_redirect_url
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from accounts.limits import take_provider, take_saml_answer
from accounts.models import User
from accounts.providers.configuration import AnyProvider, find_provider
from accounts.providers.connections import connect, disconnect, list_connections
from accounts.providers.errors import ProviderError
from accounts.providers.identity import Identity
from accounts.providers.journeys import Journey, begin_journey, end_journey, read_answer
from accounts.providers.saml.journeys import LARGEST_ANSWER, take_answer, write_metadata
from accounts.providers.saml_configuration import SamlProvider
from accounts.requests import SignedInRequest
from accounts.signing_in.by_provider import sign_in_with
from accounts.viewing import signed_in, to_next
from common.views import too_many

from .factors import proof_required


@login_not_required
@never_cache
@require_POST
def provider_sign_in(request: HttpRequest, slug: str) -> HttpResponse:
    provider = _find_or_404(slug)
    if request.user.is_authenticated:
        return to_next(request, get_login_redirect_url(request))
    wanted = get_next_redirect_url(request) or ""
    return _lead_to(request, provider, leads_to=wanted if wanted.startswith("/") else "")


@require_POST
@never_cache
@proof_required
def provider_connect(request: SignedInRequest, slug: str) -> HttpResponse:
    return _lead_to(request, _find_or_404(slug), leads_to="", connects=request.user.pk)


@login_not_required
@never_cache
@require_GET
def provider_return(request: HttpRequest, slug: str) -> HttpResponse:
    """Where the provider sends the browser back to."""
    provider, journey = _find_or_404(slug), None
    wait = take_provider(request)
    if wait is not None:
        return too_many(request, wait)
    try:
        journey = end_journey(request, provider)
        if journey.connects:
            return _connect_answered(request, provider, journey)
        if request.user.is_authenticated:
            return redirect(journey.leads_to or get_login_redirect_url(request))
        identity = read_answer(request, provider, journey)
        return sign_in_with(request, provider, identity, leads_to=journey.leads_to)
    except ProviderError as refused:
        return _show_refusal(request, provider, refused, journey)


@csrf_exempt
@login_not_required
@never_cache
@require_POST
def provider_answer(request: HttpRequest, slug: str) -> HttpResponse:
    """Takes the form that a page of a SAML provider sends. Browsers leave our cookies out of it, so it knows nobody."""
    provider = _find_saml_or_404(slug)
    wait = take_saml_answer(request)
    if wait is not None:
        return too_many(request, wait)
    try:
        known = take_answer(provider, request.read(LARGEST_ANSWER + 1))
    except ProviderError as refused:
        context = {"provider": provider, "refusal": refused, "knows_nobody": True}
        return render(request, "account/provider_failed.html", context, status=400)
    return redirect(f"{reverse('provider_return', args=[slug])}?{urlencode(known)}")


@login_not_required
@require_safe
def provider_metadata(request: HttpRequest, slug: str) -> HttpResponse:
    """Tells a SAML provider what it has to know of us."""
    metadata = write_metadata(_find_saml_or_404(slug))
    # As a file, which is what administrators upload; programs of providers read it all the same.
    headers = {"Content-Disposition": 'attachment; filename="metadata.xml"'}
    return HttpResponse(metadata, content_type="application/samlmetadata+xml", headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@proof_required
def connection_remove(request: SignedInRequest, number: int) -> HttpResponse:
    connection = next((one for one in list_connections(request.user) if one.number == number), None)
    if connection is None:
        raise Http404
    if request.method == "POST":
        disconnect(person=request.user, number=number)
        messages.success(request, _("Removed. We’ve emailed you about it."))
        return redirect("sign_in_settings")
    return render(request, "accounts/connection_remove.html", {"connection": connection, "nav": "settings"})


def _find_or_404(slug: str) -> AnyProvider:
    provider = find_provider(slug)
    if provider is None:
        raise Http404
    return provider


def _find_saml_or_404(slug: str) -> SamlProvider:
    provider = find_provider(slug)
    if not isinstance(provider, SamlProvider):
        raise Http404
    return provider


def _lead_to(
    request: HttpRequest, provider: AnyProvider, *, leads_to: str, connects: int | None = None
) -> HttpResponse:
    wait = take_provider(request)
    if wait is not None:
        return too_many(request, wait)
    try:
        address = begin_journey(request, provider, leads_to=leads_to, connects=connects)
    except ProviderError as refused:
        return _show_refusal(request, provider, refused, Journey("", "", connects, leads_to))
    response = render(request, "account/provider_leave.html", {"provider": provider, "address": address})
    response["Refresh"] = f"0; url={address}"
    return response


def _connect_answered(request: HttpRequest, provider: AnyProvider, journey: Journey) -> HttpResponse:
    person = signed_in(request)
    if person is None or person.pk != journey.connects:
        words = _("You aren’t signed in any more as the person who wanted this. Sign in and start again.")
        raise ProviderError("unknown_journey", words)
    identity = read_answer(request, provider, journey)
    _connect_for(request, person, provider, identity)
    return redirect("sign_in_settings")


def _connect_for(request: HttpRequest, person: User, provider: AnyProvider, identity: Identity) -> None:
    if connect(person=person, identity=identity):
        words = _("%(name)s is connected. From now on it signs you in.")
        messages.success(request, words % {"name": provider.name})
    else:
        messages.info(request, _("That account was connected already."), extra_tags="connected_already")


def _show_refusal(
    request: HttpRequest, provider: AnyProvider, refused: ProviderError, journey: Journey | None
) -> HttpResponse:
    context = {
        "provider": provider,
        "refusal": refused,
        "in_settings": request.user.is_authenticated,
        "next": journey.leads_to if journey else "",
    }
    return render(request, "account/provider_failed.html", context, status=400)
