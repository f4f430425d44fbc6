"""What the mail and the inbox say when a country has changed its clocks and a session is at another time of day."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from common.mail.rendering import Context
from common.times import clock_text, in_zone, offset_of, when_text
from notifications.models import InboxItem, Notification
from notifications.readers import NoticeReader
from notifications.registry import InboxLine, Message, Nothing
from sessions_app.models import WallChange
from sessions_app.models.states import TIMED

from .emails import BookingForReader, render_booking_email


def render_wall_change_email(row: Notification, now: datetime) -> Message | Nothing:
    known = WallChange.objects.select_related(
        "booking__mentor", "booking__mentee", "booking__offer__profile__schedule", "booking__engagement__brief"
    )
    change = known.filter(pk=row.subject_id).first()
    if change is None or change.booking.state not in TIMED or change.booking.start != change.start:
        return Nothing("moved on")
    reading = BookingForReader(row.recipient, now, change.booking)
    mine, theirs = clocks_before(change, row.recipient)
    other_zone = reading.other.zone_name
    extra: Context = {
        "old_when": "" if mine is None else old_when(change, reading.zone, mine, reading),
        "old_clock": "" if mine is None else old_clock(change.start, reading.zone, mine, reading.person),
        "their_old": "" if theirs is None else old_clock(change.start, other_zone, theirs, reading.person),
        "their_new": "" if theirs is None else clock_text(change.start, other_zone, reading.person.hour12),
    }
    return render_booking_email(reading, "booking/wall_change", extra)


def clocks_before(change: WallChange, person: User) -> tuple[int | None, int | None]:
    """Minutes ahead of UTC that this person's clock would have been, and the other's; None where nothing changed."""
    both = change.mentor_before, change.mentee_before
    return both if person.pk == change.booking.mentor_id else (both[1], both[0])


def as_it_was(start: datetime, zone: str, before: int) -> datetime:
    """A moment at which this zone's clock shows what it would have shown at `start`."""
    return in_zone(start, zone) + (timedelta(minutes=before) - offset_of(zone, start))


def old_clock(start: datetime, zone: str, before: int, reader: User) -> str:
    return clock_text(as_it_was(start, zone, before), zone, reader.hour12)


def old_when(change: WallChange, zone: str, before: int, reading: BookingForReader) -> str:
    was = as_it_was(change.start, zone, before)
    return when_text(was, zone=zone, now=reading.now, hour12=reading.person.hour12, short=True)


def wall_change_inbox_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    known = WallChange.objects.select_related("booking__mentor", "booking__mentee")
    changes = known.in_bulk({item.subject_id for item in items})
    return {
        item.pk: wall_change_inbox_line(changes[item.subject_id], reader, now)
        for item in items
        if item.subject_id in changes
    }


def wall_change_inbox_line(change: WallChange, reader: User, now: datetime) -> InboxLine:
    booking, when = change.booking, NoticeReader(reader, now).when(change.start, short=True)
    mine, _theirs = clocks_before(change, reader)
    words = {"name": booking.other_person(reader).first_name, "when": when}
    if mine is None:
        text = _("New clock rules where %(name)s is. Your session stays at %(when)s for you.")
    else:
        text = _("New clock rules where you are: your session with %(name)s is at %(when)s.")
    return InboxLine(text % words, reverse("session", args=[booking.uuid]))
