"""Whom people can sign in with: read from the setting OIDC_PROVIDERS, and from nowhere else."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError

from common.mail.addresses import canonical_address

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,28}[a-z0-9])?")
# One provider for all of its customers names each of them in its tokens; in its configuration stands this instead
ANY_TENANT = "{tenantid}"
LONGEST_NAME = 40
OF_THIS_MACHINE = ("localhost", "127.0.0.1")
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


class UnreadableSettingError(Exception):
    """What is wrong with OIDC_PROVIDERS, for the person who wrote it. It never holds a secret."""


@dataclass(frozen=True, slots=True)
class Provider:
    """`proves`: the domains whose addresses this provider vouches for; `proof_claim` says so in its tokens.

    `sends_nonce` and `takes_challenge`: two protections that the standard asks for and not every provider has.
    """

    slug: str
    name: str
    issuer: str
    client_id: str
    secret: str
    proves: frozenset[str] = frozenset()
    proof_claim: str = "email_verified"
    needs_hosted_domain: bool = False
    sends_nonce: bool = True
    takes_challenge: bool = True

    @property
    def is_on_this_machine(self) -> bool:
        return urlsplit(self.issuer).hostname in OF_THIS_MACHINE


def list_providers() -> tuple[Provider, ...]:
    return read_providers(settings.OIDC_PROVIDERS)


def find_provider(slug: str) -> Provider | None:
    return next((one for one in list_providers() if one.slug == slug), None)


@lru_cache(maxsize=8)
def read_providers(text: str) -> tuple[Provider, ...]:
    """A list in JSON, or a line for each: `google client_id=… secret=…`. Raises UnreadableSettingError."""
    found = tuple(_make_provider(entry) for entry in _entries_in(text.strip()))
    slugs = [one.slug for one in found]
    if twice := next((slug for slug in slugs if slugs.count(slug) > 1), None):
        raise UnreadableSettingError(f"“{twice}” is named twice. Give one of the two another id.")
    return found


def _entries_in(text: str) -> Iterator[dict[str, Any]]:
    if text.startswith("["):
        try:
            entries = json.loads(text)
        except ValueError as error:
            raise UnreadableSettingError("The list is no JSON.") from error
        if not all(isinstance(entry, dict) for entry in entries):
            raise UnreadableSettingError("Each entry of the list has to be an object.")
        yield from entries
        return
    for line in filter(None, map(str.strip, text.splitlines())):
        yield _entry_of(line)


def _entry_of(line: str) -> dict[str, Any]:
    try:
        first, *rest = shlex.split(line)
    except ValueError as error:
        raise UnreadableSettingError("A line has a quotation mark without its other half.") from error
    if not all("=" in part for part in rest):
        raise UnreadableSettingError("After its first word a line has parts like client_id=… with blanks between.")
    return {"id": first, **dict(part.split("=", 1) for part in rest)}


def _make_provider(entry: Mapping[str, Any]) -> Provider:
    slug = str(entry.get("id", ""))
    if not SLUG.fullmatch(slug):
        raise UnreadableSettingError("An id is needed: up to 30 small letters, digits and hyphens.")
    if unknown := sorted(set(entry) - set(FROM_SETTINGS)):
        raise UnreadableSettingError(f"{slug}: {unknown[0]} is unknown. Known are {', '.join(FROM_SETTINGS)}.")
    preset = dict(PRESETS.get(slug, {}))
    proves = entry.get("proves", [])
    domains = proves if isinstance(proves, list) else str(proves).split(",")
    known = {**preset, **{key: str(value) for key, value in entry.items() if key not in ("id", "proves", "tenant")}}
    issuer = known.get("issuer", "").replace("{tenant}", str(entry.get("tenant", "common"))).rstrip("/")
    known |= {"proves": frozenset(_domain_of(slug, one) for one in [*preset.get("proves", []), *domains] if one)}
    missing = [name for name in ("name", "issuer", "client_id", "secret") if not known.get(name)]
    if missing:
        raise UnreadableSettingError(f"{slug}: {', '.join(missing)} is missing.")
    provider = Provider(**{**known, "slug": slug, "issuer": issuer})
    if len(provider.name) > LONGEST_NAME:
        raise UnreadableSettingError(f"{slug}: the name may have {LONGEST_NAME} characters.")
    if not is_safe_address(provider, provider.issuer):
        raise UnreadableSettingError(f"{slug}: the issuer has to be an address that begins with https://.")
    return provider


def _domain_of(slug: str, text: str) -> str:
    try:
        return canonical_address(f"someone@{str(text).strip()}").partition("@")[2]
    except ValidationError as error:
        raise UnreadableSettingError(f"{slug}: proves names something that is no domain.") from error


def is_safe_address(provider: Provider, address: Any) -> bool:
    """Whether this is an address by TLS, or one of this machine where the provider itself is on it."""
    if not isinstance(address, str) or not re.fullmatch(r"https?://[!#-;=?-\[\]_a-z~]+", address):
        return False
    parts = urlsplit(address)
    is_local = provider.is_on_this_machine and parts.hostname in OF_THIS_MACHINE
    return bool(parts.hostname) and (parts.scheme == "https" or is_local)
