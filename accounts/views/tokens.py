"""Pages for API tokens: made and stopped after proving that it is you."""

from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access.idempotency import act_once
from accounts.forms.tokens import TokenForm
from accounts.hooks import areas_of
from accounts.models import AccessToken, User
from accounts.proof import require_recent_proof
from accounts.requests import SignedInRequest
from accounts.tokens import TokenError, make_token, stop_token
from common.pages.requests import post_data


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(allow_get=True)
def access_tokens(request: SignedInRequest) -> HttpResponse:
    """List tokens and make a new one.

    It is shown in answer to the form and never again, since only its hash is stored.
    """
    now, made, text = timezone.now(), None, ""
    areas = areas_of(request.user)
    form = TokenForm(post_data(request), areas=areas)
    if request.method == "POST":
        require_recent_proof(request)
        if form.is_valid():
            try:
                made, text = make_token_once(request.user, now=now, **form.cleaned_data)
            except TokenError as error:
                form.add_error(error.field, error.as_form_error())
    mine = AccessToken.objects.filter(person=request.user)
    names = {area.key: area.name for area in areas}
    context = {
        "form": TokenForm(areas=areas) if made else form,
        "made": made,
        "token": text,
        "tokens": [(token, token.has_expired(now), names.get(token.area, token.area)) for token in mine],
        "nav": "settings",
    }
    return render(request, "accounts/tokens.html", context, status=422 if form.errors else 200)


@transaction.atomic
def make_token_once(person: User, *, key: str, now: datetime, **given: Any) -> tuple[AccessToken, str]:
    """The same form sent twice makes one token, and shows it both times. Raises TokenError."""
    is_first = act_once(person, f"token:{key}", now=now, act=lambda: None)
    return make_token(person=person, now=now, key=key, is_again=not is_first, **given)


@require_POST
@reauthentication_required
def token_stop(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    require_recent_proof(request)
    if not stop_token(person=request.user, uuid=uuid):
        raise Http404
    messages.success(request, _("The token has been revoked."))
    return redirect("tokens")
