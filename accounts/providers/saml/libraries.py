"""The libraries of sign-in by SAML, loaded when something of them is first used."""

from common.later import LaterModule

LOCK = "requirements-saml.txt"

x509 = LaterModule("cryptography.x509")
crypto_errors = LaterModule("cryptography.exceptions")
rsa = LaterModule("cryptography.hazmat.primitives.asymmetric.rsa")
ec = LaterModule("cryptography.hazmat.primitives.asymmetric.ec")
etree = LaterModule("lxml.etree")
xmlsec = LaterModule("xmlsec")
library_response = LaterModule("onelogin.saml2.response")
library_settings = LaterModule("onelogin.saml2.settings")
library_xml = LaterModule("onelogin.saml2.xml_utils")

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
NAMESPACES = {
    "saml": SAML,
    "samlp": SAMLP,
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}
POST_BINDING = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
REDIRECT_BINDING = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"


def load_libraries() -> str:
    """Returns why they can't be used, in words for the person who runs the site, or nothing."""
    try:
        for module in (etree, xmlsec, library_response, library_settings):
            module.__name__  # noqa: B018 - asking for something loads it
    except ImportError as error:
        return f"{error.name or error} is not installed."
    except Exception as error:  # xmlsec raises errors of its own while it is being loaded
        return f"xmlsec and lxml don’t fit together ({error})."
    return ""
