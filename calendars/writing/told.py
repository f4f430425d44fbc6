"""What the rest of the product is told about sessions that are put into calendars."""

from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from accounts.models import User
from calendars.models import Connection, ExportState
from common.statements import Prepared
from sessions_app.models import Booking

# Every page of a session asks this, and nearly always there is none: composing the query took longer than the answer.
GONE_FROM = Prepared(
    """
SELECT calendar.name, its_connection.host
FROM calendars_exportedevent AS event
JOIN calendars_externalcalendar AS calendar ON calendar.id = event.calendar_id
JOIN calendars_connection AS its_connection ON its_connection.id = calendar.connection_id
WHERE event.booking_id = %(booking)s AND event.person_id = %(person)s AND event.state = %(gone)s
"""
)


def comes_by_writing(booking: Booking, person: User, now: datetime) -> bool:
    """Whether this session comes into the person's calendar without an invitation.

    One that was confirmed before we wrote, or while we couldn't for long, was sent as an invitation. So its changes are
    sent too: who knows into which calendar it was taken.
    """
    found = Connection.objects.filter(person=person, writes_to__isnull=False).first()
    if found is None or found.writes_since is None or not found.writes_well(now):
        return False
    return booking.confirmed_at is not None and booking.confirmed_at >= found.writes_since


def describe_removal(booking: Booking, reader: User) -> str:
    """Empty unless the reader has taken the session out of their calendar there."""
    with connection.cursor() as cursor:
        GONE_FROM.execute(cursor, {"booking": booking.pk, "person": reader.pk, "gone": ExportState.GONE.value})
        row = cursor.fetchone()
    if row is None:
        return ""
    words = _("You removed this session from your calendar %(calendar)s. It’s still on: cancel it if you can’t come.")
    # As `ExternalCalendar.shown_name`
    return words % {"calendar": row[0] or row[1]}
