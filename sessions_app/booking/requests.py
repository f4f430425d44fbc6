"""A request and its answer: accept, decline, more time, withdraw."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from sessions_app.errors import SessionError, stale_error
from sessions_app.locks import atomic_act, check_seen, lock_booking
from sessions_app.models import Booking, BookingState
from sessions_app.models.states import UNANSWERED

from .book import request_deadline
from .transitions import change_state, check_live, close_if_over


@atomic_act
def accept_booking(
    *, booking: Booking, by: User, now: datetime, seen: str | None = None, brief_seen: str | None = None
) -> Booking:
    """The mentor accepts what they saw: this version of the request and, if given, this brief.

    Raises SessionError `not_waiting` if there is nothing left to answer, `stale`, or `closed`.
    """
    booking = lock_waiting(booking, by=by, now=now, seen=seen)
    if brief_seen is not None and brief_seen != booking.engagement.brief.mark:
        words = _("%(name)s has changed the question since you opened this page. Read it as it is now.")
        raise stale_error(words % {"name": booking.other_person(by).first_name})
    check_live(booking, now=now)
    return change_state(
        booking, BookingState.CONFIRMED, by=by, now=now, event="accepted", confirmed_at=now, expires_at=None
    )


@atomic_act
def decline_booking(*, booking: Booking, by: User, reason: str, now: datetime, seen: str | None = None) -> Booking:
    """The mentor declines, or takes back the times they offered; the mentee is told the reason.

    Raises SessionError `not_waiting`, `stale`.
    """
    booking = lock_waiting(booking, by=by, now=now, seen=seen, states=UNANSWERED)
    change_state(booking, BookingState.DECLINED, by=by, now=now, event="declined", reason=reason, ended_by=by)
    close_if_over(booking, now=now)
    return booking


@atomic_act
def extend_request(*, booking: Booking, by: User, now: datetime, seen: str | None = None, told: bool = True) -> Booking:
    """The mentor takes more time to answer: once, and a day from now at most.

    `told=False`: the mentee hears from them anyway. Raises SessionError `not_waiting`, `stale`, `extended`.
    """
    booking = lock_waiting(booking, by=by, now=now, seen=seen)
    if booking.extended:
        raise SessionError("extended", _("You’ve already extended this request. Accept or decline it."))
    until = request_deadline(booking.offer, booking.start, now=now)
    later = max(until, booking.expires_at or until)
    return change_state(
        booking,
        BookingState.REQUESTED,
        by=by,
        now=now,
        event="extended" if told else "",
        bump_version=False,
        extended=True,
        expires_at=later,
    )


@atomic_act
def withdraw_booking(*, booking: Booking, by: User, now: datetime, seen: str | None = None) -> Booking:
    """The mentee withdraws the request. Raises SessionError `not_waiting`, `stale`."""
    booking = lock_booking(booking)
    if booking.mentee_id != by.pk or booking.state not in UNANSWERED:
        raise SessionError("not_waiting", _("This request has already been answered. Check the session to see how."))
    check_seen(booking, seen)
    change_state(booking, BookingState.WITHDRAWN, by=by, now=now, event="withdrawn", ended_by=by)
    close_if_over(booking, now=now)
    return booking


def lock_waiting(
    booking: Booking,
    *,
    by: User,
    now: datetime,
    seen: str | None,
    states: Sequence[BookingState] = (BookingState.REQUESTED,),
) -> Booking:
    """Lock a request that its mentor can answer now. Raises SessionError `not_waiting`, `stale`."""
    booking = lock_booking(booking)
    if booking.mentor_id != by.pk or booking.state not in states or booking.is_overdue(now):
        raise SessionError(
            "not_waiting", _("This request isn’t waiting for an answer any more. Check the session to see why.")
        )
    check_seen(booking, seen)
    return booking
