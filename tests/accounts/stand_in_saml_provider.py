"""A provider of SAML on this machine: xmlsec signs with real keys, and it misbehaves where a test tells it to."""

import base64
import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.test import Client
from django.utils import timezone
from lxml import etree

from tests.accounts.stand_in_provider import address_of, rsa_key
from tests.serving import serving

SLUG = "campus"
START, BACK = f"/sign-in/with/{SLUG}/", f"/sign-in/with/{SLUG}/back/"
ANSWER, METADATA = f"/sign-in/with/{SLUG}/answer/", f"/sign-in/with/{SLUG}/metadata/"
MAIL = "urn:oid:0.9.2342.19200300.100.1.3"
NAME = "urn:oid:2.16.840.1.113730.3.1.241"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
PAGE = """<!doctype html><title>Campus</title><form method="post" action="{action}">
<input type="hidden" name="SAMLResponse" value="{answer}"><input type="hidden" name="RelayState" value="https://evil.example/">
<button>Sign in</button></form>"""
RESPONSE = """<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="{saml}" ID="{response_id}"
 Version="2.0" IssueInstant="{now}" Destination="{destination}" InResponseTo="{answers}">
<saml:Issuer>{issuer}</saml:Issuer><samlp:Status><samlp:StatusCode Value="{status}"/></samlp:Status>{assertion}
</samlp:Response>"""
ASSERTION = """<saml:Assertion xmlns:saml="{saml}" xmlns:xs="http://www.w3.org/2001/XMLSchema" ID="{assertion_id}"
 Version="2.0" IssueInstant="{now}"><saml:Issuer>{issuer}</saml:Issuer><saml:Subject>{subject}
<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
<saml:SubjectConfirmationData InResponseTo="{confirms}" Recipient="{recipient}"{expires}/>
</saml:SubjectConfirmation></saml:Subject>
<saml:Conditions NotBefore="{before}" NotOnOrAfter="{until}">{audience}</saml:Conditions>
<saml:AuthnStatement AuthnInstant="{now}" SessionIndex="_s"><saml:AuthnContext><saml:AuthnContextClassRef>
urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>
{attributes}</saml:Assertion>"""
AUDIENCE = "<saml:AudienceRestriction><saml:Audience>{}</saml:Audience></saml:AudienceRestriction>"
ATTRIBUTE = '<saml:Attribute Name="{}">{}</saml:Attribute>'
VALUE = "<saml:AttributeValue>{}</saml:AttributeValue>"
NAME_ID = '<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:{}">{}</saml:NameID>'
DESCRIPTION = """<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{issuer}"{more}>
<!-- as providers write it -->
<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">{keys}
<md:SingleSignOnService Binding="{binding}" Location="{sso}"/></md:IDPSSODescriptor></md:EntityDescriptor>"""
KEY = """<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>
<ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"""


class Signer:
    """A key with its certificate."""

    def __init__(self, key: Any) -> None:
        self.key = key
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Campus")])
        built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        built = built.serial_number(1).not_valid_before(datetime(2020, 1, 1)).not_valid_after(datetime(2021, 1, 1))
        made = built.sign(key, SHA256())
        self.certificate = base64.b64encode(made.public_bytes(Encoding.DER)).decode()
        self.pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def sign(self, element: Any, *, method: Any = None, digest: Any = None, transform: Any = None) -> None:
        """Puts a signature over the element behind its issuer, where the schema wants it."""
        if method is None:
            is_rsa = isinstance(self.key, rsa.RSAPrivateKey)
            method = xmlsec.Transform.RSA_SHA256 if is_rsa else xmlsec.Transform.ECDSA_SHA256
        signature = xmlsec.template.create(element, xmlsec.Transform.EXCL_C14N, method, ns="ds")
        element.insert(1, signature)
        reference = xmlsec.template.add_reference(
            signature, digest or xmlsec.Transform.SHA256, uri=f"#{element.get('ID')}"
        )
        xmlsec.template.add_transform(reference, xmlsec.Transform.ENVELOPED)
        xmlsec.template.add_transform(reference, transform or xmlsec.Transform.EXCL_C14N)
        xmlsec.tree.add_ids(element, ["ID"])
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory(self.pem, xmlsec.KeyFormat.PEM, None)
        context.sign(signature)


@cache
def signer(name: str) -> Signer:
    if name == "elliptic":
        return Signer(ec.generate_private_key(ec.SECP256R1()))
    if name == "short":
        return Signer(rsa.generate_private_key(public_exponent=65537, key_size=1024))  # noqa: S505 - to be refused
    return Signer(rsa_key(name))


