"""Passkeys: what a browser is asked for, and what it answers. What is sent as an answer may be anything."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django.core.exceptions import ValidationError
from fido2.utils import websafe_decode
from fido2.webauthn import AuthenticatorData

from accounts.models import User

# What parsers and checks of the libraries raise for an answer that isn't one
UNREADABLE = (
    *(ArithmeticError, AttributeError, LookupError, NotImplementedError, RecursionError, TypeError, ValueError),
    *(InvalidSignature, UnsupportedAlgorithm, ValidationError, struct.error),
)


class UnreadableAnswerError(Exception):
    """What came is no answer to what this browser was asked."""


@contextmanager
def read_answer() -> Iterator[None]:
    try:
        yield
    except UNREADABLE as error:
        raise UnreadableAnswerError from error


def ask_for_new_passkey(person: User) -> dict[str, Any]:
    """What the browser is to make; its answer has to come from the session of this request.

    Where the device can, it remembers whose passkey it is, so that the passkey alone signs in.
    """
    asked: dict[str, Any] = as_plain(auth.begin_registration(person, passwordless=False))
    asked["publicKey"]["authenticatorSelection"]["residentKey"] = "preferred"
    return asked


def read_new_passkey(answer: Any) -> dict[str, Any]:
    """The answer of a browser that made a passkey, checked. Raises UnreadableAnswerError."""
    with read_answer():
        auth.parse_registration_response(answer)
        auth.complete_registration(answer)
    return dict(answer)


def ask_for_passkey(person: User) -> dict[str, Any]:
    return as_plain(auth.begin_authentication(person))


def ask_for_any_passkey() -> dict[str, Any]:
    """Of nobody in particular: the device shows those that it has for this site."""
    return as_plain(auth.begin_authentication())


def find_owner(answer: Any) -> User:
    """Whose passkey the device says that it is. Only a signature proves it. Raises UnreadableAnswerError."""
    with read_answer():
        number = UUID(bytes=websafe_decode(answer["response"]["userHandle"]))
    person = User.objects.filter(uuid=number).first()
    if person is None:
        raise UnreadableAnswerError
    return person


def require_verified_person(answer: Any) -> None:
    """Whatever the device was asked for: raises UnreadableAnswerError if it took nobody’s finger, face or PIN."""
    with read_answer():
        data = AuthenticatorData(websafe_decode(answer["response"]["authenticatorData"]))
    if not data.is_user_verified():
        raise UnreadableAnswerError


def find_passkey(person: User, answer: Any) -> Authenticator:
    """The passkey of this person that signed what was asked. Raises UnreadableAnswerError."""
    with read_answer():
        auth.parse_authentication_response(answer)
        return auth.complete_authentication(person, answer)


def as_plain(options: Any) -> Any:
    """The library's mappings as JSON knows them."""
    if hasattr(options, "items"):
        return {name: as_plain(value) for name, value in options.items()}
    return [as_plain(value) for value in options] if isinstance(options, list | tuple) else options
