"""What the rest of the product is told about sessions that are put into calendars."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from calendars.models import Connection, ExportedEvent, ExportState
from sessions_app.models import Booking


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
    rows = ExportedEvent.objects.filter(booking=booking, person=reader, state=ExportState.GONE)
    names = rows.select_related("calendar__connection").only("calendar__name", "calendar__connection__host")
    row = names.first()
    if row is None:
        return ""
    words = _("You removed this session from your calendar %(calendar)s. It’s still on: cancel it if you can’t come.")
    return words % {"calendar": row.calendar.shown_name}
