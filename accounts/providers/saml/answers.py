"""Who a provider says has signed in there, read from its answer once that is proven to be genuine.

The library checks the schema, the signatures, the issuer and the times. Where it lets things pass that the standard
demands of a browser's sign-in, such as an answer to no request or for no audience, our own checks are stricter.
"""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone

from accounts.providers.claims import pick_claims
from accounts.providers.errors import denied, no_subject, not_genuine
from accounts.providers.identity import CLOCKS_DIFFER_BY, Identity, clean_address, hash_subject
from accounts.providers.saml_configuration import SamlProvider
from common.mail.rendering import absolute_url

from .descriptions import Description
from .libraries import BEARER, PERSISTENT, POST_BINDING, SAML, library_response, library_settings
from .structure import UnfitAnswerError, check_structure, find_all

LONGEST_VALUE = 255
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
# What a provider says when people turn back there; everything else is for the person who set it up.
TURNED_BACK = ("AuthnFailed", "RequestDenied")
SET_UP_WRONG = ("InvalidNameIDPolicy", "NoAuthnContext", "NoPassive", "RequestUnsupported", "UnknownPrincipal")
STATUS_BEFORE = "urn:oasis:names:tc:SAML:2.0:status:"
ADDRESSES = (
    "urn:oid:0.9.2342.19200300.100.1.3",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
    "email",
    "mail",
)
NAMES = (
    "urn:oid:2.16.840.1.113730.3.1.241",
    "http://schemas.microsoft.com/identity/claims/displayname",
    "displayName",
    "urn:oid:2.5.4.42",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname",
    "givenName",
    "firstName",
)


def answer_address(provider: SamlProvider) -> str:
    """Where browsers bring the provider's answers, with our own host, whatever Host header a request claimed."""
    return absolute_url("provider_answer", slug=provider.slug)


def own_entity_id(provider: SamlProvider) -> str:
    """What we are called at the provider: the address of our metadata."""
    return absolute_url("provider_metadata", slug=provider.slug)


def read_answer(provider: SamlProvider, description: Description, root: Any, text: str, *, request_id: str) -> Identity:
    """Raises ProviderError `denied`, `not_genuine`, `no_subject`."""
    check_status(provider, root)
    try:
        check_structure(root)
        assertion = verify(provider, description, text, request_id=request_id)
        check_conditions(provider, assertion, request_id=request_id)
        return describe_subject(provider, assertion)
    except UnfitAnswerError as error:
        raise not_genuine(provider, str(error)) from error


def check_status(provider: SamlProvider, root: Any) -> None:
    """Nothing is believed for it: it only says better what went wrong. Raises ProviderError."""
    codes = [one.get("Value", "") for one in find_all(root, "/samlp:Response/samlp:Status//samlp:StatusCode")]
    if codes[:1] == [SUCCESS]:
        return
    last = codes[-1].removeprefix(STATUS_BEFORE) if codes else ""
    if last in TURNED_BACK:
        raise denied(provider)
    raise not_genuine(provider, f"it says {last}" if last in SET_UP_WRONG else "it says that it failed")


def verify(provider: SamlProvider, description: Description, text: str, *, request_id: str) -> Any:
    """The assertion, which is signed by the provider. Raises UnfitAnswerError."""
    here = urlsplit(answer_address(provider))
    asked = {"https": "on" if here.scheme == "https" else "off", "http_host": here.netloc, "script_name": here.path}
    try:
        response = library_response.OneLogin_Saml2_Response(library_settings_of(provider, description), text)
        response.is_valid(asked, request_id, raise_exceptions=True)
    except Exception as error:  # the library raises whatever happens to it: its own errors, and those of three others
        raise UnfitAnswerError(f"the library says {name_error(error)}") from error
    [assertion] = find_all(response.document, "/samlp:Response/saml:Assertion")
    return assertion


def name_error(error: Exception) -> str:
    """Its class and the name of its number, such as WRONG_AUDIENCE: its words repeat what came from outside."""
    kind, code = type(error), getattr(error, "code", None)
    names = [name for name, value in vars(kind).items() if name.isupper() and value == code]
    return " ".join([kind.__name__, *names[:1]])


def library_settings_of(provider: SamlProvider, description: Description | None = None) -> Any:
    own = {
        "entityId": own_entity_id(provider),
        "assertionConsumerService": {"url": answer_address(provider), "binding": POST_BINDING},
        **({} if provider.subject else {"NameIDFormat": PERSISTENT}),
    }
    security = {
        "wantAssertionsSigned": True,
        "rejectDeprecatedAlgorithm": True,
        "requestedAuthnContext": False,
        "wantNameId": not provider.subject,
        "wantAttributeStatement": False,
        "allowSingleLabelDomains": True,
        # Our metadata says the same for good; a date would only make uploaded copies stop working.
        "metadataValidUntil": "",
        "metadataCacheDuration": "",
    }
    there = description and {
        "entityId": provider.issuer,
        "singleSignOnService": {"url": description.sso},
        "x509certMulti": {"signing": list(description.certificates)},
    }
    known = {"strict": True, "sp": own, "idp": there or {}, "security": security}
    return library_settings.OneLogin_Saml2_Settings(known, sp_validation_only=description is None)


