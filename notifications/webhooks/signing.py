"""How an endpoint can tell that a request is ours, whole, and new.

The secret of an endpoint is derived from the site's own secret, so no copy of the database gives it away.
"""

import hashlib
import hmac
import json
from typing import Any

from django.utils.crypto import salted_hmac

from notifications.models.webhooks import WebhookDelivery, WebhookEndpoint

HEADER = "Webhook-Signature"
PREFIX = "whsec_"


def secret_of(endpoint: WebhookEndpoint) -> str:
    name = f"{endpoint.uuid}:{endpoint.secret_number}"
    return PREFIX + salted_hmac("notifications.webhooks", name, algorithm="sha256").hexdigest()


def content_of(delivery: WebhookDelivery) -> bytes:
    """The same bytes on every attempt."""
    content: dict[str, Any] = {
        "id": str(delivery.uuid),
        "event": delivery.event,
        "at": delivery.created_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "data": delivery.payload,
    }
    return json.dumps(content, separators=(",", ":")).encode()


def sign_content(secret: str, moment: int, content: bytes) -> str:
    """`t` is when it was sent: an endpoint refuses what is old, so that nobody can send it once more."""
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + content, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"
