"""The outbox, the inbox, preferences and webhooks."""

from .counts import StateCount
from .outbox import (
    IN_TROUBLE,
    LISTED_AS,
    OFF_AT_FIRST,
    UNSENT,
    BouncedAddress,
    Group,
    InboxItem,
    InboxItemQuerySet,
    MailBreaker,
    Notification,
    NotificationQuerySet,
    Preference,
    State,
    usual_leads,
)
from .webhooks import DeliveryState, WebhookDelivery, WebhookEndpoint

__all__ = [
    "IN_TROUBLE",
    "LISTED_AS",
    "OFF_AT_FIRST",
    "UNSENT",
    "BouncedAddress",
    "DeliveryState",
    "Group",
    "InboxItem",
    "InboxItemQuerySet",
    "MailBreaker",
    "Notification",
    "NotificationQuerySet",
    "Preference",
    "State",
    "StateCount",
    "WebhookDelivery",
    "WebhookEndpoint",
    "usual_leads",
]
