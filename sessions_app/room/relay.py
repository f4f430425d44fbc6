"""What a browser is told about reaching the other one: servers of our own only, or none."""

import base64
import hmac
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings


def has_relay() -> bool:
    return bool(settings.TURN_URLS and settings.TURN_SECRET)


def ice_servers(seat: UUID, *, until: datetime) -> list[dict[str, Any]]:
    """As a browser takes them. The relay lets in who knows the credential of this seat, until then."""
    servers: list[dict[str, Any]] = [{"urls": settings.STUN_URLS}] if settings.STUN_URLS else []
    if has_relay():
        username, credential = relay_credential(seat, until=until)
        servers.append({"urls": settings.TURN_URLS, "username": username, "credential": credential})
    return servers


def relay_credential(seat: UUID, *, until: datetime) -> tuple[str, str]:
    """Name and password as coturn's `use-auth-secret` expects them: the name says until when both are good."""
    username = f"{int(until.timestamp())}:{seat.hex}"
    digest = hmac.new(settings.TURN_SECRET.encode(), username.encode(), "sha1").digest()
    return username, base64.b64encode(digest).decode()


def probe_urls() -> list[str]:
    """Addresses at which a browser can ask, without a credential, whether its network reaches the relay."""
    asked = [url.partition("?")[0] for url in settings.TURN_URLS if url.startswith("turn:") and "tcp" not in url]
    return [f"stun:{url.removeprefix('turn:')}" for url in asked]
