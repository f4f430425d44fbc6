"""What the setting SAML_PROVIDERS names. Read with every page, so nothing here loads what reads XML."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

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

FROM_SETTINGS = ("id", "name", "entity_id", "metadata", "sso", "certificate", "subject", "email", "proves")
# By it a page of settings and a line of text may wrap a certificate
AROUND_CERTIFICATE = re.compile(r"-----(BEGIN|END) CERTIFICATE-----|\s")


@dataclass(frozen=True, slots=True, kw_only=True)
class SamlProvider(Provider):
    """A provider that speaks SAML 2.0.

    It is described by its `metadata`, which stands at an address or in a file, or by `sso` and `certificates`.
    `subject` and `email` name the attributes that hold them; without `subject` a persistent NameID names the account.
    """

    metadata: str = ""
    sso: str = ""
    certificates: tuple[str, ...] = ()
    subject: str = ""
    email: str = ""


@lru_cache(maxsize=8)
def read_saml_providers(text: str) -> tuple[SamlProvider, ...]:
    """Raises UnreadableSettingError."""
    return refuse_same_slugs([_make_provider(entry) for entry in read_entries(text)])


def _make_provider(entry: Mapping[str, Any]) -> SamlProvider:
    slug = read_slug(entry, FROM_SETTINGS)
    known = {key: str(value).strip() for key, value in entry.items() if key not in ("id", "proves", "certificate")}
    refuse_missing(slug, known, ("name", "entity_id"))
    provider = SamlProvider(
        slug=slug,
        issuer=known.pop("entity_id"),
        proves=read_domains(slug, entry),
        certificates=_read_certificates(entry.get("certificate", [])),
        **known,
    )
    refuse_long_name(provider)
    if re.search(r"\s", provider.issuer):
        raise UnreadableSettingError(f"{slug}: the entity_id has no blanks.")
    if bool(provider.metadata) == bool(provider.sso or provider.certificates):
        raise UnreadableSettingError(f"{slug}: either metadata is needed, or sso and certificate.")
    if not provider.metadata:
        refuse_missing(slug, {"sso": provider.sso, "certificate": provider.certificates}, ("sso", "certificate"))
    addresses = filter(None, (provider.sso, provider.metadata if "://" in provider.metadata else ""))
    if not all(is_safe_address(provider, address) for address in addresses):
        raise UnreadableSettingError(f"{slug}: metadata and sso have to be addresses that begin with https://.")
    return provider


def _read_certificates(value: Any) -> tuple[str, ...]:
    """One, or a list while the provider changes to another key."""
    several = value if isinstance(value, list) else [value]
    return tuple(filter(None, (AROUND_CERTIFICATE.sub("", str(one)) for one in several)))
