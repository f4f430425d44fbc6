"""Sends the rows of the webhooks' outbox: claim one, send it, record the outcome. Clocks are Postgres', as for mail.

An endpoint may get an event twice (a worker may die after it was sent), always with the same id. It never misses one,
until it has failed for about three days; then its owner is told, and can send it again.
"""

import logging
import time
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from notifications.models.webhooks import DeliveryState, WebhookDelivery, WebhookEndpoint
from notifications.outbox import NO_LEASE, add_delay, backoff_delay, read_database_clock

from .addresses import BadAddressError, UnknownHostError, find_target
from .news import tell_given_up
from .sending import SendingError, post_event
from .signing import HEADER, content_of, secret_of, sign_content

logger = logging.getLogger(__name__)

DRAIN_SECONDS = 20
# The waits between them grow to six hours, so they take three days.
MAX_ATTEMPTS = 18
LONGEST_ERROR = 200

# Claims one row (see `outbox.CLAIM` for why it is written so), but not of an endpoint that is off or has just failed.
CLAIM = """
UPDATE notifications_webhookdelivery
SET state = 'leased', attempts = attempts + 1, lease_token = gen_random_uuid(),
    lease_until = COALESCE(%(now)s::timestamptz, statement_timestamp()) + %(lease)s
WHERE id = (
    SELECT delivery.id FROM notifications_webhookdelivery AS delivery
    JOIN notifications_webhookendpoint AS endpoint ON endpoint.id = delivery.endpoint_id
    WHERE delivery.state = 'pending'
        AND delivery.next_try_at <= COALESCE(%(now)s::timestamptz, statement_timestamp())
        AND endpoint.is_active
        AND COALESCE(endpoint.retry_at, '-infinity') <= COALESCE(%(now)s::timestamptz, statement_timestamp())
    ORDER BY delivery.next_try_at, delivery.id
    LIMIT 1
    FOR UPDATE OF delivery SKIP LOCKED
)
RETURNING *
"""


def drain_deliveries(now: datetime | None = None, *, seconds: float = DRAIN_SECONDS) -> int:
    """Send due rows, one after the other, until none is left or the time is up. Returns how many were taken up."""
    reap_webhook_leases(now)
    end = time.monotonic() + seconds
    taken = 0
    while time.monotonic() < end and (row := claim_delivery(now)):
        taken += 1
        deliver_webhook(row, now)
    return taken


def claim_delivery(now: datetime | None = None) -> WebhookDelivery | None:
    values = {"now": now, "lease": settings.OUTBOX_LEASE}
    return next(iter(WebhookDelivery.objects.raw(CLAIM, values)), None)


def deliver_webhook(row: WebhookDelivery, now: datetime | None = None) -> None:
    """Bring a claimed row to its end, or back to pending."""
    content = content_of(row)
    moment = int(now.timestamp() if now else time.time())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"{settings.SITE_NAME.encode('ascii', 'ignore').decode()}-webhooks",
        "Webhook-Id": str(row.uuid),
        HEADER: sign_content(secret_of(row.endpoint), moment, content),
    }
    try:
        post_event(find_target(row.endpoint.url), body=content, headers=headers)
    except BadAddressError as error:
        give_up(row, str(error), now)
    except (SendingError, UnknownHostError) as error:
        retry_or_give_up(row, str(error), now)
    except Exception as error:
        logger.exception("webhook %s failed", row.pk)
        retry_or_give_up(row, type(error).__name__, now)
    else:
        end_lease(row, state=DeliveryState.SENT, sent_at=read_database_clock(now), last_error="")


def retry_or_give_up(row: WebhookDelivery, error: str, now: datetime | None) -> None:
    """Try again later, or give up after the last attempt. The endpoint's other rows wait a little too."""
    moment = read_database_clock(now)
    if row.attempts >= MAX_ATTEMPTS:
        was_ours = give_up(row, error, now)
    else:
        again = add_delay(moment, backoff_delay(row.attempts))
        was_ours = end_lease(row, state=DeliveryState.PENDING, next_try_at=again, last_error=error[:LONGEST_ERROR])
    if was_ours:
        wait = add_delay(moment, settings.OUTBOX_FIRST_RETRY)
        WebhookEndpoint.objects.filter(pk=row.endpoint_id).update(retry_at=wait)


@transaction.atomic
def give_up(row: WebhookDelivery, error: str, now: datetime | None) -> bool:
    """Returns whether it was still ours."""
    was_ours = end_lease(row, state=DeliveryState.DEAD, last_error=error[:LONGEST_ERROR])
    if was_ours:
        tell_given_up(row.endpoint, now=now or timezone.now())
    return was_ours


def end_lease(row: WebhookDelivery, **fields: object) -> bool:
    """End the lease, and return whether it was still ours. A worker that was taken for dead overwrites nothing."""
    return leased_by_us(row).update(**NO_LEASE, **fields) == 1


def leased_by_us(row: WebhookDelivery) -> QuerySet[WebhookDelivery]:
    return WebhookDelivery.objects.filter(pk=row.pk, state=DeliveryState.LEASED, lease_token=row.lease_token)


def reap_webhook_leases(now: datetime | None = None) -> int:
    """Take rows back from workers that did not end them in time. Returns how many."""
    lost = WebhookDelivery.objects.filter(state=DeliveryState.LEASED, lease_until__lt=read_database_clock(now))
    hopeless = lost.filter(attempts__gte=MAX_ATTEMPTS).select_related("endpoint__created_by")
    dead = sum(give_up(row, "the worker died each time", now) for row in hopeless)
    return dead + lost.update(state=DeliveryState.PENDING, next_try_at=read_database_clock(now), **NO_LEASE)
