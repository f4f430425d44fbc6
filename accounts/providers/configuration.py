"""Whom people can sign in with: read from the settings OIDC_PROVIDERS and SAML_PROVIDERS, and from nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from django.conf import settings

from .provider import (
    Provider,
    UnreadableSettingError,
    is_safe_address,
    read_domains,
    read_entries,
    read_slug,
    refuse_long_name,
    refuse_missing,
    refuse_same_slugs,
)
from .saml_configuration import SamlProvider, read_saml_providers

# One provider for all of its customers names each of them in its tokens; in its configuration stands this instead
ANY_TENANT = "{tenantid}"
PRESETS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        # It answers for addresses of its own, and for those of organisations that it names in `hd`.
        "google": {
            "name": "Google",
            "issuer": "https://accounts.google.com",
            "proves": ["gmail.com", "googlemail.com"],
            "needs_hosted_domain": True,
        },
        # What it calls an address is no proof, unless the claim is added that says so.
        "microsoft": {
            "name": "Microsoft",
            "issuer": "https://login.microsoftonline.com/{tenant}/v2.0",
            "proof_claim": "xms_edov",
        },
        # It sends no nonce back and refuses PKCE to programs that have a secret.
        "linkedin": {
            "name": "LinkedIn",
            "issuer": "https://www.linkedin.com/oauth",
            "sends_nonce": False,
            "takes_challenge": False,
        },
    }
)
FROM_SETTINGS = ("id", "name", "issuer", "tenant", "client_id", "secret", "proves")


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcProvider(Provider):
    """A provider that speaks OpenID Connect. `proof_claim`: which of its claims says that an address was verified.

    `sends_nonce` and `takes_challenge`: two protections that the standard asks for and not every provider has.
    """

    client_id: str
    secret: str
    proof_claim: str = "email_verified"
    needs_hosted_domain: bool = False
    sends_nonce: bool = True
    takes_challenge: bool = True


AnyProvider = OidcProvider | SamlProvider


def list_providers() -> tuple[AnyProvider, ...]:
    return read_all_providers(settings.OIDC_PROVIDERS, settings.SAML_PROVIDERS)


def find_provider(slug: str) -> AnyProvider | None:
    return next((one for one in list_providers() if one.slug == slug), None)


@lru_cache(maxsize=8)
def read_all_providers(oidc: str, saml: str) -> tuple[AnyProvider, ...]:
    """Raises UnreadableSettingError, also where both settings use one id: it stands with each connection."""
    both: list[AnyProvider] = [*read_providers(oidc), *read_saml_providers(saml)]
    return refuse_same_slugs(both)


@lru_cache(maxsize=8)
def read_providers(text: str) -> tuple[OidcProvider, ...]:
    """Raises UnreadableSettingError."""
    return refuse_same_slugs([_make_provider(entry) for entry in read_entries(text)])


def _make_provider(entry: Mapping[str, Any]) -> OidcProvider:
    slug = read_slug(entry, FROM_SETTINGS)
    preset = dict(PRESETS.get(slug, {}))
    known = {**preset, **{key: str(value) for key, value in entry.items() if key not in ("id", "proves", "tenant")}}
    issuer = known.get("issuer", "").replace("{tenant}", str(entry.get("tenant", "common"))).rstrip("/")
    known |= {"proves": read_domains(slug, entry) | frozenset(preset.get("proves", []))}
    refuse_missing(slug, known, ("name", "issuer", "client_id", "secret"))
    provider = OidcProvider(**{**known, "slug": slug, "issuer": issuer})
    refuse_long_name(provider)
    if not is_safe_address(provider, provider.issuer):
        raise UnreadableSettingError(f"{slug}: the issuer has to be an address that begins with https://.")
    return provider
