"""The way to a provider and back. What has to be the same on the way back waits in the browser's session."""

from dataclasses import asdict, dataclass, replace
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode

from allauth.socialaccount.internal import statekit
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from django.http import HttpRequest, QueryDict

from common.mail.rendering import absolute_url

from .asking import exchange_code, find_endpoints
from .configuration import AnyProvider, OidcProvider
from .errors import denied, not_genuine, unknown_journey
from .identity import Identity, read_identity
from .provider import Provider
from .saml.journeys import unseal_answer, write_request
from .saml_configuration import SamlProvider

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


def begin_journey(request: HttpRequest, provider: AnyProvider, *, leads_to: str, connects: int | None = None) -> str:
    """The provider's address to lead this browser to. Raises ProviderError `no_answer`."""
    journey = Journey("", "", connects, leads_to)
    if isinstance(provider, SamlProvider):
        state, address = write_request(provider)
    else:
        state, journey, address = _ask_by_oidc(provider, journey)
    statekit.stash_state(request, provider_id=provider.slug, state=asdict(journey), state_id=state)
    return address


def _ask_by_oidc(provider: OidcProvider, journey: Journey) -> tuple[str, Journey, str]:
    endpoints = find_endpoints(provider)
    challenge = generate_code_challenge()
    journey = replace(journey, nonce=token_urlsafe(32), verifier=challenge.pop("code_verifier"))
    state = token_urlsafe(32)
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": way_back(provider),
        "scope": SCOPE,
        "state": state,
        "nonce": journey.nonce,
        **(challenge if provider.takes_challenge else {}),
    }
    joint = "&" if "?" in endpoints.authorization else "?"
    return state, journey, f"{endpoints.authorization}{joint}{urlencode(asked)}"


def way_back(provider: Provider) -> str:
    """Where the provider sends browsers, with our own host, whatever Host header a request claimed."""
    return absolute_url("provider_return", slug=provider.slug)


def end_journey(request: HttpRequest, provider: Provider) -> Journey:
    """What waits in this browser for the answer that it brings; it works once, for ten minutes.

    Raises ProviderError `unknown_journey`.
    """
    kept = statekit.unstash_state(request, state_id=request.GET.get("state", ""), provider_id=provider.slug)
    if kept is None:
        raise unknown_journey()
    return Journey(**kept)


def read_answer(request: HttpRequest, provider: AnyProvider, journey: Journey) -> Identity:
    """Who has signed in there. Raises ProviderError `denied`, `not_genuine`, `no_answer`, `unknown_journey`."""
    asked = request.GET
    if isinstance(provider, SamlProvider):
        return unseal_answer(provider, asked.get("state", ""), asked.get("answer", ""))
    return _read_oidc_answer(provider, asked, journey)


def _read_oidc_answer(provider: OidcProvider, asked: QueryDict, journey: Journey) -> Identity:
    if asked.get("error") in ("access_denied", "user_cancelled_login", "user_cancelled_authorize"):
        raise denied(provider)
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
