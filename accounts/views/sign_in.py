"""Signing in and out: by a code by email, or by password for those who have one."""

import time
from typing import Any

from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.account.models import Login
from allauth.account.stages import LoginStage, LoginStageController
from allauth.account.utils import get_login_redirect_url, get_next_redirect_url
from allauth.account.views import ConfirmLoginCodeView, LoginView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.adapter import NameStage
from accounts.codes import STILL_SENDING
from accounts.forms.credentials import CodeForm, NameForm, PasswordSignInForm, SignInForm
from accounts.providers.configuration import find_provider
from accounts.services import name_person
from accounts.signing_in.by_email import (
    CONNECTION,
    SIGN_IN_NOTE,
    answer_email_form,
    code_page,
    finish_email_sign_in,
    restart_email_sign_in,
)
from accounts.signing_in.by_provider import finish_with_code
from accounts.viewing import to_next
from common.pages.requests import post_data


@login_not_required
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """The one door: who has no account yet gets one by the same code."""
    if request.user.is_authenticated:
        return to_next(request, get_login_redirect_url(request))
    form = SignInForm(post_data(request), initial={"email": request.GET.get("email", "")})
    if request.method == "POST" and (response := answer_email_form(request, form)):
        return response
    return render(request, "account/login.html", {"form": form} | _sign_in_context(request))


@login_not_required
@require_safe
def sign_up(request: HttpRequest) -> HttpResponse:
    """Where accounts used to be created: links to it lead to the one door."""
    return redirect(f"{reverse('account_login')}?{request.META['QUERY_STRING']}")


@login_not_required
@never_cache
def ask_name(request: HttpRequest) -> HttpResponse:
    stage = LoginStageController.enter(request, NameStage.key)
    if stage is None:
        return to_next(request, get_login_redirect_url(request) if request.user.is_authenticated else "account_login")
    form = NameForm(post_data(request))
    if request.method == "POST" and form.is_valid():
        name_person(stage.login.user, name=form.cleaned_data["name"])
        answer: HttpResponse = stage.exit()
        return answer
    return render(request, "account/name.html", {"form": form} | _sign_in_context(request))


class PasswordSignInView(LoginView):
    template_name = "account/login_password.html"
    form_class = PasswordSignInForm

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: LoginStage) -> None:
        """A sign-in by code that was begun elsewhere doesn't keep anyone from using their password."""

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            answer: HttpResponse = super().form_valid(form)
        except ValidationError as not_sent:  # an address that was never proven gets a code
            form.add_error("login", not_sent)
            return self.form_invalid(form)
        return answer

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
            words = _("That code is more than 15 minutes old. Enter your address for a new one.")
            messages.info(request, words, extra_tags="code_expired")
            return super().dispatch(request, *args, **kwargs)
        return self._send_another(expired, _("That code is more than 15 minutes old. We’ve emailed you a new one."))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("action") == "resend":
            return self._send_another(
                self._process.state, _("We’ve emailed you a new code. The old one no longer works.")
            )
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer

    def form_valid(self, form: Form) -> HttpResponse:
        state = self._process.state
        finish_email_sign_in(self.request, state)
        if state.get(CONNECTION):
            return finish_with_code(self.request, state, leads_to=self.get_next_url())
        answer: HttpResponse = super().form_valid(form)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        connection = self._process.state.get(CONNECTION) or {}
        asked_by = find_provider(connection.get("provider", ""))
        return super().get_context_data(**kwargs) | {"asked_by": asked_by} | _sign_in_context(self.request)

    def _send_another(self, state: dict[str, Any], message: str) -> HttpResponse:
        try:
            response = restart_email_sign_in(self.request, state)
        except ValidationError as not_sent:
            messages.error(self.request, not_sent.message)
            return redirect(code_page(self.request))
        if response.status_code == 302 and not self.request.session[STILL_SENDING]:
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
        "next": get_next_redirect_url(request) or "",
    }
