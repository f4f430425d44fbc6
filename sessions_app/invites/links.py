"""Links that open a web calendar with a session filled in. Nothing is sent before the reader follows one."""

from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from accounts.models import User
from common.mail.rendering import absolute_url
from sessions_app.models import Booking

from .ics import event_description, event_title

GOOGLE = "https://calendar.google.com/calendar/render"
OUTLOOK_HOME = "https://outlook.live.com/calendar/0/deeplink/compose"
OUTLOOK_WORK = "https://outlook.office.com/calendar/0/deeplink/compose"


def google_link(booking: Booking, reader: User) -> str:
    fields = {
        "action": "TEMPLATE",
        "text": event_title(booking, booking.other_person(reader)),
        "dates": f"{_in_utc(booking.start):%Y%m%dT%H%M%SZ}/{_in_utc(booking.end):%Y%m%dT%H%M%SZ}",
        "details": event_description(booking),
        "location": absolute_url("session", booking.uuid),
    }
    return f"{GOOGLE}?{query_string(fields)}"


def outlook_link(booking: Booking, reader: User, *, base: str = OUTLOOK_HOME) -> str:
    fields = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": event_title(booking, booking.other_person(reader)),
        "startdt": f"{_in_utc(booking.start):%Y-%m-%dT%H:%M:%SZ}",
        "enddt": f"{_in_utc(booking.end):%Y-%m-%dT%H:%M:%SZ}",
        "body": event_description(booking),
        "location": absolute_url("session", booking.uuid),
    }
    return f"{base}?{query_string(fields)}"


def query_string(fields: dict[str, str]) -> str:
    """Blanks as %20: Outlook shows a plus as it stands."""
    return urlencode(fields, quote_via=quote)


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
