"""Pages for one's own data: a copy, what was agreed to, who of staff looked, deleting the account and keeping it."""

import time
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.adapter import KEEP_ACCOUNT
from accounts.models import DataExport, ExportState, Trace, User
from accounts.privacy.consents import list_consents, purposes, withdraw_consent
from accounts.privacy.erasing import ask_erasure, keep_account, open_erasure, why_not_erase
from accounts.privacy.exports import PrivacyError, ask_again_at, ask_export, newest_export
from accounts.privacy.hooks import looks_of_staff
from accounts.proof import require_recent_proof
from accounts.requests import SignedInRequest
from common.pages.stored import stored_file

MOST_TRACES = 50
# Seconds for which a proof of who they are lets someone keep their account
KEEP_WITHIN = 3600


@dataclass(frozen=True, slots=True)
class CopyPanel:
    """What the page says of the newest copy. `again`: when another one can be asked for; None: now."""

    export: DataExport | None
    again: datetime | None
    now: datetime

    @property
    def is_waiting(self) -> bool:
        return self.export is not None and self.export.state == ExportState.ASKED

    @property
    def is_failed(self) -> bool:
        return self.export is not None and self.export.state == ExportState.FAILED

    @property
    def can_download(self) -> bool:
        return self.export is not None and self.export.can_be_downloaded(self.now)

    @property
    def can_ask(self) -> bool:
        return not self.is_waiting and self.again is None


@require_safe
@never_cache
def my_data(request: SignedInRequest) -> HttpResponse:
    now, person = timezone.now(), request.user
    traces = Trace.objects.looks_at(person)[:MOST_TRACES]
    context = {
        "copy": CopyPanel(newest_export(person), ask_again_at(person, now=now), now),
        "consents": list_consents(person),
        "traces": traces,
        "looks": [look for list_looks in looks_of_staff for look in list_looks(person, now)],
        "nav": "settings",
    }
    return render(request, "accounts/my_data.html", context)


@require_POST
@reauthentication_required
def my_data_copy(request: SignedInRequest) -> HttpResponse:
    require_recent_proof(request)
    try:
        ask_export(person=request.user, now=timezone.now())
    except PrivacyError as refused:
        messages.error(request, refused.message, extra_tags=refused.code)
    return redirect("my_data")


@require_safe
@never_cache
def my_data_download(request: SignedInRequest, uuid: UUID) -> HttpResponseBase:
    export = get_object_or_404(DataExport, uuid=uuid, person=request.user)
    if not export.can_be_downloaded(timezone.now()):
        raise Http404
    return send_copy(export)


def send_copy(export: DataExport) -> FileResponse:
    """Raises Http404 where the file is gone."""
    name = f"{settings.SITE_HOST}-{export.asked_at:%Y-%m-%d}.zip"
    return stored_file(export.key, content_type="application/zip", filename=name)


@require_POST
def consent_withdraw(request: SignedInRequest, name: str) -> HttpResponse:
    if name not in purposes:
        raise Http404
    withdraw_consent(purpose=purposes[name], person=request.user, now=timezone.now())
    messages.success(request, _("Withdrawn. It’s switched off."))
    return redirect(f"{reverse('my_data')}#consents")


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(allow_get=True)
def remove_account(request: SignedInRequest) -> HttpResponse:
    """What follows, and the button. Afterwards nobody is signed in to this account any more."""
    now, person = timezone.now(), request.user
    refusal = why_not_erase(person)
    if request.method == "POST":
        require_recent_proof(request)
        try:
            ask_erasure(person=person, now=now)
        except PrivacyError as refused:
            refusal = refused
        else:
            logout(request)
            remember_proof(request, person)
            messages.success(request, _("Your account is closed. We’ve emailed you how to keep it."))
            return redirect("keep_account")
    context = {"refusal": refusal, "due": now + settings.ERASURE_GRACE, "nav": "settings"}
    return render(request, "accounts/remove_account.html", context, status=refusal.status if refusal else 200)


def remember_proof(request: HttpRequest, person: User) -> None:
    request.session[KEEP_ACCOUNT] = {"person": person.pk, "at": time.time()}


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
@never_cache
def keep(request: HttpRequest) -> HttpResponse:
    """The only page to which signing in leads while an account is being deleted."""
    person, now = proven_person(request), timezone.now()
    if person is None:
        return redirect("account_login")
    erasure, refusal = open_erasure(person), None
    if request.method == "POST":
        try:
            keep_account(person=person, now=now)
        except PrivacyError as refused:
            refusal = refused
        else:
            del request.session[KEEP_ACCOUNT]
            messages.success(request, _("Your account is as it was. Welcome back."))
            person.refresh_from_db()
            answer: HttpResponse = perform_login(request, Login(user=person, email=person.email))
            return answer
    if erasure is None and refusal is None:
        return redirect("account_login")
    context = {"erasure": erasure, "refusal": refusal}
    return render(request, "account/keep_account.html", context, status=refusal.status if refusal else 200)


def proven_person(request: HttpRequest) -> User | None:
    proof = request.session.get(KEEP_ACCOUNT)
    if not isinstance(proof, dict) or time.time() - proof["at"] > KEEP_WITHIN:
        return None
    return User.objects.filter(pk=proof["person"]).first()
