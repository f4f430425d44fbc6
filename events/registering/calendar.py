"""The calendar entry of a registration: one for its whole life (RFC 5545, 5546). Its rounds stand in the text."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from common.later import LaterModule
from common.mail.headers import envelope_address
from common.mail.rendering import absolute_url, sender
from events.models import Event, EventMode, EventState, Registration
from sessions_app.invites.ics import PUBLISH, clean_text, empty_calendar, make_attendee, make_calendar_address

if TYPE_CHECKING:
    import icalendar
else:
    icalendar = LaterModule("icalendar")

CANCEL, REQUEST = "CANCEL", "REQUEST"


def build_registration_file(registration: Registration, *, method: str, at: datetime) -> bytes:
    """The file with one entry for this person. `method` is REQUEST, CANCEL or PUBLISH, `at` when it was last changed.

    SEQUENCE is the registration's version: a person who registers again after cancelling has a later one than the
    cancellation (RFC 5546, 2.1.4).
    """
    event = registration.event
    entry = event_entry(event, registration, is_off=method == CANCEL, at=at)
    if method != PUBLISH:
        invite(entry, registration.person)
    return _calendar_of(entry, method)


def build_host_file(event: Event, host: User, *, method: str, at: datetime) -> bytes:
    """The file with the entry of office hours for the person who gives them; their feed knows it by the same UID."""
    entry = event_entry(event, event, is_off=method == CANCEL, at=at)
    invite(entry, host)
    return _calendar_of(entry, method)


def build_event_file(event: Event, *, at: datetime) -> bytes:
    """The file on the public page, for anyone."""
    entry = event_entry(event, event, is_off=event.state == EventState.CANCELLED, at=at)
    return _calendar_of(entry, PUBLISH)


def calendar_uid(uuid: UUID) -> str:
    """What calendars know the entry by, for its whole life."""
    return f"event-{uuid}@{settings.SITE_HOST}"


def event_entry(event: Event, of: Event | Registration, *, is_off: bool, at: datetime) -> "icalendar.Event":
    """`of`: by whose id and version calendars know the entry."""
    page = absolute_url("event", event.slug)
    entry = icalendar.Event()
    stamp = at.astimezone(UTC).replace(microsecond=0)
    entry.add("dtstamp", stamp)
    entry.add("last-modified", stamp)
    entry.add("dtstart", event.start.astimezone(UTC))
    entry.add("dtend", event.end.astimezone(UTC))
    entry.add("summary", clean_text(event.title))
    entry.add("description", f"{clean_text(event.about)}\n\n{_('The event’s page')}: {page}".strip())
    entry.add("location", page if event.mode == EventMode.ONLINE or not event.place else clean_text(event.place))
    entry.add("url", page)
    entry.add("uid", calendar_uid(of.uuid))
    entry.add("sequence", of.version)
    entry.add("status", "CANCELLED" if is_off else "CONFIRMED")
    return entry


def invite(entry: "icalendar.Event", person: User) -> None:
    entry["organizer"] = make_calendar_address(settings.SITE_NAME, sender().addr_spec)
    entry.add("attendee", make_attendee(person, envelope_address(person.email)))


def _calendar_of(entry: "icalendar.Event", method: str) -> bytes:
    calendar = empty_calendar(method)
    calendar.add_component(entry)
    return calendar.to_ical()
