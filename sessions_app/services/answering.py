"""A request and its answer: accept, decline, more time, withdraw."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from sessions_app.errors import BookingError
from sessions_app.models import Booking, BookingState

from .base import booking_act, change, check_live, close_if_over, lock_booking
from .booking import request_deadline


@booking_act
def accept_booking(*, booking: Booking, by: User, now: datetime) -> Booking:
    """The mentor says yes. Raises BookingError `not_waiting` when there is nothing left to answer, or `closed`."""
    booking = _waiting(booking, by=by, now=now)
    check_live(booking)
    return change(booking, BookingState.CONFIRMED, by=by, now=now, event="accepted", confirmed_at=now, expires_at=None)


@booking_act
def decline_booking(*, booking: Booking, by: User, reason: str, now: datetime) -> Booking:
    """The mentor says no; the reason is told to the mentee. Raises BookingError `not_waiting`."""
    booking = _waiting(booking, by=by, now=now)
    change(booking, BookingState.DECLINED, by=by, now=now, event="declined", reason=reason, ended_by=by)
    close_if_over(booking, now=now)
    return booking


@booking_act
def extend_request(*, booking: Booking, by: User, now: datetime) -> Booking:
    """The mentor needs more time: once, a day from now at most. Raises BookingError `not_waiting`, `extended`."""
    booking = _waiting(booking, by=by, now=now)
    if booking.extended:
        raise BookingError("extended", _("You have already taken more time for this request. Accept or decline it."))
    until = request_deadline(booking.offer, booking.start, now=now)
    later = max(until, booking.expires_at or until)
    return change(
        booking, BookingState.REQUESTED, by=by, now=now, event=None, told=False, extended=True, expires_at=later
    )


@booking_act
def withdraw_booking(*, booking: Booking, by: User, now: datetime) -> Booking:
    """The mentee takes the request back. Raises BookingError `not_waiting`."""
    booking = lock_booking(booking)
    if booking.mentee_id != by.pk or booking.state != BookingState.REQUESTED:
        raise BookingError("not_waiting", _("This request has been answered already."))
    change(booking, BookingState.WITHDRAWN, by=by, now=now, event="withdrawn", ended_by=by)
    close_if_over(booking, now=now)
    return booking


def _waiting(booking: Booking, *, by: User, now: datetime) -> Booking:
    booking = lock_booking(booking)
    if booking.mentor_id != by.pk or booking.state != BookingState.REQUESTED or booking.is_overdue(now):
        raise BookingError("not_waiting", _("This request is no longer waiting for an answer."))
    return booking
