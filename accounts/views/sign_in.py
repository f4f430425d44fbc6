"""Signing in and out: by a code by email, or by password for those who have one."""

import time
from typing import Any

from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.account.models import Login
from allauth.account.stages import LoginStage
from allauth.account.utils import get_login_redirect_url, get_next_redirect_url
from allauth.account.views import ConfirmLoginCodeView, LoginView
from allauth.decorators import rate_limit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.email_sign_in import (
    OPENS_ACCOUNT,
    SIGN_IN_NOTE,
    finish_email_sign_in,
    restart_email_sign_in,
    start_email_sign_in,
)
from accounts.forms.credentials import CodeForm, PasswordSignInForm, SignInForm, SignUpForm
from accounts.viewing import to_next
from common.pages.requests import post_data


@login_not_required
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return to_next(request, get_login_redirect_url(request))
    opens_account = bool(request.session.get(OPENS_ACCOUNT))
    form = SignInForm(post_data(request), initial={"email": request.GET.get("email", "")})
    if request.method == "POST" and form.is_valid():
        return start_email_sign_in(request, email=form.cleaned_data["email"], opens_account=opens_account)
    return render(request, "account/login.html", {"form": form} | _sign_in_context(request))


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@rate_limit(action="signup")
def sign_up(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return to_next(request, get_login_redirect_url(request))
    form = SignUpForm(post_data(request), initial={"email": request.GET.get("email", "")})
    if request.method == "POST" and form.is_valid():
        return start_email_sign_in(request, **form.cleaned_data)
    return render(request, "account/signup.html", {"form": form} | _sign_in_context(request))


class PasswordSignInView(LoginView):
    template_name = "account/login_password.html"
    form_class = PasswordSignInForm

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: LoginStage) -> None:
        """A sign-in by code that was begun elsewhere doesn't keep anybody from using their password."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | _sign_in_context(self.request)


class CodeView(ConfirmLoginCodeView):
    form_class = CodeForm

    @method_decorator(login_not_required)
    @method_decorator(never_cache)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        expired = expired_sign_in(request)
        if expired is None:
            return super().dispatch(request, *args, **kwargs)
        if request.method != "POST":
            # Opening a page sends nothing: browsers and scanners do that by themselves.
            messages.info(request, _("That code is older than 15 minutes. Enter your address for a new one."))
            return super().dispatch(request, *args, **kwargs)
        return self._send_another(expired, _("That code is older than 15 minutes. We have sent a new one."))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("action") == "resend":
            return self._send_another(self._process.state, _("We have sent a new code. The older one no longer works."))
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer

    def form_valid(self, form: Form) -> HttpResponse:
        finish_email_sign_in(self.request, self._process.state)
        answer: HttpResponse = super().form_valid(form)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | _sign_in_context(self.request)

    def _send_another(self, state: dict[str, Any], message: str) -> HttpResponse:
        response = restart_email_sign_in(self.request, state)
        if response.status_code == 302:
            messages.info(self.request, message)
        return response


def expired_sign_in(request: HttpRequest) -> dict[str, Any] | None:
    """The state of a sign-in by code that has expired; None if one is still running, or none was begun."""
    data = request.session.get(LOGIN_SESSION_KEY)
    try:
        login = Login.deserialize(data) if isinstance(data, dict) else None
    except ValueError:
        return None
    state = (login.state if login else {}).get("stages", {}).get("login_by_code", {}).get("data", {})
    if "email" not in state or time.time() - state["at"] <= settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT:
        return None
    return dict(state)


def _sign_in_context(request: HttpRequest) -> dict[str, Any]:
    """What every page of a sign-in shows: what it is for, and where it leads afterwards."""
    return {
        "sign_in_note": request.session.get(SIGN_IN_NOTE, ""),
        "opens_account": bool(request.session.get(OPENS_ACCOUNT)),
        "next": get_next_redirect_url(request) or "",
    }
