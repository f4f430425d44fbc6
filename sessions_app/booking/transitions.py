"""What every change of a booking shares: the check of its state, the log, occupancies, notices, refusals by the
database.
"""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from common.known import known
from common.statements import make_new
from mentors.resting import note_sign
from notifications.inbox import mark_subject_read
from notifications.services import schedule_notices
from sessions_app.availability.openings import announce_opened
from sessions_app.availability.reserved_time import reserve_time
from sessions_app.errors import SessionError, taken_error
from sessions_app.invites.elsewhere import announce_calendar_change
from sessions_app.invites.ics import event_status
from sessions_app.models import (
    Booking,
    BookingEvent,
    BookingState,
    MentorTally,
    Occupancy,
    WrittenQuestion,
    WrittenState,
)
from sessions_app.models.bookings import BOOKING_SUBJECT
from sessions_app.models.feedback import BLIND_FOR
from sessions_app.models.states import CALLED_OFF, OCCUPYING, OCCUPYING_OR_OVER, OVER
from trust.sanctions import Doing, why_barred
from trust.separations import are_apart

from .insert import write_booking
from .notices.due import booking_notices
from .notices.how_told import HowTold
from .notices.webhooks import announce_change

EXPIRED_EVENTS: dict[str, str] = {BookingState.REQUESTED: "expired", BookingState.COUNTERED: "counter_expired"}


def check_live(booking: Booking, *, now: datetime) -> None:
    """Raises `closed` unless the mentor's profile is live and the two aren't apart."""
    if not booking.offer.profile.is_public:
        words = _("%(mentor)s’s profile isn’t live, so nothing can be booked or rescheduled. You can still cancel.")
        raise SessionError("closed", words % {"mentor": booking.mentor.first_name})
    if why_barred(booking.mentor, Doing.MEET, now=now) or why_barred(known(booking.mentee), Doing.MEET, now=now):
        raise SessionError(
            "closed", _("Nothing can be booked or rescheduled here at the moment. You can still cancel.")
        )
    if are_apart(booking.mentor_id, known(booking.mentee_id), now=now):
        raise SessionError("closed", _("Nothing can be booked or rescheduled here any more. You can still cancel."))


def occupy_time(booking: Booking) -> None:
    """Take all participants' time, or raise `taken`.

    ON CONFLICT waits for another transaction that takes the same time and can't deadlock; a plain INSERT can.
    """
    people = booking.participants
    Occupancy.objects.bulk_create(
        [Occupancy(person_id=person, booking=booking, during=booking.during) for person in sorted(people)],
        ignore_conflicts=True,
    )
    if Occupancy.objects.filter(booking=booking, during=booking.during).count() != len(people):
        raise taken_error()


def begin_booking(
    booking: Booking,
    *,
    event: str,
    by: User | None,
    now: datetime,
    is_first_of_several: bool = False,
    how_told: HowTold | None = None,
) -> Booking:
    """Write a new booking with everyone's time, the first line of its log, and its notices.

    The twin of `change_state`, with the same `event`. A new engagement is written along, by one statement.
    `is_first_of_several`: the others that are booked in the same act will name this one as `booked_with`.
    `how_told`: if that was read already.
    Raises `taken`, and then the transaction must not be committed.
    """
    if booking.engagement._state.adding:
        entry = entry_of(booking, event=event, from_state="", by=by, now=now)
        write_booking(booking, entry)
        announce_change(entry, endpoints=how_told.endpoints if how_told else None)
    else:
        booking.save(force_insert=True)
        occupy_time(booking)
        if is_first_of_several:
            booking.booked_with = booking
            booking.save(update_fields=["booked_with"])
        log_event(booking, event=event, from_state="", by=by, now=now)
    if booking.state == BookingState.CONFIRMED and (how_told is None or how_told.concerns_calendars):
        announce_calendar_change(booking.pk, now=now)
    if event:
        leads = how_told.leads if how_told else None
        schedule_notices(*booking_notices(booking, event=event, by=by, now=now, leads=leads), now=now)
    return booking


