"""What is written of a session: the same event as in our invitations and feeds, without the people."""

from django.conf import settings
from django.utils import translation

from accounts.models import User
from calendars.sources.contract import WrittenEvent
from common.mail.rendering import absolute_url
from sessions_app.invites.ics import PUBLISH, booking_event, empty_calendar, event_description, event_title
from sessions_app.models import Booking


def event_uid(booking: Booking) -> str:
    return f"{booking.uuid}@{settings.SITE_HOST}"


def write_event(booking: Booking, person: User) -> WrittenEvent:
    """In the language of the person whose calendar it is."""
    with translation.override(person.language):
        calendar = empty_calendar(PUBLISH)
        # What is stored in a calendar has no method (RFC 4791, 4.1).
        del calendar["method"]
        calendar.add_component(booking_event(booking, for_person=person, with_people=False))
        return WrittenEvent(
            uid=event_uid(booking),
            sequence=booking.sequence,
            start=booking.start,
            end=booking.end,
            title=event_title(booking, booking.other_person(person)),
            description=event_description(booking),
            url=absolute_url("session", booking.uuid),
            content=calendar.to_ical(),
        )
