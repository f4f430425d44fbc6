"""How many mails one person may have sent to another in a day.

Only kinds that say so are counted and held, and only against the one who caused them: nobody can fill up what others
may send. What people rely on (codes, bookings, changes, cancellations, reminders) is of no such kind.
"""

from datetime import datetime, timedelta

from django.conf import settings

from notifications.models import Notification, State
from notifications.registry import Kind, capped_kinds

DAY = timedelta(days=1)
LOOK_AGAIN_AFTER = timedelta(hours=1)


def held_until(row: Notification, kind: Kind, moment: datetime) -> datetime | None:
    """When to look again; None when it may be sent now, as it may if it would come too late otherwise."""
    later = moment + LOOK_AGAIN_AFTER
    if not kind.capped or row.caused_by_id is None or later >= row.send_before:
        return None
    return later if mails_of_a_day(row, moment) >= settings.MAX_MAILS_PER_DAY else None


def mails_of_a_day(row: Notification, moment: datetime) -> int:
    """Of the same two people, from the one to the other."""
    between = Notification.objects.filter(recipient=row.recipient_id, caused_by=row.caused_by_id)
    of_a_day = between.filter(state=State.SENT, sent_at__gt=moment - DAY, sent_at__lte=moment)
    return of_a_day.filter(kind__in=capped_kinds()).count()
