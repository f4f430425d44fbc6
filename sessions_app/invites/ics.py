"""Builds calendar files of a booking (RFC 5545, 5546) for mails, downloads and feeds."""

import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from common.later import LaterModule
from common.mail.headers import JOINER, envelope_address
from common.mail.rendering import absolute_url, sender
from sessions_app.availability.commitments import Commitment
from sessions_app.models import Booking
from sessions_app.models.states import CALLED_OFF, UNANSWERED

if TYPE_CHECKING:
    import icalendar
else:
    icalendar = LaterModule("icalendar")

QUESTION_IN_TITLE = 60
# The method of a file that people download. It names no attendees, since it invites nobody.
PUBLISH = "PUBLISH"
# Calendar programs disagree on how to write these characters in a parameter.
IN_PARAMETERS = str.maketrans('"\\^\n\t', "'/'  ")
UNWRITABLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def build_invite(booking: Booking, *, for_person: User, method: str) -> bytes:
    """The file with one event. `method` is REQUEST, CANCEL or PUBLISH, the same as of the mail part."""
    calendar = empty_calendar(method)
    calendar.add_component(booking_event(booking, for_person=for_person, with_people=method != PUBLISH))
    return calendar.to_ical()


def empty_calendar(method: str) -> "icalendar.Calendar":
    calendar = icalendar.Calendar()
    calendar.add("prodid", f"-//{clean_text(settings.SITE_NAME)}//{settings.SITE_HOST}//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    return calendar


def booking_event(booking: Booking, *, for_person: User, with_people: bool) -> "icalendar.Event":
    page = absolute_url("session", booking.uuid)
    other = booking.other_person(for_person)
    event = icalendar.Event()
    event.add("uid", f"{booking.uuid}@{settings.SITE_HOST}")
    event.add("sequence", booking.sequence)
    event.add("dtstamp", last_changed(booking))
    event.add("last-modified", last_changed(booking))
    event.add("dtstart", booking.start.astimezone(UTC))
    event.add("dtend", booking.end.astimezone(UTC))
    event.add("summary", event_title(booking, other))
    event.add("description", event_description(booking))
    event.add("location", page)
    event.add("url", page)
    event.add("status", event_status(booking.state))
    if with_people:
        event["organizer"] = make_calendar_address(settings.SITE_NAME, sender().addr_spec)
        event.add("attendee", make_attendee(for_person, for_person.email))
        # No email addresses: the two know each other by name, and only the owner gives an address away.
        event.add("attendee", make_attendee(other, f"{other.uuid}@{settings.SITE_HOST}"))
    return event


def commitment_entry(commitment: Commitment, *, at: datetime) -> "icalendar.Event":
    """Something else that takes the person's time, such as an event of many. Its page has what there is to know.

    `at`: not before it was last changed. By this and SEQUENCE calendars see that what they hold is older.
    """
    entry = icalendar.Event()
    entry.add("uid", commitment.uid)
    entry.add("sequence", commitment.version)
    stamp = at.astimezone(UTC).replace(microsecond=0)
    entry.add("dtstamp", stamp)
    entry.add("last-modified", stamp)
    entry.add("dtstart", commitment.start.astimezone(UTC))
    entry.add("dtend", commitment.end.astimezone(UTC))
    page = settings.SITE_URL + commitment.url
    entry.add("summary", clean_text(commitment.title))
    entry.add("location", clean_text(commitment.place) or page)
    entry.add("url", page)
    entry.add("status", "CONFIRMED")
    return entry


def event_description(booking: Booking) -> str:
    page = absolute_url("session", booking.uuid)
    return f"{clean_text(booking.question)}\n\n{_('The session page')}: {page}"


def event_title(booking: Booking, other: User) -> str:
    question = clean_text(booking.question).replace("\n", " ")
    short = question if len(question) <= QUESTION_IN_TITLE else question[: QUESTION_IN_TITLE - 1].rstrip() + "…"
    pattern = _("{minutes} min with {name}: {question}")
    return pattern.format(minutes=booking.length, name=clean_text(other.first_name), question=short)


def event_status(state: str) -> str:
    """What calendars call a booking in this state (RFC 5545, 3.8.1.11)."""
    if state in CALLED_OFF:
        return "CANCELLED"
    return "TENTATIVE" if state in UNANSWERED else "CONFIRMED"


def last_changed(booking: Booking) -> datetime:
    """When it last changed.

    Reads all events, not only the newest, since a feed has prefetched them for its bookings.
    """
    newest = max((event.at for event in booking.events.all()), default=booking.created_at)
    newest = max(newest, booking.engagement.brief.question_changed_at or newest)
    return newest.astimezone(UTC).replace(microsecond=0)


def make_attendee(who: User, address: str) -> "icalendar.vCalAddress":
    value = make_calendar_address(who.display_name, address)
    value.params["role"] = icalendar.vText("REQ-PARTICIPANT")
    value.params["partstat"] = icalendar.vText("ACCEPTED")
    value.params["rsvp"] = icalendar.vText("FALSE")
    return value


def make_calendar_address(name: str, address: str) -> "icalendar.vCalAddress":
    value = icalendar.vCalAddress(f"mailto:{envelope_address(address)}")
    value.params["cn"] = icalendar.vText(clean_text(name).translate(IN_PARAMETERS))
    return value


def clean_text(text: str) -> str:
    """The text without characters that no calendar line may hold or that reorder it. The library escapes the rest."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in plain if c in f"\n\t{JOINER}" or unicodedata.category(c) not in UNWRITABLE)
