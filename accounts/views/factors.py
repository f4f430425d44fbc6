"""Settings, Signing in: second steps are set up and removed, and browsers signed out."""

import time
from functools import wraps
from typing import Any, Protocol

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.reauthentication import suspend_request
from allauth.mfa.adapter import get_adapter
from allauth.mfa.utils import decrypt, encrypt
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.encryption import UnsealError
from accounts.forms.second_step import AppForm, PasskeyForm
from accounts.limits import take_second_step
from accounts.proof import require_recent_proof
from accounts.providers.connections import list_connections
from accounts.requests import SignedInRequest
from accounts.second_factor.app_codes import new_secret
from accounts.second_factor.factors import (
    FactorError,
    add_app,
    add_passkey,
    has_factor,
    list_factors,
    remove_factor,
    renew_codes,
)
from accounts.second_factor.passkeys import ask_for_new_passkey
from accounts.second_factor.session_state import last_second_step
from accounts.viewing import next_page, to_next
from accounts.web_sessions import end_session, end_sessions, list_sessions
from common.branding.qr_codes import draw_code
from common.pages.coming_back import with_next
from common.pages.posting import act_on_post
from common.pages.requests import post_data
from common.views import too_many

# Key of the session: the secret of an app that is being set up, encrypted
NEW_SECRET = "new_app_secret"  # noqa: S105 - the name of a place


class FactorPage(Protocol):
    def __call__(self, request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse: ...


def proof_required(page: FactorPage) -> FactorPage:
    """Who has a second step used it a moment ago in this session; all others have just shown that it is them."""

    @reauthentication_required
    def after_usual_proof(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        require_recent_proof(request)
        return page(request, *args, **kwargs)

    @wraps(page)
    def proven(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not has_factor(request.user):
            answer: HttpResponse = after_usual_proof(request, *args, **kwargs)
            return answer
        used_at = last_second_step(request, request.user)
        if used_at is None or time.time() - used_at > settings.ACCOUNT_REAUTHENTICATION_TIMEOUT:
            led: HttpResponse = suspend_request(request, reverse("mfa_reauthenticate"))
            return led
        return page(request, *args, **kwargs)

    return proven


@require_safe
@never_cache
def sign_in_settings(request: SignedInRequest) -> HttpResponse:
    context = {
        "factors": list_factors(request.user),
        "connections": list_connections(request.user),
        "sessions": list_sessions(request.user, this=request.session.session_key, now=timezone.now()),
        "nav": "settings",
    }
    return render(request, "accounts/sign_in_settings.html", context)


@require_POST
def web_session_end(request: SignedInRequest, number: int) -> HttpResponse:
    if not end_session(person=request.user, number=number):
        raise Http404
    messages.success(request, _("That browser is signed out."))
    return redirect("sign_in_settings")


@require_POST
def web_sessions_end(request: SignedInRequest) -> HttpResponse:
    """All but the one that asks."""
    end_sessions(person=request.user, but=request.session.session_key)
    messages.success(request, _("All other browsers are signed out."))
    return redirect("sign_in_settings")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@proof_required
def app_add(request: SignedInRequest) -> HttpResponse:
    """`next`: the page of ours to go on to, when a role led here."""
    if list_factors(request.user).app:
        return to_next(request, "sign_in_settings")
    secret, form = _secret_of(request), AppForm(post_data(request))
    if request.method == "POST":
        wait = take_second_step(request, request.user)
        if wait is not None:
            return too_many(request, wait)
        if form.is_valid():
            try:
                codes = add_app(person=request.user, secret=secret, code=form.cleaned_data["code"], request=request)
            except FactorError as refused:
                form.add_error(refused.field or None, refused.as_form_error())
            else:
                del request.session[NEW_SECRET]
                return _answer_added(request, codes, _("Your authenticator app is set up."))
    address = get_adapter().build_totp_url(request.user, secret)
    context = {
        "form": form,
        "secret": secret,
        "address": address,
        "picture": draw_code(address),
        "next": next_page(request),
        "nav": "settings",
    }
    return render(request, "accounts/app_add.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@proof_required
def passkey_add(request: SignedInRequest) -> HttpResponse:
    """`next`: as on the page of the app."""
    form = PasskeyForm(post_data(request))
    if form.is_valid():
        name, answer = form.cleaned_data["name"], form.cleaned_data["passkey"]
        try:
            codes = add_passkey(person=request.user, name=name, answer=answer, request=request)
        except FactorError as refused:
            form.add_error(None, refused.as_form_error())
        else:
            return _answer_added(request, codes, _("Your passkey is set up."))
    then, app_url = next_page(request), reverse("app_add")
    context = {
        "form": form,
        "options": ask_for_new_passkey(request.user),
        "app_url": with_next(app_url, then) if then else app_url,
        "next": then,
        "nav": "settings",
    }
    return render(request, "accounts/passkey_add.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@proof_required
def factor_remove(request: SignedInRequest, number: int) -> HttpResponse:
    factors = list_factors(request.user)
    theirs = [*factors.passkeys, *([factors.app] if factors.app else [])]
    factor = next((one for one in theirs if one.pk == number), None)
    if factor is None:
        raise Http404
    result = act_on_post(request, lambda: remove_factor(person=request.user, number=number))
    if result.is_done:
        messages.success(request, _("Removed. We’ve emailed you about it."))
        return redirect("sign_in_settings")
    context = {"factor": factor, "is_last": factors.count == 1, "refusal": result.error, "nav": "settings"}
    return render(request, "accounts/factor_remove.html", context, status=result.status)


@require_POST
@never_cache
@proof_required
def codes_renew(request: SignedInRequest) -> HttpResponse:
    try:
        codes = renew_codes(person=request.user)
    except FactorError as refused:
        messages.error(request, refused.message, extra_tags=refused.code)
        return redirect("sign_in_settings")
    return _show_codes(request, codes)


def _secret_of(request: SignedInRequest) -> str:
    """The secret of the app that this session sets up; the same one when the page is opened again."""
    try:
        return str(decrypt(request.session[NEW_SECRET]))
    except (KeyError, UnsealError):
        secret = new_secret()
        request.session[NEW_SECRET] = encrypt(secret)
        return secret


def _answer_added(request: SignedInRequest, codes: list[str], words: str) -> HttpResponse:
    messages.success(request, words)
    return _show_codes(request, codes) if codes else to_next(request, "sign_in_settings")


def _show_codes(request: SignedInRequest, codes: list[str]) -> HttpResponse:
    """In answer to the form and never again."""
    context = {"codes": codes, "next": next_page(request), "nav": "settings"}
    return render(request, "accounts/recovery_codes.html", context)
