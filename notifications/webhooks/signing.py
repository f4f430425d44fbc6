"""Signs requests, so that an endpoint can tell that they are ours, unchanged and new.

The secret of an endpoint is derived from the site's own secret, so a copy of the database doesn't reveal it.
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
    """The body of the request: the same bytes on every attempt."""
    content: dict[str, Any] = {
        "id": str(delivery.uuid),
        "event": delivery.event,
        "at": delivery.created_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "data": delivery.payload,
    }
    return json.dumps(content, separators=(",", ":")).encode()


def sign_content(secret: str, moment: int, content: bytes) -> str:
    """The header with the time `t` and the signature.

    An endpoint refuses an old `t`, so a request can't be replayed.
    """
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + content, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"
