"""Limits how many mails one person can cause to be sent to another in a day.

Only kinds that are registered as `capped` are counted and held, and only against the person who caused them, so nobody
can use up what others may send. Codes, bookings, changes, cancellations and reminders are never capped.
"""

from datetime import datetime, timedelta

from django.conf import settings

from notifications.models import Notification, State
from notifications.registry import Kind, capped_kinds

DAY = timedelta(days=1)
LOOK_AGAIN_AFTER = timedelta(hours=1)


def held_until(row: Notification, kind: Kind, moment: datetime) -> datetime | None:
    """When to look at this row again; None if it may be sent now, also because holding it would make it too late."""
    later = moment + LOOK_AGAIN_AFTER
    if not kind.capped or row.caused_by_id is None or later >= row.send_before:
        return None
    return later if mails_of_a_day(row, moment) >= settings.MAX_MAILS_PER_DAY else None


def mails_of_a_day(row: Notification, moment: datetime) -> int:
    """How many capped mails the same person has caused for the same recipient within 24 hours before `moment`."""
    between = Notification.objects.filter(recipient=row.recipient_id, caused_by=row.caused_by_id)
    of_a_day = between.filter(state=State.SENT, sent_at__gt=moment - DAY, sent_at__lte=moment)
    return of_a_day.filter(kind__in=capped_kinds()).count()
