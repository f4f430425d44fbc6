"""A provider of OpenID Connect on this machine: it signs with real keys, and misbehaves where a test tells it to."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from tests.serving import serving

CLIENT, SECRET, SLUG = "quarterhour", "a secret of both", "uni"
START, BACK = f"/sign-in/with/{SLUG}/", f"/sign-in/with/{SLUG}/back/"


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    """One for each name: making one takes a quarter of a second."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class StandInProvider:
    """`claims` go into its tokens beside the usual ones. `spoil` names what it does wrong."""

    def __init__(self) -> None:
        self.rsa, self.other = rsa_key("own"), rsa_key("foreign")
        self.ec = ec.generate_private_key(ec.SECP256R1())
        self.subject = "subject-1"
        self.claims: dict[str, Any] = {"email": "bob@example.org", "email_verified": True, "name": "Bob Bose"}
        self.userinfo: dict[str, Any] = {}
        self.configuration: dict[str, Any] = {}
        self.spoil = ""
        self.algorithm = "RS256"
        self.basic_only = False
        self.asked: dict[str, str] = {}
        self.forms: list[dict[str, str]] = []
        self.codes: dict[str, dict[str, str]] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.answer(self, b"")

            def do_POST(self) -> None:
                provider.answer(self, self.rfile.read(int(self.headers.get("Content-Length", 0))))

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"

    def setting(self, **more: str) -> str:
        entry = {"id": SLUG, "name": "Uni X", "issuer": self.issuer, "client_id": CLIENT, "secret": SECRET}
        return json.dumps([entry | more])

    # What it answers

    def answer(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        parts = urlsplit(handler.path)
        if self.spoil == "down":
            handler.send_error(503)
        elif parts.path == "/authorize":
            handler.send_response(302)
            handler.send_header("Location", self.way_back(dict(parse_qsl(parts.query))))
            handler.end_headers()
        else:
            pages = {
                "/.well-known/openid-configuration": self.describe,
                "/keys": self.publish_keys,
                "/token": lambda: self.give_tokens(body, handler.headers.get("Authorization", "")),
                "/userinfo": lambda: {"sub": self.subject, **self.userinfo},
            }
            self.send(handler, pages[parts.path]())

    def send(self, handler: BaseHTTPRequestHandler, found: Any) -> None:
        body = found if isinstance(found, bytes) else json.dumps(found).encode()
        handler.send_response(400 if isinstance(found, dict) and "error" in found else 200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def describe(self) -> dict[str, Any]:
        ways = ["client_secret_basic"] if self.basic_only else ["client_secret_post", "client_secret_basic"]
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "token_endpoint_auth_methods_supported": ways,
            **self.configuration,
        }

    def publish_keys(self) -> dict[str, Any]:
        first = json.loads(RSAAlgorithm.to_jwk(self.rsa.public_key()))
        second = json.loads(ECAlgorithm.to_jwk(self.ec.public_key()))
        return {"keys": [first | {"kid": "rsa", "use": "sig"}, second | {"kid": "ec", "use": "sig"}]}

    def way_back(self, asked: dict[str, str]) -> str:
        """The browser has signed in here: where it is sent, with a code."""
        self.asked = asked
        if self.spoil in ("access_denied", "server_error"):
            return f"{asked['redirect_uri']}?{urlencode({'error': self.spoil, 'state': asked['state']})}"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def give_tokens(self, body: bytes, authorization: str) -> Any:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        self.forms.append(form)
        if self.spoil == "no_json":
            return b"<html>"
        if self.spoil == "list":
            return ["access_token"]
        if self.spoil == "huge":
            return b" " * (300 * 1024)
        if self.basic_only:
            client = base64.b64decode(authorization.removeprefix("Basic ")).decode().split(":", 1)
        else:
            client = [form.get("client_id"), form.get("client_secret")]
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or client != [CLIENT, SECRET] or not self.fits(asked, form):
            return {"error": "invalid_grant"}
        return {"access_token": "opaque", "token_type": "Bearer", "id_token": self.sign(asked)}

    def fits(self, asked: dict[str, str], form: dict[str, str]) -> bool:
        if "code_challenge" not in asked:
            return "code_verifier" not in form
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        return (
            asked["code_challenge_method"] == "S256"
            and base64.urlsafe_b64encode(digest).decode().rstrip("=") == asked["code_challenge"]
        )

    def sign(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": self.subject, "aud": CLIENT, "iat": now, "exp": now + 300}
        claims |= {"nonce": asked["nonce"], **self.claims}
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.spoil == "none":
            return jwt.encode(claims, None, algorithm="none")
        if self.spoil == "hs256":
            public = self.rsa.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
            return sign_with_public_key(claims, public)
        if self.spoil == "foreign_key":
            return jwt.encode(claims, self.other, algorithm="RS256", headers={"kid": "rsa"})
        if self.spoil == "unknown_kid":
            return jwt.encode(claims, self.rsa, algorithm="RS256", headers={"kid": "another"})
        if self.spoil == "header":
            return "e30." + jwt.encode(claims, self.rsa, algorithm="RS256").split(".", 1)[1]
        if self.spoil == "garbage":
            return "[" * 5000
        key = self.rsa if self.algorithm == "RS256" else self.ec
        kid = "rsa" if self.algorithm == "RS256" else "ec"
        return jwt.encode(claims, key, algorithm=self.algorithm, headers={"kid": kid})


def sign_with_public_key(claims: dict[str, Any], key: bytes) -> str:
    """As an attacker does it; the library itself refuses to."""
    parts = [json.dumps(part).encode() for part in ({"alg": "HS256", "typ": "JWT", "kid": "rsa"}, claims)]
    signed = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    mark = base64.urlsafe_b64encode(hmac.digest(key, signed, "sha256")).rstrip(b"=")
    return b".".join([signed, mark]).decode()


@contextmanager
def serving_provider() -> Iterator[StandInProvider]:
    provider = StandInProvider()
    with serving(provider.server):
        yield provider


def address_of(led) -> str:
    """Where a page that leads on leads to."""
    assert led.status_code == 200, led
    return led["Refresh"].removeprefix("0; url=")


def go_there(provider: StandInProvider, led) -> str:
    """Sign in there: the address of ours, without its host, that it sends the browser to."""
    back = urlsplit(provider.way_back(dict(parse_qsl(urlsplit(address_of(led)).query))))
    return f"{back.path}?{back.query}"


def sign_in_there(client: Client, provider: StandInProvider, *, wanted: str = ""):
    led = client.post(START, {"next": wanted} if wanted else {})
    return client.get(go_there(provider, led))
