"""Links that open a web calendar with a session filled in. Nothing is sent before the reader follows one."""

from datetime import UTC
from typing import NamedTuple
from urllib.parse import quote, urlencode

from accounts.models import User
from common.mail.rendering import absolute_url
from sessions_app.models import Booking

from .ics import event_description, event_title

GOOGLE = "https://calendar.google.com/calendar/render"
OUTLOOK_HOME = "https://outlook.live.com/calendar/0/deeplink/compose"
OUTLOOK_WORK = "https://outlook.office.com/calendar/0/deeplink/compose"


# The address at each; Outlook has one for people, and one for work and school.
class WebCalendars(NamedTuple):
    google: str
    outlook: str
    outlook_work: str


def link_web_calendars(booking: Booking, reader: User) -> WebCalendars:
    title = event_title(booking, booking.other_person(reader))
    description, place = event_description(booking), absolute_url("session", booking.uuid)
    start, end = booking.start.astimezone(UTC), booking.end.astimezone(UTC)
    google = {
        "action": "TEMPLATE",
        "text": title,
        "dates": f"{start:%Y%m%dT%H%M%SZ}/{end:%Y%m%dT%H%M%SZ}",
        "details": description,
        "location": place,
    }
    outlook = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": title,
        "startdt": f"{start:%Y-%m-%dT%H:%M:%SZ}",
        "enddt": f"{end:%Y-%m-%dT%H:%M:%SZ}",
        "body": description,
        "location": place,
    }
    query = query_string(outlook)
    return WebCalendars(f"{GOOGLE}?{query_string(google)}", f"{OUTLOOK_HOME}?{query}", f"{OUTLOOK_WORK}?{query}")


def query_string(fields: dict[str, str]) -> str:
    """Blanks as %20: Outlook shows a plus as it stands."""
    return urlencode(fields, quote_via=quote)
