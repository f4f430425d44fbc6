"""The way to a provider that speaks SAML, and its answer, which the browser brings in a form of the provider's page.

Browsers send no cookie of ours with that form, since it comes from another site. So the page that takes it knows nobody
and stores nothing of theirs: it checks the answer, and leads on to our own page, where the session knows whether this
browser has asked. What is known by then travels in the address, encrypted, for two minutes.
"""

import json
import zlib
from base64 import b64encode
from dataclasses import asdict
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qs, urlencode

from django.core.cache import cache
from django.utils import timezone

from accounts.encryption import UnsealError, seal, unseal
from accounts.providers.errors import not_genuine, unknown_journey
from accounts.providers.identity import Identity
from accounts.providers.saml_configuration import SamlProvider

from .answers import answer_address, library_settings_of, own_entity_id, read_answer
from .descriptions import Description, find_description
from .libraries import NAMESPACES, PERSISTENT, POST_BINDING, SAML, SAMLP, etree
from .structure import UnfitAnswerError, parse_answer

LARGEST_ANSWER = 256 * 1024
MOST_FIELDS = 10
REQUEST_LASTS, HANDOVER_LASTS = 10 * 60, 2 * 60
PURPOSE = b"saml handover"


def write_request(provider: SamlProvider) -> tuple[str, str]:
    """The number of a new request, and the address that brings it to the provider.

    Raises ProviderError `no_answer`.
    """
    description = find_description(provider)
    request_id = f"_{token_urlsafe(32)}"
    # How the provider describes itself now is what its answer is checked by; that answer is taken once.
    cache.set(_key_of(provider, request_id), asdict(description), REQUEST_LASTS)
    packed = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    document = packed.compress(_request_document(provider, description, request_id)) + packed.flush()
    joint = "&" if "?" in description.sso else "?"
    return request_id, f"{description.sso}{joint}{urlencode({'SAMLRequest': b64encode(document).decode()})}"


def _request_document(provider: SamlProvider, description: Description, request_id: str) -> bytes:
    root = etree.Element(
        f"{{{SAMLP}}}AuthnRequest",
        {
            "ID": request_id,
            "Version": "2.0",
            "IssueInstant": f"{timezone.now():%Y-%m-%dT%H:%M:%SZ}",
            "Destination": description.sso,
            "ProtocolBinding": POST_BINDING,
            "AssertionConsumerServiceURL": answer_address(provider),
        },
        nsmap={name: NAMESPACES[name] for name in ("samlp", "saml")},
    )
    etree.SubElement(root, f"{{{SAML}}}Issuer").text = own_entity_id(provider)
    if not provider.subject:
        etree.SubElement(root, f"{{{SAMLP}}}NameIDPolicy", {"Format": PERSISTENT, "AllowCreate": "true"})
    document: bytes = etree.tostring(root)
    return document


def take_answer(provider: SamlProvider, body: bytes) -> dict[str, str]:
    """What the form brings, checked: the query of our own page that goes on with it.

    Raises ProviderError `unknown_journey`, `denied`, `not_genuine`, `no_subject`.
    """
    text = _field_in(provider, body)
    try:
        root = parse_answer(text)
    except UnfitAnswerError as error:
        raise not_genuine(provider, str(error)) from error
    request_id = str(root.get("InResponseTo", ""))
    description = _take_request(provider, request_id)
    identity = read_answer(provider, description, root, text, request_id=request_id)
    return {"state": request_id, "answer": _seal(provider, request_id, identity)}


def _field_in(provider: SamlProvider, body: bytes) -> str:
    if len(body) > LARGEST_ANSWER:
        raise not_genuine(provider, "it is too long")
    try:
        fields = parse_qs(body.decode("ascii"), max_num_fields=MOST_FIELDS)
        [text] = fields["SAMLResponse"]
    except (LookupError, ValueError) as error:
        raise not_genuine(provider, "there is none, or there are two") from error
    return text


def _take_request(provider: SamlProvider, request_id: str) -> Description:
    """Only one answer gets it: deleting tells whether it was still there."""
    key = _key_of(provider, request_id)
    kept = cache.get(key)
    if not kept or not cache.delete(key):
        raise unknown_journey()
    return Description(kept["sso"], tuple(kept["certificates"]))


def _key_of(provider: SamlProvider, request_id: str) -> str:
    return f"saml-request:{provider.slug}:{sha256(request_id.encode()).hexdigest()}"


def _seal(provider: SamlProvider, request_id: str, identity: Identity) -> str:
    known = json.dumps([provider.slug, request_id, asdict(identity)])
    return seal(known.encode(), purpose=PURPOSE)


def unseal_answer(provider: SamlProvider, request_id: str, sealed: str) -> Identity:
    """What `take_answer` found out, if it was about this request. Raises ProviderError `unknown_journey`."""
    try:
        known: Any = json.loads(unseal(sealed, purpose=PURPOSE, lasts=HANDOVER_LASTS))
    except (UnsealError, ValueError) as error:
        raise unknown_journey() from error
    slug, answered, identity = known
    if (slug, answered) != (provider.slug, request_id):
        raise unknown_journey()
    return Identity(**identity)


def write_metadata(provider: SamlProvider) -> bytes:
    """What the provider's administrator gives it, so that it knows us."""
    metadata = library_settings_of(provider).get_sp_metadata()
    return metadata if isinstance(metadata, bytes) else str(metadata).encode()
