"""The second step of a sign-in, the same step again for what is sensitive, and where a sleeping role wakes up."""

from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.reauthentication import resume_request
from allauth.account.stages import LoginStageController
from allauth.account.utils import get_login_redirect_url, get_next_redirect_url
from allauth.mfa.stages import AuthenticateStage
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms.second_step import SecondStepForm
from accounts.limits import take_second_step
from accounts.models import User
from accounts.requests import SignedInRequest
from accounts.second_factor.factors import FactorError, has_factor, list_factors, use_code, use_passkey
from accounts.second_factor.lost import ask_reset, finish_due_reset, open_reset, withdraw_reset
from accounts.second_factor.passkeys import ask_for_passkey
from accounts.signing_in.by_email import SIGN_IN_NOTE
from accounts.viewing import to_next
from common.pages.requests import post_data
from common.views import too_many


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
@never_cache
def second_step(request: HttpRequest) -> HttpResponse:
    stage = LoginStageController.enter(request, AuthenticateStage.key)
    if stage is None:
        return to_next(request, get_login_redirect_url(request) if request.user.is_authenticated else "account_login")
    if finish_due_reset(person=stage.login.user, now=timezone.now()):
        done: HttpResponse = stage.exit()
        return done
    return _answer(request, stage.login.user, "account/second_step.html", stage.exit)


@require_POST
@login_not_required
@never_cache
def second_step_lost(request: HttpRequest) -> HttpResponse:
    """Who has shown the first factor asks owners to take the second one away."""
    stage = LoginStageController.enter(request, AuthenticateStage.key)
    if stage is None:
        return to_next(request, get_login_redirect_url(request) if request.user.is_authenticated else "account_login")
    ask_reset(person=stage.login.user, now=timezone.now())
    return redirect("mfa_authenticate")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def second_step_again(request: SignedInRequest) -> HttpResponse:
    """Confirms that it is them. What they were about to send goes on afterwards."""
    if not has_factor(request.user):
        return redirect("account_reauthenticate_by_code")

    def go_on() -> HttpResponse:
        return resume_request(request) or redirect("settings")

    return _answer(request, request.user, "account/second_step_again.html", go_on, again=True)


@require_safe
@never_cache
def role_waits(request: SignedInRequest) -> HttpResponse:
    """Where people are led whose role sleeps: they set up a second step, or use the one that they have."""
    if not request.user.needs_second_step or not request.user.role_sleeps:
        return to_next(request, "sign_in_settings")
    context = {"has_factor": has_factor(request.user), "next": get_next_redirect_url(request) or "", "nav": "settings"}
    return render(request, "accounts/role_waits.html", context)


def _answer(
    request: HttpRequest, person: User, template: str, go_on: Callable[[], HttpResponse], *, again: bool = False
) -> HttpResponse:
    form = SecondStepForm(post_data(request))
    if request.method == "POST":
        wait = take_second_step(request, person)
        if wait is not None:
            return too_many(request, wait)
        if form.is_valid() and _is_right(request, person, form, again=again):
            return go_on()
    context: dict[str, Any] = {
        "form": form,
        "reset": open_reset(person),
        "factors": (factors := list_factors(person)),
        "options": ask_for_passkey(person) if factors.passkeys else None,
        "sign_in_note": request.session.get(SIGN_IN_NOTE, ""),
        "next": get_next_redirect_url(request) or "",
    }
    return render(request, template, context, status=422 if form.errors else 200)


def _is_right(request: HttpRequest, person: User, form: SecondStepForm, *, again: bool) -> bool:
    code, answer = form.cleaned_data.get("code"), form.cleaned_data["passkey"]
    try:
        if code:
            use_code(person=person, code=code, request=request, again=again)
        else:
            use_passkey(person=person, answer=answer, request=request, again=again)
    except FactorError as refused:
        form.add_error(refused.field or None, refused.as_form_error())
        return False
    withdraw_reset(person=person, now=timezone.now())
    return True
