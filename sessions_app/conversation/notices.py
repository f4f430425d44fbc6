"""When people are told of unread messages. The text of the mail is in `emails.py`."""

from datetime import datetime, timedelta

from notifications.services import Due
from sessions_app.models import THREAD_SUBJECT, ReadMarker

KIND = "message"
UNREAD_FOR = timedelta(minutes=10)
APART = timedelta(hours=1)
KEEPS = timedelta(hours=24)


def message_due(marker: ReadMarker, *, by: int, now: datetime, last: datetime | None = None) -> Due:
    """The next mail about unread messages, which `by` wrote; `last` is when the one before left, if any."""
    due_at = max(now + UNREAD_FOR, last + APART) if last else now + UNREAD_FOR
    return Due(
        KIND,
        marker.person_id,
        THREAD_SUBJECT,
        marker.pk,
        marker.version,
        due_at,
        due_at + KEEPS,
        shows_at=now,
        caused_by=by,
    )
