"""What is to be done about one session in one calendar, from what both are like at this moment. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

from calendars.models import STANDING, ExportedEvent, ExportState
from sessions_app.models import Booking, BookingState
from sessions_app.models.states import AGREED_OR_MISSED

# How long after its time we still try to remove a session that was cancelled
REMOVES_FOR = timedelta(days=1)


class Step(StrEnum):
    """LEAVE: nothing now. LOOK: see whether it still stands there. PUT: write it. REMOVE: take it out.

    MOVE_ON: nothing of ours stands there, and another calendar was chosen. INVITE: the same, and none is chosen, so its
    person gets the session by email. FORGET: nothing will have to be done again.
    """

    LEAVE = "leave"
    LOOK = "look"
    PUT = "put"
    REMOVE = "remove"
    MOVE_ON = "move_on"
    INVITE = "invite"
    FORGET = "forget"


def next_step(row: ExportedEvent, booking: Booking, *, chosen: int | None, now: datetime) -> Step:
    """`chosen`: the calendar into which the person's sessions are put. What is over stays where it stands."""
    is_standing = row.state in STANDING
    if booking.end <= now - REMOVES_FOR:
        return Step.FORGET
    if booking.state not in AGREED_OR_MISSED:
        return Step.REMOVE if is_standing else Step.FORGET
    if booking.state != BookingState.CONFIRMED or booking.end <= now:
        return Step.FORGET
    if row.calendar_id != chosen:
        if is_standing:
            return Step.REMOVE
        if chosen is not None:
            return Step.MOVE_ON
        return Step.FORGET if row.state == ExportState.GONE else Step.INVITE
    if row.state == ExportState.GONE and not has_moved(row, booking):
        return Step.LEAVE
    if row.state == ExportState.THERE and row.sequence == booking.sequence:
        return Step.LOOK
    return Step.PUT


def has_moved(row: ExportedEvent, booking: Booking) -> bool:
    """Whether its time is another one than when we last wrote it, or saw that its person had taken it out."""
    # The events are in order.
    known = [event.during for event in booking.events.all() if row.checked_at and event.at <= row.checked_at]
    return bool(known) and known[-1] != booking.during
