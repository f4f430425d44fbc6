"""Signing in with a passkey alone: the device that has it asks for a finger, a face or a PIN, so it is two factors."""

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from allauth.account.utils import get_login_redirect_url, get_next_redirect_url
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.forms.second_step import PasskeyAloneForm
from accounts.limits import take_passkey
from accounts.second_factor.factors import FactorError, use_passkey_alone
from accounts.second_factor.lost import withdraw_reset
from accounts.second_factor.passkeys import ask_for_any_passkey
from accounts.signing_in.by_email import SIGN_IN_NOTE
from accounts.viewing import to_next
from common.pages.requests import post_data
from common.views import too_many


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
@never_cache
def passkey_sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return to_next(request, get_login_redirect_url(request))
    form, wanted = PasskeyAloneForm(post_data(request)), get_next_redirect_url(request) or ""
    if request.method == "POST":
        wait = take_passkey(request)
        if wait is not None:
            return too_many(request, wait)
        if form.is_valid():
            try:
                person = use_passkey_alone(answer=form.cleaned_data["passkey"], request=request)
            except FactorError as refused:
                form.add_error(None, refused.as_form_error())
            else:
                withdraw_reset(person=person, now=timezone.now())
                login = Login(user=person, redirect_url=wanted if wanted.startswith("/") else None)
                answer: HttpResponse = perform_login(request, login)
                return answer
    context = {
        "form": form,
        "options": ask_for_any_passkey(),
        "sign_in_note": request.session.get(SIGN_IN_NOTE, ""),
        "next": wanted,
    }
    return render(request, "account/passkey.html", context, status=422 if form.errors else 200)
