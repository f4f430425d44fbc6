"""The stage of a booking for one of its people at one moment. Pure, apart from the booking it is given."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from common.times import until_text
from mentors.models import Format
from sessions_app.models import Booking, BookingState

SOON = timedelta(hours=24)


class StatusTag(NamedTuple):
    kind: str
    words: str
    icon: str


class SessionStage(StrEnum):
    WAITING = "waiting"
    COUNTERED = "countered"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    AHEAD = "ahead"
    SOON = "soon"
    OPEN = "open"
    OVER = "over"
    MISSED = "missed"
    CANCELLED = "cancelled"

    @property
    def is_coming(self) -> bool:
        """Agreed, and its room is not open yet."""
        return self in (SessionStage.AHEAD, SessionStage.SOON)

    @property
    def is_near(self) -> bool:
        """It starts within minutes, or its room is open."""
        return self in (SessionStage.SOON, SessionStage.OPEN)

    @property
    def is_agreed(self) -> bool:
        return self.is_coming or self == SessionStage.OPEN

    @property
    def is_unfinished(self) -> bool:
        """It may still take place: it is agreed, or waits for an answer."""
        return self.is_agreed or self.is_unanswered

    @property
    def is_unanswered(self) -> bool:
        return self in (SessionStage.WAITING, SessionStage.COUNTERED)


def stage_of(booking: Booking, now: datetime) -> SessionStage:
    """What the session's page is about now. An overdue request counts as expired even before the task has got to it."""
    match booking.state:
        case BookingState.REQUESTED:
            return SessionStage.EXPIRED if booking.is_overdue(now) else SessionStage.WAITING
        case BookingState.COUNTERED:
            return SessionStage.EXPIRED if booking.is_overdue(now) else SessionStage.COUNTERED
        case BookingState.DECLINED | BookingState.EXPIRED | BookingState.WITHDRAWN | BookingState.CANCELLED:
            return SessionStage(booking.state)
        case BookingState.MENTEE_NO_SHOW | BookingState.MENTOR_NO_SHOW:
            return SessionStage.MISSED
    if booking.is_join_open(now):
        return SessionStage.OPEN
    if booking.has_ended(now) or booking.state == BookingState.COMPLETED:
        return SessionStage.OVER
    return SessionStage.SOON if booking.start - now <= SOON else SessionStage.AHEAD


def status_tag_of(booking: Booking, *, reader: User, now: datetime) -> StatusTag:
    other = booking.other_person(reader).first_name
    stage = stage_of(booking, now)
    waits = _("Waiting for you"), _("Waiting for %(name)s") % {"name": other}
    if stage == SessionStage.CANCELLED:
        return StatusTag("danger", ended_by_text(booking, reader), "calendar-x")
    return {
        SessionStage.WAITING: StatusTag("warn", waits[reader.pk != booking.mentor_id], "hourglass"),
        SessionStage.COUNTERED: StatusTag("warn", waits[reader.pk != booking.mentee_id], "hourglass"),
        SessionStage.DECLINED: StatusTag("danger", _("Declined"), "calendar-x"),
        SessionStage.EXPIRED: StatusTag("", _("Not answered in time"), "history"),
        SessionStage.WITHDRAWN: StatusTag("", _("Withdrawn"), "history"),
        SessionStage.AHEAD: StatusTag("ok", _("Confirmed"), "circle-check"),
        SessionStage.SOON: StatusTag("ok", _("Confirmed"), "circle-check"),
        SessionStage.OPEN: StatusTag("now", open_text(booking), "clock"),
        SessionStage.OVER: StatusTag("", _("Finished"), "history"),
        SessionStage.MISSED: StatusTag("warn", missed_by_text(booking, reader), "user-x"),
    }[stage]


def open_text(booking: Booking) -> str:
    return _("The chat is open") if booking.format == Format.CHAT else _("The call is open")


def ended_by_text(booking: Booking, reader: User) -> str:
    if booking.ended_by_id == reader.pk:
        return _("Cancelled by you")
    if booking.cannot_take_place:
        return _("Can’t take place")
    if booking.ended_by_id not in (booking.mentor_id, booking.mentee_id):
        return _("Cancelled by our team")
    return _("Cancelled by %(name)s") % {"name": booking.other_person(reader).first_name}


def was_missed_by(booking: Booking, person: User) -> bool:
    return booking.state == (
        BookingState.MENTOR_NO_SHOW if person.pk == booking.mentor_id else BookingState.MENTEE_NO_SHOW
    )


def missed_by_text(booking: Booking, reader: User) -> str:
    if was_missed_by(booking, reader):
        return _("Missed by you")
    return _("Missed by %(name)s") % {"name": booking.other_person(reader).first_name}


def starts_text(booking: Booking, now: datetime) -> str:
    """`Starts in 2 h 14 min`, `12 min left`, `The time is up`."""
    if now < booking.start:
        # By the minute that clocks show, as the countdown beside it.
        minute = now.replace(second=0, microsecond=0)
        return _("Starts %(in_time)s") % {"in_time": until_text(booking.start, minute)}
    if now < booking.end:
        minutes = -(-(booking.end - now) // timedelta(minutes=1))
        return _("%(minutes)d min left") % {"minutes": minutes}
    return _("The time is up")


class Countdown(NamedTuple):
    before: str
    number: str
    unit: str


def countdown_to(booking: Booking, now: datetime) -> Countdown:
    """`Starts in | 8 | minutes` before the start, `Left | 12 | minutes` during, nothing more to count after."""
    if now >= booking.end:
        return Countdown(_("The time is"), _("up"), "")
    before = now < booking.start
    minutes = -(-((booking.start if before else booking.end) - now) // timedelta(minutes=1))
    words = _("Starts in") if before else _("Left")
    if minutes > 90:
        hours = round(minutes / 60)
        return Countdown(words, str(hours), ngettext("hour", "hours", hours))
    return Countdown(words, str(minutes), ngettext("minute", "minutes", minutes))
