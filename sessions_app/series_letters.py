"""One mail for several dates that were booked in one act, with a calendar file for each."""

from datetime import datetime
from functools import partial

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.clock_changes import clock_change_note
from common.mail import absolute
from notifications.models import Notification
from notifications.registry import Attachment, Message, Nothing, register

from .invites import build_invite
from .letters import Context, Reading, letter
from .models import Booking, BookingState


def series(row: Notification, now: datetime, *, state: BookingState) -> Message | Nothing:
    """Those of the dates that are still as they were booked; one that has changed has a mail of its own."""
    together = Booking.objects.filter(booked_with=row.subject_id, state=state, moves=0).with_people()
    left = list(together.select_related("offer__profile__schedule").order_by("during"))
    if not left:
        return Nothing("moved on")
    readings = [Reading(booking, row.recipient, now) for booking in left]
    waits = state == BookingState.REQUESTED
    message = letter(readings[0], row.kind, dates_of(readings))
    return message if waits else with_files(message, readings)


def dates_of(readings: list[Reading]) -> Context:
    count = len(readings)
    return {
        "count": count,
        "sessions": ngettext("%(count)d session", "%(count)d sessions", count) % {"count": count},
        "more": ngettext("%(count)d more session", "%(count)d more sessions", count) % {"count": count},
        "each": _("%(minutes)d minutes each") % {"minutes": readings[0].booking.length},
        "dates": [date_of(reading) for reading in readings],
    }


def date_of(reading: Reading) -> Context:
    booking = reading.booking
    page = "session_respond" if reading.is_mentor and booking.expires_at else "session"
    return {
        "when": reading.when(booking.start),
        "theirs": reading.theirs(booking.start),
        "clock_note": clock_note(reading),
        "url": absolute(page, booking.uuid),
        "deadline": reading.when(booking.expires_at, short=True) if booking.expires_at else "",
    }


def clock_note(reading: Reading) -> str:
    start, other, person = reading.booking.start, reading.other, reading.person
    return clock_change_note(start, reading.now, reading.zone, other.timezone, other.first_name, person.hour12)


def with_files(message: Message, readings: list[Reading]) -> Message:
    """As attachments only: an invitation in a mail's body is about one event, and here are several."""
    files = tuple(
        Attachment(
            f"session-{number}.ics",
            build_invite(reading.booking, for_person=reading.person, method="REQUEST"),
            "application/ics",
        )
        for number, reading in enumerate(readings, start=1)
    )
    return Message(message.subject, message.text, message.html, attachments=files, headers=message.headers)


def register_kinds() -> None:
    for kind, state in (("series_booked", BookingState.CONFIRMED), ("series_requested", BookingState.REQUESTED)):
        register(kind, render=partial(series, state=state))
