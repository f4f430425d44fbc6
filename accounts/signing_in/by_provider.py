"""Signs people in with an account elsewhere: straight in if it is connected, else once the address is proven.

The account elsewhere is connected at the very end of a sign-in (`accounts.adapter.ConnectStage`), after the second step
of who has one: who gets only halfway leaves nothing behind.
"""

from typing import Any

from allauth.account.internal.flows.email_verification import verify_email_indirectly
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.providers.connections import as_plain, find_person
from accounts.providers.errors import ProviderError
from accounts.providers.identity import Identity
from accounts.providers.provider import Provider

from .by_email import CONNECTION, SAID, open_proven_account, start_email_sign_in


def sign_in_with(request: HttpRequest, provider: Provider, identity: Identity, *, leads_to: str) -> HttpResponse:
    """Go on here with the sign-in that was done at the provider. Raises ProviderError `no_address`, `no_code`."""
    person = find_person(identity)
    if person:
        return _go_on(request, person, identity, leads_to=leads_to)
    if not identity.email:
        words = _("%(name)s gave us no email address. Sign in by email, then connect %(name)s in your settings.")
        raise ProviderError("no_address", words % {"name": provider.name})
    if identity.is_proven:
        person = open_proven_account(request, email=identity.email, name=identity.name)
        return _go_on(request, person, identity, leads_to=leads_to, connection=as_plain(identity))
    try:
        return start_email_sign_in(
            request, email=identity.email, name=identity.name, leads_to=leads_to, connection=as_plain(identity)
        )
    except ValidationError as refused:
        raise ProviderError("no_code", " ".join(refused.messages)) from refused


def finish_with_code(request: HttpRequest, state: dict[str, Any], *, leads_to: str | None) -> HttpResponse:
    """The code was right that was asked for because the provider's word isn't enough: now it connects its account."""
    person = User.objects.get(pk=state["user_id"])
    record_authentication(request, person, method="code", email=state["email"])
    verify_email_indirectly(request, person, state["email"])
    identity = Identity(**state[CONNECTION])
    return _go_on(request, person, identity, leads_to=leads_to or "", connection=state[CONNECTION])


def _go_on(
    request: HttpRequest, person: User, identity: Identity, *, leads_to: str, connection: dict[str, Any] | None = None
) -> HttpResponse:
    # It hands these on to the end of the sign-in, whatever steps come before that.
    said = {SAID: {"provider": identity.provider, "said": identity.claims}} if identity.claims else None
    login = Login(user=person, redirect_url=leads_to or None, signal_kwargs=said)
    if connection:
        login.state[CONNECTION] = connection
    record_authentication(request, person, method="socialaccount", provider=identity.provider)
    answer: HttpResponse = perform_login(request, login)
    return answer
