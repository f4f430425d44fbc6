"""One mail for several dates that were booked in one act, with a calendar file for each."""

from dataclasses import replace
from datetime import datetime

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.mail.rendering import Context, absolute_url
from notifications.models import Notification
from notifications.registry import Attachment, Message, Nothing
from sessions_app.invites.elsewhere import needs_invitation
from sessions_app.invites.ics import build_invite
from sessions_app.models import Booking, BookingEvent, BookingState
from sessions_app.models.bookings import BookingQuerySet

from .emails import BookingForReader, clock_note, render_booked_email, render_booking_email


def render_series_email(row: Notification, now: datetime, *, state: BookingState) -> Message | Nothing:
    """Tells of the dates that are still as they were booked; a date that has changed has its own mail."""
    readings = load_readings(row, now, Booking.objects.filter(booked_with=row.subject_id, state=state))
    if not readings:
        return Nothing("moved on")
    if state == BookingState.REQUESTED:
        return render_booking_email(readings[0], f"booking/{row.kind}", dates_of(readings))
    return render_with_files(row, readings)


def render_accepted_email(row: Notification, now: datetime) -> Message | Nothing:
    """Tells of the dates accepted since the last such mail left, up to this row's, unless they have changed."""
    events = BookingEvent.objects.acceptances(row.subject_id)[turns_told(row) : row.subject_version]
    accepted_now = [event.booking_id for event in events]
    readings = load_readings(row, now, Booking.objects.filter(pk__in=accepted_now, state=BookingState.CONFIRMED))
    if not readings:
        return Nothing("moved on")
    if len(readings) == 1:
        return render_booked_email(readings[0], accepted=True)
    return render_with_files(row, readings)


def turns_told(row: Notification) -> int:
    """How many acceptances this person was told of, in mails that have left or may have."""
    told = Notification.objects.about(row.subject_type, row.subject_id).filter(
        kind=row.kind, recipient=row.recipient, subject_version__lt=row.subject_version
    )
    last: int | None = told.exclude(data_started_at=None).aggregate(last=Max("subject_version"))["last"]
    return last or 0


def load_readings(row: Notification, now: datetime, bookings: BookingQuerySet) -> list[BookingForReader]:
    """The bookings that haven't moved since, soonest first."""
    left = bookings.filter(moves=0).with_people().select_related("offer__profile__schedule").order_by("during")
    return [BookingForReader(row.recipient, now, booking) for booking in left]


def dates_of(readings: list[BookingForReader]) -> Context:
    count = len(readings)
    return {
        "count": count,
        "sessions": ngettext("%(count)d session", "%(count)d sessions", count) % {"count": count},
        "more": ngettext("%(count)d more session", "%(count)d more sessions", count) % {"count": count},
        "each": _("%(minutes)d minutes each") % {"minutes": readings[0].booking.length},
        "dates": [date_of(reading) for reading in readings],
    }


def date_of(reading: BookingForReader) -> Context:
    booking = reading.booking
    page = "session_respond" if reading.is_mentor and booking.expires_at else "session"
    return {
        "when": reading.when(booking.start),
        "theirs": reading.time_of(reading.other, booking.start),
        "clock_note": clock_note(reading, booking.start),
        "url": absolute_url(page, booking.uuid),
        "deadline": reading.when(booking.expires_at, short=True) if booking.expires_at else "",
    }


def render_with_files(row: Notification, readings: list[BookingForReader]) -> Message:
    """With a calendar file for each date, as attachments: an invitation in the body holds one event only."""
    invited = [one for one in readings if needs_invitation(one.booking, one.person, now=one.now)]
    files = tuple(
        Attachment(
            f"session-{number}.ics",
            build_invite(reading.booking, for_person=reading.person, method="REQUEST"),
            "application/ics",
        )
        for number, reading in enumerate(invited, start=1)
    )
    facts = dates_of(readings) | {"has_file": bool(files), "is_written": not files}
    return replace(render_booking_email(readings[0], f"booking/{row.kind}", facts), attachments=files)
