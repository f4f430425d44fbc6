"""Asks people to prove that it is them, by a code to their own address, before an address or a password changes."""

import time
from typing import Any, Self

from allauth.account.internal.flows.code_verification import AbstractCodeVerificationProcess
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.http import HttpRequest

from .adapter import new_code
from .codes import send_code
from .models import User

SESSION_KEY = "proof_by_code"
MAX_TRIES = 3


class ProofByCode(AbstractCodeVerificationProcess):
    def __init__(self, request: HttpRequest, state: dict[str, Any]) -> None:
        self.request = request
        super().__init__(max_attempts=MAX_TRIES, timeout=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT, state=state)

    @classmethod
    def begin(cls, request: HttpRequest, user: User) -> Self:
        process = cls(request, cls.initial_state(user=user, email=user.email))
        process.send()
        process.persist()
        return process

    @classmethod
    def resume(cls, request: HttpRequest) -> Self | None:
        state = request.session.get(SESSION_KEY)
        if state is None or state.get("user_id") != str(request.user.pk):
            return None
        running: Self | None = cls(request, state).abort_if_invalid()
        return running

    def send(self) -> None:
        self.state["code"] = new_code()
        send_code(self.request, to=self.state["email"], code=self.state["code"], purpose="prove")

    def persist(self) -> None:
        self.request.session[SESSION_KEY] = self.state

    def abort(self) -> None:
        self.request.session.pop(SESSION_KEY, None)

    def finish(self, user: User) -> None:
        self.abort()
        record_authentication(self.request, user, method="code", email=user.email, reauthenticated=True)


def require_recent_proof(request: HttpRequest) -> None:
    """Ask people without a password, whom allauth lets pass, for a fresh code.

    Raises ReauthenticationRequired, which allauth's middleware turns into a redirect to the page that asks for one.
    """
    user = request.user
    if not isinstance(user, User) or user.has_usable_password():
        return
    records = get_authentication_records(request, user)
    if not records or time.time() - records[-1]["at"] > settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT:
        raise ReauthenticationRequired
