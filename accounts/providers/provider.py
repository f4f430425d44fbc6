"""What every provider of sign-ins has in common, and how the settings that name them are read."""

import json
import re
import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

from common.mail.addresses import canonical_address

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,28}[a-z0-9])?")
LONGEST_NAME = 40
OF_THIS_MACHINE = ("localhost", "127.0.0.1")


class UnreadableSettingError(Exception):
    """What is wrong with a setting, for the person who wrote it. It never holds a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """`issuer`: what its answers call it. `proves`: the domains whose addresses this provider vouches for."""

    slug: str
    name: str
    issuer: str
    proves: frozenset[str] = frozenset()

    @property
    def is_on_this_machine(self) -> bool:
        return urlsplit(self.issuer).hostname in OF_THIS_MACHINE


Kind = TypeVar("Kind", bound=Provider)


def refuse_same_slugs(providers: Sequence[Kind]) -> tuple[Kind, ...]:
    slugs = [one.slug for one in providers]
    if twice := next((slug for slug in slugs if slugs.count(slug) > 1), None):
        raise UnreadableSettingError(f"“{twice}” is named twice. Give one of the two another id.")
    return tuple(providers)


def read_entries(text: str) -> Iterator[dict[str, Any]]:
    """A list in JSON, or a line for each: `google client_id=… secret=…`. Raises UnreadableSettingError."""
    text = text.strip()
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


def read_slug(entry: Mapping[str, Any], known: Collection[str]) -> str:
    """Raises UnreadableSettingError, also where an entry has parts that are unknown."""
    slug = str(entry.get("id", ""))
    if not SLUG.fullmatch(slug):
        raise UnreadableSettingError("An id is needed: up to 30 small letters, digits and hyphens.")
    if unknown := sorted(set(entry) - set(known)):
        raise UnreadableSettingError(f"{slug}: {unknown[0]} is unknown. Known are {', '.join(known)}.")
    return slug


def read_domains(slug: str, entry: Mapping[str, Any]) -> frozenset[str]:
    """The domains in its part `proves`: a list, or a text with commas between."""
    proves = entry.get("proves", [])
    domains = proves if isinstance(proves, list) else str(proves).split(",")
    return frozenset(_domain_of(slug, one) for one in domains if one)


def refuse_missing(slug: str, known: Mapping[str, Any], needed: Sequence[str]) -> None:
    if missing := [name for name in needed if not known.get(name)]:
        raise UnreadableSettingError(f"{slug}: {', '.join(missing)} is missing.")


def refuse_long_name(provider: Provider) -> None:
    if len(provider.name) > LONGEST_NAME:
        raise UnreadableSettingError(f"{provider.slug}: the name may have {LONGEST_NAME} characters.")


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
