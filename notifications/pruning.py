"""Deletes what nobody needs any more, in small batches, so that the tables stay as large as one year.

A row is kept far longer than anything could write it a second time: the audit, which derives notices again, only asks
for what fell due within the last day.
"""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet

from .models import InboxItem, Notification, State
from .models.webhooks import SETTLED, WebhookDelivery, WebhookEndpoint

SECONDS = 10
AT_ONCE = 500
DELIVERIES_KEEP = timedelta(days=30)
ENDED = (State.SENT, State.EXPIRED, State.OBSOLETE, State.DEAD, State.UNCERTAIN)


def delete_outdated_rows(*, now: datetime, seconds: float = SECONDS) -> int:
    """Delete old rows until the time is up; the next run does the rest. Returns how many."""
    end = time.monotonic() + seconds
    gone = 0
    for rows in _outdated_rows(now):
        while time.monotonic() < end:
            batch = list(rows.values_list("pk", flat=True)[:AT_ONCE])
            # A row that has changed since it was listed stays: staff may be sending it again.
            gone += rows.filter(pk__in=batch).delete()[0]
            if len(batch) < AT_ONCE:
                break
    return gone


def _outdated_rows(
    now: datetime,
) -> Iterator[QuerySet[InboxItem] | QuerySet[Notification] | QuerySet[WebhookDelivery]]:
    year, read = now - settings.NOTICES_KEEP, now - settings.INBOX_KEEPS_READ
    yield InboxItem.objects.filter(Q(at__lt=year) | Q(at__lt=read, read_at__isnull=False))
    yield Notification.objects.filter(due_at__lt=year, send_before__lt=now, state__in=ENDED)
    month = now - DELIVERIES_KEEP
    # Endpoints are few, and there is an index of each one's deliveries by age.
    for endpoint in WebhookEndpoint.objects.all():
        old = WebhookDelivery.objects.filter(endpoint=endpoint, created_at__lt=month, state__in=SETTLED)
        yield old.exclude(sent_at__gte=month)
