"""Endpoints of other systems, and one row for each event and endpoint."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

LONGEST_URL = 500
# The ids of those to tell of an event, for larger statements too: every booking asks it.
WANTING = """ARRAY(
    SELECT id FROM notifications_webhookendpoint WHERE is_active AND %(event)s = ANY(events) ORDER BY id
)"""


class WebhookEndpointManager(models.Manager["WebhookEndpoint"]):
    def wanting(self, event: str) -> list[int]:
        """The ids of those to tell of it."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {WANTING}", {"event": event})
            [ids] = cursor.fetchone()
        return list(ids)

    def to_renew(self) -> models.QuerySet["WebhookEndpoint"]:
        """Those whose secret is known to someone who has left."""
        return self.exclude(renew_asked_at=None)


class WebhookEndpoint(models.Model):
    """An address of another system. Its secret is derived, not stored: see `webhooks.signing`."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    url = models.CharField(_("address"), max_length=LONGEST_URL, unique=True)
    events = ArrayField(models.CharField(max_length=40))
    is_active = models.BooleanField(default=True)
    # Grows with every new secret.
    secret_number = models.PositiveIntegerField(default=1)
    # To whom this secret was shown, the one time that it is; and since when they are no owner any more.
    secret_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    renew_asked_at = models.DateTimeField(null=True, blank=True)
    # After a failure the whole endpoint waits, so that one that is away doesn't hold up the others.
    retry_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = WebhookEndpointManager()

    class Meta:
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.url


class DeliveryState(models.TextChoices):
    PENDING = "pending", _("Waiting")
    LEASED = "leased", _("Being sent")
    SENT = "sent", _("Arrived")
    DEAD = "dead", _("Didn’t arrive")


# Nothing more is sent of these.
SETTLED = (DeliveryState.SENT, DeliveryState.DEAD)


class WebhookDelivery(models.Model):
    """One event for one endpoint, with the `payload` from the moment of the event."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries")
    # What caused it: the same cause is told once.
    cause = models.CharField(max_length=100)
    event = models.CharField(max_length=40)
    payload = models.JSONField()
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True)
    resent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "cause"], name="one_delivery_per_cause"),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.LEASED, lease_until__isnull=False, lease_token__isnull=False)
                | (~Q(state=DeliveryState.LEASED) & Q(lease_until__isnull=True, lease_token__isnull=True)),
                name="delivery_lease_goes_with_leased",
            ),
            models.CheckConstraint(
                condition=~Q(state=DeliveryState.SENT) | Q(sent_at__isnull=False), name="sent_delivery_has_a_date"
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at", "id"], condition=Q(state="pending"), name="delivery_to_send"),
            models.Index(fields=["lease_until"], condition=Q(state="leased"), name="delivery_leased"),
            models.Index(fields=["endpoint", "-created_at"], name="delivery_endpoint"),
            models.Index(fields=["sent_at"], condition=Q(state="sent"), name="delivery_sent_at"),
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.endpoint_id}: {self.state}"