def check_conditions(provider: SamlProvider, assertion: Any, *, request_id: str) -> None:
    """For us, for this request, now. Raises UnfitAnswerError."""
    restrictions = find_all(assertion, "saml:Conditions/saml:AudienceRestriction")
    audiences = [[text_of(one) for one in find_all(each, "saml:Audience")] for each in restrictions]
    if not audiences or not all(own_entity_id(provider) in each for each in audiences):
        raise UnfitAnswerError("it is not for us")
    [conditions] = find_all(assertion, "saml:Conditions")
    if not is_now(conditions) or not is_past(assertion.get("IssueInstant")):
        raise UnfitAnswerError("it is too old, or of tomorrow")
    confirmations = find_all(assertion, "saml:Subject/saml:SubjectConfirmation")
    if not any(is_for_request(provider, one, request_id) for one in confirmations):
        raise UnfitAnswerError("it doesn’t confirm that it answers this request")
    root, here = assertion.getparent(), answer_address(provider)
    if root.get("InResponseTo") != request_id or root.get("Destination", here) != here:
        raise UnfitAnswerError("it answers another request, or went to another address")


def is_for_request(provider: SamlProvider, confirmation: Any, request_id: str) -> bool:
    data = find_all(confirmation, "saml:SubjectConfirmationData")
    return (
        confirmation.get("Method") == BEARER
        and len(data) == 1
        and data[0].get("Recipient") == answer_address(provider)
        and data[0].get("InResponseTo") == request_id
        and bool(data[0].get("NotOnOrAfter"))
        and is_now(data[0])
    )


def is_now(element: Any) -> bool:
    """Whether it is between its two moments; clocks may differ a little. A moment that is left out is no limit."""
    until = element.get("NotOnOrAfter")
    return is_past(element.get("NotBefore")) and (until is None or seconds_of(until) > now_in_seconds())


def is_past(moment: str | None) -> bool:
    return moment is None or seconds_of(moment) <= now_in_seconds() + CLOCKS_DIFFER_BY


def now_in_seconds() -> float:
    return timezone.now().timestamp()


def seconds_of(moment: str) -> float:
    """Raises UnfitAnswerError for what is no moment in UTC, as SAML writes all of them."""
    try:
        found = datetime.fromisoformat(moment)
    except ValueError as error:
        raise UnfitAnswerError("one of its times can’t be read") from error
    if found.tzinfo is None:
        raise UnfitAnswerError("one of its times has no zone")
    return found.timestamp()


def describe_subject(provider: SamlProvider, assertion: Any) -> Identity:
    """Raises ProviderError `no_subject`, UnfitAnswerError."""
    attributes = read_attributes(assertion)
    source, subject = find_subject(provider, assertion, attributes)
    if not 0 < len(subject) <= LONGEST_VALUE:
        raise no_subject(provider)
    names = (provider.email,) if provider.email else ADDRESSES
    email = clean_address(first_value(attributes, names))
    return Identity(
        provider.slug,
        hash_subject(provider.issuer, source, subject),
        email,
        first_value(attributes, NAMES)[:LONGEST_VALUE],
        # There is no word for “verified” in SAML: a provider proves the domains whose mailboxes it gives out.
        email.partition("@")[2] in provider.proves if email else False,
        pick_claims(provider, attributes),
    )


def find_subject(provider: SamlProvider, assertion: Any, attributes: dict[str, list[str]]) -> tuple[str, str]:
    """From which place, and what: never an address, nor a number that is another one at the next sign-in."""
    if provider.subject:
        values = attributes.get(provider.subject, [])
        return provider.subject, values[0] if len(values) == 1 else ""
    found = [one for one in find_all(assertion, "saml:Subject/saml:NameID") if one.get("Format") == PERSISTENT]
    return PERSISTENT, text_of(found[0]) if found else ""


def read_attributes(assertion: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for attribute in find_all(assertion, "saml:AttributeStatement/saml:Attribute"):
        values = [text_of(value) for value in find_all(attribute, "saml:AttributeValue")]
        found.setdefault(attribute.get("Name", ""), []).extend(filter(None, values))
    return found


def first_value(attributes: dict[str, list[str]], names: tuple[str, ...]) -> str:
    return next((value for name in names for value in attributes.get(name, [])), "")


def text_of(element: Any) -> str:
    """All of its text. Elements within are another kind of value, which we don't read. Raises UnfitAnswerError."""
    if len(element) and element.tag != f"{{{SAML}}}AttributeValue":
        raise UnfitAnswerError("a value in it has elements inside")
    return "" if len(element) else (element.text or "").strip()
