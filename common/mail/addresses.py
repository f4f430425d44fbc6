"""The one way in which an email address is written, so that "the same address" is `=` everywhere.

Browsers, Python, PostgreSQL and DNS fold capitals and look-alike letters each in their own way: `kim@maıl.example`
(with a dotless i) is in capitals what `kim@mail.example` is. An address is therefore kept in small ASCII letters, its
domain as DNS knows it (`xn--…`), and one that any of these foldings turns into another is not taken at all: see
docs/decisions/0025-email-addresses-are-stored-in-one-form.md.
"""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .headers import ADDRESS, BEGINS_ENCODED_WORD

LONGEST, LONGEST_LOCAL, LONGEST_LABEL = 254, 64, 63
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
ENCODED = "xn--"
# Small with a dot of its own: in Turkish an i, elsewhere an i and a second dot.
CAPITAL_I_WITH_DOT = "\u0130"
INVALID = _("Enter an email address, like name@example.org")


def canonical_address(text: str) -> str:
    """The address in the form in which we store and compare it. Raises ValidationError `invalid` or `lookalike`."""
    local, _at, domain = without_rims(text).rpartition("@")
    if not local.isascii():
        raise ValidationError(
            _("The part before the @ can only use the letters a to z, digits and signs, like name@example.org"),
            code="lookalike",
        )
    address = f"{local.lower()}@{ascii_domain(domain)}"
    if len(address) > LONGEST or len(local) > LONGEST_LOCAL or not ADDRESS.fullmatch(address):
        raise ValidationError(INVALID, code="invalid")
    if BEGINS_ENCODED_WORD in local:
        raise ValidationError(INVALID, code="invalid")
    return address


def validate_address(value: str) -> None:
    canonical_address(value)


def readable_address(email: str) -> str:
    """The address as its owner writes it: with the letters of its domain."""
    local, at, domain = email.rpartition("@")
    try:
        return f"{local}{at}{'.'.join(readable_label(label) for label in domain.split('.'))}"
    except UnicodeError:
        return email


def without_rims(text: str) -> str:
    """The text without the blanks and invisible characters around it that come along with a copied address."""
    begin, end = 0, len(text)
    while begin < end and is_rim(text[begin]):
        begin += 1
    while end > begin and is_rim(text[end - 1]):
        end -= 1
    return text[begin:end]


def is_rim(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) == "Cf"


def ascii_domain(domain: str) -> str:
    for character in domain:
        if not character.isascii() and (character == CAPITAL_I_WITH_DOT or becomes_ascii(character)):
            raise looks_alike(character)
    labels = [ascii_label(label) for label in unicodedata.normalize("NFC", domain).lower().split(".")]
    if len(labels) < 2 or labels[-1].isdecimal():
        raise ValidationError(INVALID, code="invalid")
    return ".".join(labels)


def ascii_label(label: str) -> str:
    """One part of a domain as DNS knows it, if all ways to encode it agree."""
    try:
        shown = readable_label(label)
        found = shown.encode("idna").decode()
        again = found.encode().decode("idna")
    except UnicodeError:
        raise ValidationError(INVALID, code="invalid") from None
    if not shown.isascii():
        folded = {unicodedata.normalize("NFKC", shown), shown.casefold(), shown.upper().casefold(), again}
        if any(unicodedata.normalize("NFC", one) != shown for one in folded):
            raise looks_alike(next((one for one in shown if not one.isascii()), shown))
    if "." in found or len(found) > LONGEST_LABEL or not LABEL.fullmatch(found):
        raise ValidationError(INVALID, code="invalid")
    return found


def readable_label(label: str) -> str:
    """Raises UnicodeError for an encoded label that decodes to nothing, or to what would be encoded differently."""
    return label.encode().decode("idna") if label.startswith(ENCODED) else label


def becomes_ascii(character: str) -> bool:
    """Whether some folding turns this character into plain letters: ſ into s, ı into I, ﬁ into fi, the Kelvin sign into
    k.
    """
    folded = {unicodedata.normalize("NFKC", character), character.lower(), character.upper(), character.casefold()}
    return any(one.isascii() for one in folded)


def looks_alike(character: str) -> ValidationError:
    return ValidationError(
        _("An address with “%(character)s” after the @ can be mistaken for another one. Use a different address."),
        code="lookalike",
        params={"character": character},
    )