class StandInSamlProvider:
    """`changes` replace parts of its answers, by the names in the templates above; `spoil` does something to one."""

    def __init__(self) -> None:
        self.signer, self.foreign = signer("own"), signer("foreign")
        self.subject, self.format = "subject-1", "persistent"
        self.attributes: dict[str, list[str]] = {MAIL: ["bob@example.org"], NAME: ["Bob Bose"]}
        self.changes: dict[str, str] = {}
        self.spoil: Callable[[Any], Any] | None = None
        self.signs_response = False
        self.signing: dict[str, Any] = {}
        self.described_by: tuple[Signer, ...] = (self.signer,)
        self.more, self.binding, self.named = "", REDIRECT, ""
        self.asked: Any = None
        self.is_down = False
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.answer(self)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"

    def setting(self, **more: Any) -> str:
        entry = {"id": SLUG, "name": "Campus", "entity_id": self.issuer, "metadata": f"{self.issuer}/metadata"}
        return json.dumps([{name: value for name, value in (entry | more).items() if value is not None}])

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        if self.is_down:
            handler.send_error(503)
            return
        if parts.path == "/metadata":
            body = self.describe()
        else:
            answer = self.respond(dict(parse_qsl(parts.query)))
            body = PAGE.format(action=escape(self.asked.get("AssertionConsumerServiceURL")), answer=answer).encode()
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html; charset=utf-8")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def describe(self) -> bytes:
        keys = "".join(KEY.format(one.certificate) for one in self.described_by)
        named = self.named or self.issuer
        sso = f"{self.issuer}/sso?tenant=1&amp;x=2"
        return DESCRIPTION.format(issuer=named, keys=keys, sso=sso, binding=self.binding, more=self.more).encode()

    def respond(self, query: dict[str, str]) -> str:
        """The browser has signed in here: what it brings back, in base64."""
        self.asked = etree.fromstring(zlib.decompress(base64.b64decode(query["SAMLRequest"]), -15))
        return base64.b64encode(self.write_answer()).decode()

    def write_answer(self) -> bytes:
        now, asked = timezone.now(), self.asked.get("ID")
        there, audience = self.asked.get("AssertionConsumerServiceURL"), self.asked.findtext(f"{{{SAML}}}Issuer")
        soon = written(now + timedelta(minutes=5))
        parts = {
            "saml": SAML, "response_id": "_r", "assertion_id": "_a", "now": written(now), "issuer": self.issuer,
            "destination": there, "recipient": there, "answers": asked, "confirms": asked, "status": SUCCESS,
            "before": written(now - timedelta(minutes=1)), "until": soon, "expires": f' NotOnOrAfter="{soon}"',
            "audience": AUDIENCE.format(audience), "subject": NAME_ID.format(self.format, escape(self.subject)),
            "attributes": self.write_attributes(),
        }  # fmt: skip
        parts |= self.changes
        parts["assertion"] = parts.get("assertion", ASSERTION.format(**parts))
        root = etree.fromstring(RESPONSE.format(**parts))
        assertion = root.find(f"{{{SAML}}}Assertion")
        if assertion is not None and self.signer:
            self.signer.sign(assertion, **self.signing)
        if self.signs_response:
            self.signer.sign(root)
        spoilt = self.spoil(root) if self.spoil else root
        return spoilt if isinstance(spoilt, bytes) else etree.tostring(spoilt)

    def write_attributes(self) -> str:
        written = "".join(
            ATTRIBUTE.format(name, "".join(VALUE.format(escape(one)) for one in values))
            for name, values in self.attributes.items()
        )
        return f"<saml:AttributeStatement>{written}</saml:AttributeStatement>" if written else ""


def written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


@contextmanager
def serving_saml_provider() -> Iterator[StandInSamlProvider]:
    provider = StandInSamlProvider()
    with serving(provider.server):
        yield provider


def request_in(led: Any) -> dict[str, str]:
    """What the page that leads on brings to the provider."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address_of(led)).query).items()}


def bring(answer: str, **more: str) -> Any:
    """The browser sends the provider's form, without any cookie of ours, since it comes from another site."""
    form = urlencode({"SAMLResponse": answer, **more})
    return Client(enforce_csrf_checks=True).post(ANSWER, form, content_type="application/x-www-form-urlencoded")


def sign_in_there(client: Client, provider: StandInSamlProvider, *, wanted: str = "") -> Any:
    """As far as it gets: the page of ours that the browser is led to, or the refusal before it."""
    led = client.post(START, {"next": wanted} if wanted else {})
    brought = bring(provider.respond(request_in(led)))
    return client.get(brought["Location"]) if brought.status_code == 302 else brought
