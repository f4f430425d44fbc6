"""The way to a provider and back. What has to be the same on the way back waits in the browser's session."""

from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode

from allauth.socialaccount.internal import statekit
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from django.http import HttpRequest
from django.utils.translation import gettext as _

from common.mail.rendering import absolute_url

from .asking import exchange_code, find_endpoints
from .configuration import Provider
from .errors import ProviderError
from .identity import Identity, not_genuine, read_identity

SCOPE = "openid email profile"
LONGEST_CODE = 4096


@dataclass(frozen=True, slots=True)
class Journey:
    """`connects`: the number of the signed-in person who connects an account; None for who signs in with it.

    `leads_to`: a page of ours, or nothing.
    """

    nonce: str
    verifier: str
    connects: int | None
    leads_to: str


def begin_journey(request: HttpRequest, provider: Provider, *, leads_to: str, connects: int | None = None) -> str:
    """The provider's address to lead this browser to. Raises ProviderError `no_answer`."""
    endpoints = find_endpoints(provider)
    challenge = generate_code_challenge()
    nonce, verifier = token_urlsafe(32), challenge.pop("code_verifier")
    kept = {"nonce": nonce, "verifier": verifier, "connects": connects, "leads_to": leads_to}
    state = statekit.stash_state(request, provider_id=provider.slug, state=kept, state_id=token_urlsafe(32))
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": way_back(provider),
        "scope": SCOPE,
        "state": state,
        "nonce": nonce,
        **(challenge if provider.takes_challenge else {}),
    }
    joint = "&" if "?" in endpoints.authorization else "?"
    return f"{endpoints.authorization}{joint}{urlencode(asked)}"


def way_back(provider: Provider) -> str:
    """Where the provider sends browsers, with our own host, whatever Host header a request claimed."""
    return absolute_url("provider_return", slug=provider.slug)


def end_journey(request: HttpRequest, provider: Provider) -> Journey:
    """What waits in this browser for the answer that it brings; it works once, for ten minutes.

    Raises ProviderError `unknown_journey`.
    """
    kept = statekit.unstash_state(request, state_id=request.GET.get("state", ""), provider_id=provider.slug)
    if kept is None:
        words = _("This sign-in is too old, was used already, or began in another browser. Start again.")
        raise ProviderError("unknown_journey", words)
    return Journey(**kept)


def read_answer(request: HttpRequest, provider: Provider, journey: Journey) -> Identity:
    """Who has signed in there. Raises ProviderError `denied`, `not_genuine`, `no_answer`."""
    asked = request.GET
    if asked.get("error") in ("access_denied", "user_cancelled_login", "user_cancelled_authorize"):
        words = _("You didn’t sign in with %(name)s. You can try again, or sign in by email.")
        raise ProviderError("denied", words % {"name": provider.name})
    code = asked.get("code", "")
    if "error" in asked or not 0 < len(code) <= LONGEST_CODE:
        raise not_genuine(provider, "it answered with an error, or without a code")
    endpoints = find_endpoints(provider)
    if asked.get("iss", endpoints.issuer) != endpoints.issuer:
        raise not_genuine(provider, "another provider has answered")
    tokens: dict[str, Any] = exchange_code(
        provider, endpoints, code=code, verifier=journey.verifier, back=way_back(provider)
    )
    return read_identity(provider, endpoints, tokens, nonce=journey.nonce)
