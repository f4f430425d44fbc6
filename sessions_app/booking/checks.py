"""Checks the configuration of calls before anything starts."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from common.addresses import HOST
from common.checks.configuration import CONFIGURATION

__all__ = ["CONFIGURATION", "check_jitsi"]

NEEDED = ("JITSI_DOMAIN", "JITSI_APP_ID", "JITSI_APP_SECRET")
OPTIONAL = ("JITSI_ISSUER", "JITSI_AUDIENCE", "JITSI_SUBJECT")
# Bytes that RFC 7518 requires for HS256.
SHORTEST_SECRET = 32


def check_jitsi(**kwargs: Any) -> list[CheckMessage]:
    """All of the settings or none: with half of them people would find the door of their call locked."""
    if not any(getattr(settings, name) for name in (*NEEDED, *OPTIONAL)):
        return []
    if missing := [name for name in NEEDED if not getattr(settings, name)]:
        words = f"{' and '.join(missing)} not set. A Jitsi of your own needs {', '.join(NEEDED)}: all or none."
        return [Error(words, id="sessions_app.E001")]
    return [*domain_errors(settings.JITSI_DOMAIN), *secret_errors(settings.JITSI_APP_SECRET)]


def domain_errors(domain: str) -> list[CheckMessage]:
    host, colon, port = domain.partition(":")
    if HOST.fullmatch(host) and (port.isdecimal() or not colon):
        return []
    words = "JITSI_DOMAIN must be a host's name alone, like meet.example.org, or with a port, meet.example.org:8443."
    return [Error(words, id="sessions_app.E002")]


def secret_errors(secret: str) -> list[CheckMessage]:
    if len(secret.encode()) >= SHORTEST_SECRET:
        return []
    hint = 'Make one with: python3 -c "import secrets; print(secrets.token_urlsafe(48))", and tell the Jitsi the same.'
    words = f"JITSI_APP_SECRET must have {SHORTEST_SECRET} bytes or more: whoever guesses it can join every call."
    return [Error(words, hint=hint, id="sessions_app.E003")]