def change_state(
    booking: Booking,
    to: BookingState,
    *,
    by: User | None,
    now: datetime,
    event: str,
    reason: str = "",
    bump_version: bool = True,
    reserve: bool = True,
    **fields: Any,
) -> Booking:
    """Move a locked booking from the state it was read in to `to`, with its log, occupancy and notices.

    `event`: what people are told (see `notices.due.booking_notices`), empty for nothing. `bump_version=False`: nothing
    that people were promised has changed, so what is scheduled for this version stays right.
    `reserve=False`: the time that this frees is not reserved for those who wait in line.
    Where the time or what calendars call the state changes, the calendar's SEQUENCE grows: programs that hold the event
    may ignore what comes without (RFC 5546, 2.1.4).
    """
    before, version, held = booking.state, booking.version, booking.held_spans()
    if before == BookingState.COUNTERED and to in CALLED_OFF:
        # None of the times was agreed, so what comes to nothing is the request, for its own time.
        fields["during"] = booking.asked_span()
    values = {
        "state": to,
        "version": version + 1 if bump_version else version,
        "sequence": booking.sequence + int("during" in fields or event_status(to) != event_status(before)),
        "reason": reason or booking.reason,
        **fields,
    }
    changed = Booking.objects.filter(pk=booking.pk, state=before, version=version).update(**values)
    if not changed:
        raise SessionError("changed", _("This session has changed in the meantime. Check it again."))
    for name, value in values.items():
        setattr(booking, name, value)
    log_event(booking, event=event, from_state=before, by=by, now=now, reason=reason)
    if to == BookingState.CONFIRMED or (before == BookingState.CONFIRMED and to in CALLED_OFF):
        announce_calendar_change(booking.pk, now=now)
    if by and by.pk == booking.mentor_id:
        note_sign(by.pk, now=now)
    if by:
        mark_subject_read(by, subject_type=BOOKING_SUBJECT, subject_id=booking.pk, now=now)
    if booking.end <= now - BLIND_FOR:
        MentorTally.objects.forget(booking.mentor_id, booking.end)
    if to not in OCCUPYING:
        Occupancy.objects.filter(booking=booking).delete()
        if reserve and to not in OVER:
            reserve_time(booking, held, was=before, now=now)
        announce_opened(booking.mentor_id, booking.mentee_id)
    if event:
        schedule_notices(*booking_notices(booking, event=event, by=by, now=now), now=now)
    return booking


def log_event(
    booking: Booking, *, event: str, from_state: str, by: User | None, now: datetime, reason: str = ""
) -> None:
    entry = entry_of(booking, event=event, from_state=from_state, by=by, now=now, reason=reason)
    entry.save(force_insert=True)
    announce_change(entry)


def entry_of(
    booking: Booking, *, event: str, from_state: str, by: User | None, now: datetime, reason: str = ""
) -> BookingEvent:
    """The line of the log, not yet written, about how the booking came into its present state."""
    return make_new(
        BookingEvent,
        {"booking": booking, "by": by},
        from_state=from_state,
        to_state=booking.state,
        event=event,
        during=booking.during,
        reason=reason,
        at=now,
        version=booking.version,
    )


def expire_booking(booking: Booking, *, now: datetime) -> None:
    """End a locked, overdue hold or request. People are told only about a request: nobody else knew of a hold."""
    change_state(booking, BookingState.EXPIRED, by=None, now=now, event=EXPIRED_EVENTS.get(booking.state, ""))
    close_if_over(booking, now=now)


def close_if_over(booking: Booking, *, now: datetime) -> None:
    """Close an engagement that has no contact left, so that the two can book again."""
    engagement = booking.engagement
    answered = WrittenQuestion.objects.filter(engagement=engagement, state=WrittenState.ANSWERED)
    if not engagement.bookings.filter(state__in=OCCUPYING_OR_OVER).exists() and not answered.exists():
        engagement.closed_at = now
        engagement.save(update_fields=["closed_at"])
