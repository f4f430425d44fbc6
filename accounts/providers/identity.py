"""Who a provider says has signed in there, read from its token once that is proven to be genuine."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import jwt
from django.core.exceptions import ValidationError

from common.mail.addresses import canonical_address

from .asking import Endpoints, ask_json
from .claims import Claims, pick_claims
from .configuration import ANY_TENANT, OidcProvider
from .errors import not_genuine

# Which kind of key each algorithm has. Whatever a token's header or a published key says, there are no others: “none”
# needs no key, and HS256 would take a public key as if it were a secret.
ALGORITHMS = {"RS256": "RSA", "ES256": "EC"}
SMALLEST_RSA_KEY = 2048
NEEDED = ["iss", "sub", "aud", "exp", "iat"]
CLOCKS_DIFFER_BY = 60
TENANT = re.compile(r"[0-9a-f-]{36}")
TRUE = (True, 1, "true", "1")


@dataclass(frozen=True, slots=True)
class Identity:
    """One account at a provider. `uid` names it for good, whatever becomes of its address.

    `email` is empty if the provider gives none that we could write to; `is_proven`: it vouches that the mailbox is
    theirs, and the settings believe it for this domain. `claims`: what else it says that an app above wants to know.
    """

    provider: str
    uid: str
    email: str = ""
    name: str = ""
    is_proven: bool = False
    claims: Claims = field(default_factory=dict)


def read_identity(provider: OidcProvider, endpoints: Endpoints, tokens: Mapping[str, Any], *, nonce: str) -> Identity:
    """Raises ProviderError `not_genuine`, `no_answer`."""
    token = tokens.get("id_token")
    if not isinstance(token, str):
        raise not_genuine(provider, "there is no token")
    claims = read_claims(provider, endpoints, token, nonce=nonce)
    if "email" not in claims and endpoints.userinfo and isinstance(tokens.get("access_token"), str):
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        more = ask_json(provider, endpoints.userinfo, headers=headers)
        if more.get("sub") != claims["sub"]:
            raise not_genuine(provider, "its user page is about someone else")
        claims = {**more, **claims}
    email, names = clean_address(claims.get("email")), (claims.get("name"), claims.get("given_name"))
    return Identity(
        provider.slug,
        hash_subject(claims["iss"], claims["sub"]),
        email,
        next((name for name in names if isinstance(name, str) and name.strip()), ""),
        is_address_proven(provider, claims, email),
        pick_claims(provider, claims),
    )


def read_claims(provider: OidcProvider, endpoints: Endpoints, token: str, *, nonce: str) -> dict[str, Any]:
    """What a token claims, if its provider signed it a moment ago, for us, in answer to this very browser.

    Raises ProviderError `not_genuine`, `no_answer`.
    """
    keys = ask_json(provider, endpoints.keys).get("keys")
    try:
        header = jwt.get_unverified_header(token)
        algorithm = str(header.get("alg"))
        claims = jwt.decode(
            token,
            find_key(keys, algorithm, header.get("kid")),
            algorithms=[algorithm] if algorithm in ALGORITHMS else [],
            audience=provider.client_id,
            leeway=CLOCKS_DIFFER_BY,
            options={"require": NEEDED},
        )
    except (jwt.PyJWTError, ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise not_genuine(provider, type(error).__name__) from error
    if claims["iss"] != expected_issuer(endpoints, claims):
        raise not_genuine(provider, "another issuer")
    if not is_made_for(provider, claims):
        raise not_genuine(provider, "it was made for another program")
    if not has_nonce(provider, claims, nonce):
        raise not_genuine(provider, "another nonce")
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
        raise not_genuine(provider, "no subject")
    return dict(claims)


def is_made_for(provider: OidcProvider, claims: Mapping[str, Any]) -> bool:
    """The library has looked that we are among the audience; where others are too, the token says who asked for it."""
    is_shared = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    return bool(claims.get("azp", "" if is_shared else provider.client_id) == provider.client_id)


def has_nonce(provider: OidcProvider, claims: Mapping[str, Any], nonce: str) -> bool:
    if "nonce" not in claims and not provider.sends_nonce:
        return True
    return hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode())


def find_key(keys: Any, algorithm: str, number: Any) -> Any:
    """The one published key that fits. Raises LookupError, or what the library raises for a key that is none."""
    kind = ALGORITHMS[algorithm]
    fitting = [
        key
        for key in (keys if isinstance(keys, list) else [])
        if isinstance(key, dict)
        and key.get("kty") == kind
        and key.get("use", "sig") == "sig"
        and number in (None, key.get("kid"))
    ]
    if len(fitting) != 1:
        raise LookupError("no key, or several")
    key = jwt.PyJWK(fitting[0], algorithm=algorithm).key
    if kind == "RSA" and key.key_size < SMALLEST_RSA_KEY:
        raise LookupError("a key that is too short")
    return key


def expected_issuer(endpoints: Endpoints, claims: Mapping[str, Any]) -> str:
    tenant = str(claims.get("tid", ""))
    return endpoints.issuer.replace(ANY_TENANT, tenant) if TENANT.fullmatch(tenant) else endpoints.issuer


def hash_subject(*parts: str) -> str:
    """What names an account for good: a subject is unique within its issuer only."""
    return sha256("\n".join(parts).encode()).hexdigest()


def clean_address(email: Any) -> str:
    """As we write it; nothing where a provider gives none that we could write to."""
    try:
        return canonical_address(email) if isinstance(email, str) and len(email) <= 254 else ""
    except ValidationError:
        return ""


def is_address_proven(provider: OidcProvider, claims: Mapping[str, Any], email: str) -> bool:
    domain = email.partition("@")[2]
    if not domain or domain not in provider.proves or claims.get(provider.proof_claim) not in TRUE:
        return False
    if not provider.needs_hosted_domain or domain in ("gmail.com", "googlemail.com"):
        return True
    return claims.get("hd") == domain
