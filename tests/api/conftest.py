"""A program that calls the API: by the session of a person, by a token, or as nobody."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Scope, User
from accounts.tokens import make_token
from tests.conftest import NOW
from tests.sessions_app.conftest import ask_first, booking, request_for  # noqa: F401 - fixtures

V1 = "/api/v1/"


@dataclass(frozen=True)
class Program:
    """`call` answers the status and what was said."""

    client: Client
    headers: dict[str, str]

    def get(self, path: str, **query: Any) -> tuple[int, Any]:
        return said(self.client.get(V1 + path, query, headers=self.headers))

    def send(self, method: str, path: str, body: Any = None, *, key: str | None = None) -> tuple[int, Any]:
        return said(self.answer(method, path, body, key=key))

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> tuple[int, Any]:
        return self.send("POST", path, body, key=key)

    def act(self, path: str, body: dict[str, Any] | None = None, *, key: str | None = None) -> tuple[int, Any]:
        """Do something to a booking as it is at this moment: it is read first."""
        _bookings, uuid, _act, _end = path.split("/")
        version = self.get(f"bookings/{uuid}/")[1].get("version", 0)
        return self.post(path, {"version": version, **(body or {})}, key=key)

    def save_schedule(self, schedule: dict[str, Any]) -> tuple[int, Any]:
        """Save it in place of the one that there is at this moment: that is read first."""
        version = self.get("me/schedule/")[1].get("version", "none")
        return self.send("PUT", "me/schedule/", {"version": version, **schedule})

    def answer(self, method: str, path: str, body: Any = None, *, key: str | None = None) -> Any:
        headers = {**self.headers, **({"Idempotency-Key": key} if key else {})}
        content = body if isinstance(body, str | bytes) else "" if body is None else json.dumps(body)
        kind = "application/json"
        return self.client.generic(method, V1 + path, content, content_type=kind, headers=headers)

    def share(self, path: str, *files: tuple[str, bytes], key: str | None = None, **fields: Any) -> tuple[int, Any]:
        headers = {**self.headers, **({"Idempotency-Key": key} if key else {})}
        parts = [SimpleUploadedFile(name, content) for name, content in files]
        return said(self.client.post(V1 + path, {"file": parts, **fields}, headers=headers))


def said(response: Any) -> tuple[int, Any]:
    return response.status_code, response.json()


def token_of(person: User, scope: Scope = Scope.WRITE) -> str:
    return make_token(person=person, name=f"{scope} {person.access_tokens.count()}", scope=scope, days=30, now=NOW)[1]


@pytest.fixture
def program() -> Callable[..., Program]:
    """program(bob) has a token of bob's, program() is nobody."""

    def make(person: User | None = None, scope: Scope = Scope.WRITE) -> Program:
        headers = {"Authorization": f"Token {token_of(person, scope)}"} if person else {}
        return Program(Client(), headers)

    return make
