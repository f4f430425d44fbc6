"""What is asked of a provider itself, and how long its answers may be and take."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from requests.auth import HTTPBasicAuth

from .configuration import ANY_TENANT, OidcProvider
from .errors import no_answer
from .provider import Provider, is_safe_address

# Seconds until a part of an answer comes, and until the whole is there
PART_WITHIN, WHOLE_WITHIN = 4, 8
LARGEST_ANSWER = 256 * 1024
# Where every provider describes itself
WELL_KNOWN = "/.well-known/openid-configuration"
BASIC, IN_FORM = "client_secret_basic", "client_secret_post"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a provider is asked. `issuer` is what its tokens name; it may stand for any tenant."""

    issuer: str
    authorization: str
    token: str
    keys: str
    userinfo: str
    token_auth: tuple[str, ...]


def find_endpoints(provider: OidcProvider) -> Endpoints:
    """Raises ProviderError `no_answer`, also where the provider says that it is another one than the settings name."""
    found = ask_json(provider, f"{provider.issuer}{WELL_KNOWN}")
    issuer = str(found.get("issuer", ""))
    if issuer.rstrip("/") != provider.issuer and not _is_for_all_tenants(provider, issuer):
        raise no_answer(provider, "it calls itself by another issuer")
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if not all(is_safe_address(provider, found.get(name)) for name in names):
        raise no_answer(provider, "an address in its configuration can’t be used")
    authorization, token, keys = (str(found[name]) for name in names)
    userinfo = found.get("userinfo_endpoint")
    ways = found.get("token_endpoint_auth_methods_supported")
    return Endpoints(
        issuer,
        authorization,
        token,
        keys,
        userinfo=str(userinfo) if is_safe_address(provider, userinfo) else "",
        token_auth=tuple(map(str, ways)) if isinstance(ways, list) else (),
    )


def exchange_code(
    provider: OidcProvider, endpoints: Endpoints, *, code: str, verifier: str, back: str
) -> dict[str, Any]:
    """Trade the code that a browser brought for tokens. Raises ProviderError `no_answer`."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back}
    if provider.takes_challenge:
        form["code_verifier"] = verifier
    in_header = BASIC in endpoints.token_auth and IN_FORM not in endpoints.token_auth
    if not in_header:
        form |= {"client_id": provider.client_id, "client_secret": provider.secret}
    auth = HTTPBasicAuth(provider.client_id, provider.secret) if in_header else None
    return ask_json(provider, endpoints.token, method="POST", data=form, auth=auth)


def ask_json(provider: Provider, address: str, *, method: str = "GET", **options: Any) -> dict[str, Any]:
    """The object that stands at this address. Raises ProviderError `no_answer`."""
    body = ask_bytes(provider, address, method=method, **options)
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise no_answer(provider, "its answer is no JSON") from error
    if not isinstance(found, Mapping):
        raise no_answer(provider, "its answer is no object")
    return dict(found)


def ask_bytes(provider: Provider, address: str, *, method: str = "GET", **options: Any) -> bytes:
    """What stands at this address. Follows no redirects. Raises ProviderError `no_answer`."""
    began = time.monotonic()
    try:
        with requests.request(
            method, address, timeout=PART_WITHIN, allow_redirects=False, stream=True, **options
        ) as response:
            body = b""
            for part in response.iter_content(8192):
                body += part
                if len(body) > LARGEST_ANSWER or time.monotonic() - began > WHOLE_WITHIN:
                    raise no_answer(provider, "its answer is too long or too slow")
            status = response.status_code
    except requests.RequestException as error:
        raise no_answer(provider, type(error).__name__) from error
    if status != 200:
        raise no_answer(provider, f"status {status}")
    return body


def _is_for_all_tenants(provider: OidcProvider, issuer: str) -> bool:
    """Where the settings name no tenant, the configuration names none either."""
    before, _tenant, after = issuer.partition(ANY_TENANT)
    tail = provider.issuer.removeprefix(before).removesuffix(after)
    return bool(_tenant) and provider.issuer.startswith(before) and tail in ("common", "organizations", "consumers")
