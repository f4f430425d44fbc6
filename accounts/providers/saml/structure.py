"""Whether an answer has the one shape that we read, before a signature is looked at.

A signature proves only the elements it names, by algorithms that it chooses. Attacks on SAML live from answers in which
what is signed and what is read are two things; so there is one assertion, in one place, and it is signed itself.
"""

import base64
import binascii
import re
from typing import Any

from .libraries import NAMESPACES, SAML, SAMLP, etree, library_xml

DIGESTS = tuple(f"http://www.w3.org/2001/04/xml{kind}" for kind in ("enc#sha256", "dsig-more#sha384", "enc#sha512"))
SIGNATURES = tuple(
    f"http://www.w3.org/2001/04/xmldsig-more#{key}-sha{size}" for key in ("rsa", "ecdsa") for size in (256, 384, 512)
)
CANONICAL = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
# UTF-8 is what every provider sends; in other encodings marks could hide from the search for them.
DECLARATION = re.compile(rb"""\s*<\?xml\s+version=["']1\.0["'](\s+encoding=["'][Uu][Tt][Ff]-8["'])?[^?<>]*\?>""")


class UnfitAnswerError(Exception):
    """Why an answer is refused, in words of ours for the log."""


def parse_answer(text: str) -> Any:
    """The root of the answer that a form brought, in base64. Raises UnfitAnswerError."""
    try:
        body = base64.b64decode("".join(text.split()), validate=True)
        body.decode()
    except (binascii.Error, ValueError) as error:
        raise UnfitAnswerError("it is no base64 of UTF-8") from error
    inside = DECLARATION.sub(b"", body, count=1) if DECLARATION.match(body) else body
    if b"<!" in inside or b"<?" in inside or b"\0" in inside:
        raise UnfitAnswerError("it holds entities, comments or instructions")
    try:
        root = library_xml.OneLogin_Saml2_XML.to_etree(body)
    except (etree.LxmlError, ValueError) as error:
        raise UnfitAnswerError("it is no XML that can be read") from error
    if root.tag != f"{{{SAMLP}}}Response":
        raise UnfitAnswerError("it is no response")
    return root


def check_structure(root: Any) -> None:
    """Raises UnfitAnswerError."""
    if find_all(root, "//saml:EncryptedAssertion"):
        raise UnfitAnswerError("its assertion is encrypted, and we have no key")
    assertions = find_all(root, "//saml:Assertion")
    if len(assertions) != 1 or assertions[0].getparent() is not root:
        raise UnfitAnswerError("it has no assertion, or several, or in another place")
    names = [value for element in root.iter() for name, value in element.items() if name.lower() in ("id", "xml:id")]
    if len(names) != len(set(names)) or not all(names):
        raise UnfitAnswerError("two of its elements have one id")
    signatures = find_all(root, "//ds:Signature")
    if not any(one.getparent() is assertions[0] for one in signatures):
        raise UnfitAnswerError("its assertion is not signed")
    for signature in signatures:
        parent = signature.getparent()
        if parent.tag not in (f"{{{SAMLP}}}Response", f"{{{SAML}}}Assertion"):
            raise UnfitAnswerError("something else in it is signed")
        check_signature(signature, parent)


def check_signature(signature: Any, parent: Any) -> None:
    """Whether it is about all of its parent, in one of the few ways that are safe. Raises UnfitAnswerError."""
    references = find_all(signature, ".//ds:Reference")
    if len(references) != 1 or not parent.get("ID") or references[0].get("URI") != f"#{parent.get('ID')}":
        raise UnfitAnswerError("a signature in it is not about the element it stands in")
    if find_all(signature, ".//ds:Object | .//ds:Manifest"):
        raise UnfitAnswerError("a signature in it brings objects of its own")
    allowed = {
        "CanonicalizationMethod": (CANONICAL,),
        "SignatureMethod": SIGNATURES,
        "DigestMethod": DIGESTS,
        "Transform": (ENVELOPED, CANONICAL),
    }
    for name, algorithms in allowed.items():
        found = [one.get("Algorithm") for one in find_all(signature, f".//ds:{name}")]
        if not found or len(found) > 2 or not set(found) <= set(algorithms):
            raise UnfitAnswerError("a signature in it uses an algorithm that is not allowed")


def find_all(element: Any, path: str) -> list[Any]:
    return list(element.xpath(path, namespaces=NAMESPACES))
