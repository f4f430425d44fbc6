"""Asks an address as a browser would, without going where the answer leads."""

from dataclasses import dataclass
from email.message import Message
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, build_opener

# Seconds that each service has to answer.
PATIENCE = 5.0
TRUST = "If the certificate is of your own authority, name that in SSL_CERT_FILE."


class UnreachableError(Exception):
    """Nobody answered, or without a certificate that holds; the message says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`leads_to` is the address that it names, if any."""

    status: int
    leads_to: str = ""


class _GoNowhere(HTTPRedirectHandler):
    def redirect_request(self, *_arguments: Any, **_more: Any) -> None:
        return None


def ask(url: str) -> Answer:
    """Raises UnreachableError."""
    try:
        with build_opener(_GoNowhere).open(url, timeout=PATIENCE) as answer:
            return _read(answer.status, answer.headers)
    except HTTPError as error:
        with error:
            return _read(error.code, error.headers)
    except (URLError, OSError, HTTPException, ValueError) as error:
        raise UnreachableError(str(getattr(error, "reason", error))) from error


def _read(status: int, headers: Message) -> Answer:
    return Answer(status, headers.get("Location", ""))
