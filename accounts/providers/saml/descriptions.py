"""How a provider can be asked and by which keys it signs: as the settings say, or as its own metadata does."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from accounts.providers.asking import ask_bytes
from accounts.providers.errors import no_answer
from accounts.providers.provider import is_safe_address
from accounts.providers.saml_configuration import SamlProvider

from .libraries import NAMESPACES, REDIRECT_BINDING, crypto_errors, ec, etree, library_xml, rsa, x509

SMALLEST_RSA_KEY = 2048
MOST_KEYS = 10


@dataclass(frozen=True, slots=True)
class Description:
    """`sso`: where browsers are sent to sign in. `certificates`: in base64; one of their keys has to have signed."""

    sso: str
    certificates: tuple[str, ...]


def find_description(provider: SamlProvider) -> Description:
    """Raises ProviderError `no_answer`."""
    if provider.metadata:
        found = read_metadata(provider, _fetch_metadata(provider))
    else:
        found = Description(provider.sso, provider.certificates)
    if not all(is_strong_key(certificate) for certificate in found.certificates):
        raise no_answer(provider, "one of its certificates can’t be read, or its key is too short")
    return found


def _fetch_metadata(provider: SamlProvider) -> bytes:
    if "://" in provider.metadata:
        return ask_bytes(provider, provider.metadata)
    try:
        return Path(provider.metadata).read_bytes()
    except OSError as error:
        raise no_answer(provider, "the file with its metadata can’t be read") from error


def read_metadata(provider: SamlProvider, body: bytes) -> Description:
    """Raises ProviderError `no_answer`, also where it is about another provider or not valid any more."""
    try:
        root = library_xml.OneLogin_Saml2_XML.to_etree(body)
    except (etree.LxmlError, ValueError) as error:
        raise no_answer(provider, "its metadata is no XML that can be used") from error
    entity = find_entity(root, provider)
    if entity is None:
        raise no_answer(provider, "its metadata has no entity_id as the settings name it")
    if not is_valid_now(root) or not is_valid_now(entity):
        raise no_answer(provider, "its metadata is not valid any more")
    service = "md:IDPSSODescriptor/md:SingleSignOnService[@Binding=$binding]/@Location"
    keys = "md:IDPSSODescriptor/md:KeyDescriptor[not(@use) or @use='signing']/ds:KeyInfo/ds:X509Data/ds:X509Certificate"
    addresses = entity.xpath(service, namespaces=NAMESPACES, binding=REDIRECT_BINDING)
    certificates = ["".join((one.text or "").split()) for one in entity.xpath(keys, namespaces=NAMESPACES)]
    if not addresses or not is_safe_address(provider, str(addresses[0])):
        raise no_answer(provider, "its metadata names no address that browsers can be led to")
    if not 0 < len(certificates) <= MOST_KEYS:
        raise no_answer(provider, "its metadata names no certificate, or too many")
    return Description(str(addresses[0]), tuple(dict.fromkeys(certificates)))


def find_entity(root: Any, provider: SamlProvider) -> Any | None:
    """Metadata describes one entity, or several in a list."""
    entities = root.iter(f"{{{NAMESPACES['md']}}}EntityDescriptor")
    return next((one for one in entities if one.get("entityID") == provider.issuer), None)


def is_valid_now(element: Any) -> bool:
    until = element.get("validUntil")
    try:
        moment = datetime.fromisoformat(until) if until else None
    except ValueError:
        return False
    return moment is None or (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) > timezone.now()


def is_strong_key(certificate: str) -> bool:
    """Whether this is a certificate in base64 whose key can be used. Its own dates mean nothing in SAML."""
    try:
        key = x509.load_der_x509_certificate(base64.b64decode(certificate, validate=True)).public_key()
    except (ValueError, crypto_errors.UnsupportedAlgorithm):
        return False
    if isinstance(key, rsa.RSAPublicKey):
        return bool(key.key_size >= SMALLEST_RSA_KEY)
    return isinstance(key, ec.EllipticCurvePublicKey)
