"""Pages to change one's own address and password, each after proving that it is you."""

from typing import Any, cast

from allauth.account.internal.flows.reauthentication import resume_request
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import (
    ConfirmEmailVerificationCodeView,
    EmailView,
    PasswordSetView,
    ReauthenticateView,
    logout,
)
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.adapter import KEEPS_WAYS_IN
from accounts.forms.credentials import KEEP, AddressCodeForm, AddressForm, CodeForm, PasswordAgainForm, PasswordSetForm
from accounts.limits import take_code_mail
from accounts.models import User
from accounts.proof import ProofByCode, require_recent_proof
from common.pages.requests import post_data
from common.views import too_many


@login_not_required
def sign_out(request: HttpRequest) -> HttpResponse:
    """The browser then forgets what our scripts kept, such as the copy of an event's page for a failing network."""
    response: HttpResponse = logout(request)
    if request.method == "POST":
        response["Clear-Site-Data"] = '"storage"'
    return response


class AddressView(EmailView):
    """One address per person: a new one takes the old one's place once its code is entered."""

    template_name = "account/email_change.html"
    form_class = AddressForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        require_recent_proof(request)
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer

    def form_valid(self, form: AddressForm) -> HttpResponse:
        again = take_code_mail(self.request, form.cleaned_data["email"])
        if again is not None:
            return too_many(self.request, again)
        self.request.session[KEEPS_WAYS_IN] = form.cleaned_data.get("other_ways") == KEEP
        try:
            answer: HttpResponse = super().form_valid(form)
        except ValidationError as not_sent:
            form.add_error("email", not_sent)
            return self.form_invalid(form)
        return answer


# Also met when signing in by password with an address that was never proven, as createsuperuser leaves it.
address_code = login_not_required(ConfirmEmailVerificationCodeView.as_view(form_class=AddressCodeForm))


class FirstPasswordView(PasswordSetView):
    form_class = PasswordSetForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        require_recent_proof(request)
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer


class PasswordAgainView(ReauthenticateView):
    form_class = PasswordAgainForm


@never_cache
def prove_by_code(request: HttpRequest) -> HttpResponse:
    """A POST without a code sends one; a POST with the right one continues what it was asked for."""
    user = cast(User, request.user)
    running = ProofByCode.resume(request)
    if request.method == "POST" and (running is None or request.POST.get("action") == "resend"):
        again = take_code_mail(request, user.email)
        if again is not None:
            return too_many(request, again)
        try:
            ProofByCode.begin(request, user)
        except ValidationError as not_sent:
            messages.error(request, not_sent.message)
        return redirect(request.get_full_path())
    form = CodeForm(post_data(request), code=running.code if running else None)
    if running and request.method == "POST":
        if form.is_valid():
            running.finish(user)
            return resume_request(request) or redirect("settings")
        if not running.record_invalid_attempt():
            messages.error(request, _("That was the third wrong code. Get a new one."), extra_tags="code_used_up")
            return redirect(request.get_full_path())
    context = {"form": form, "running": running, "next": get_next_redirect_url(request) or ""}
    return render(request, "account/reauthenticate_by_code.html", context)
