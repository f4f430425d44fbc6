"""What every act on a booking shares: locks, the compare-and-set, the log, occupancy, and honest database refusals."""

import functools
from collections.abc import Callable
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from django.db import IntegrityError, OperationalError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.refusals import BUSY
from common.trouble import TRY_AGAIN_AFTER, constraint_of, is_passing, sqlstate
from notifications.inbox import seen
from notifications.services import schedule
from sessions_app.errors import BookingError
from sessions_app.models import OCCUPYING, Booking, BookingEvent, BookingState, Occupancy, WrittenQuestion, WrittenState
from sessions_app.models.bookings import OVER
from sessions_app.notices import booking_notices
from sessions_app.openings import announce_opened
from sessions_app.reminders import SUBJECT
from sessions_app.set_aside import set_aside
from sessions_app.webhooks import tell

P = ParamSpec("P")
R = TypeVar("R")

# What the database refuses because somebody else has the time; no other refusal says that.
HAS_THE_TIME = {"nobody_is_promised_to_two_places_at_once", "one_occupancy_per_participant"}
STALE = "stale"
# deadlock_detected, serialization_failure; unique_violation, by one who wrote the same row at the same moment
WORTH_A_SECOND_TRY = {"40P01", "40001", "23505"}


def booking_act(act: Callable[P, R]) -> Callable[P, R]:
    """Run in one transaction; a deadlock is tried once more.

    What then still fails is `taken` only if the database says that somebody has the time. Trouble that passes, such as
    a lock that nobody gave back in time, is `busy`: nobody knows whether the time is free.
    """

    @functools.wraps(act)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        for last_try in (False, True):
            try:
                with transaction.atomic():
                    return act(*args, **kwargs)
            except (IntegrityError, OperationalError) as error:
                if constraint_of(error) in HAS_THE_TIME:
                    raise taken() from error
                if sqlstate(error) in WORTH_A_SECOND_TRY and not last_try:
                    continue
                if is_passing(error):
                    raise busy() from error
                raise
        raise AssertionError("unreachable")

    return guarded


def taken() -> BookingError:
    return BookingError("taken", _("This time has just been taken. Choose another time."))


def busy() -> BookingError:
    words = _("A lot is going on right now, and we couldn’t get to this in time. Nothing has changed: try again.")
    return BookingError(BUSY, words, wait=TRY_AGAIN_AFTER)


def lock_people(*people: User | int | None) -> None:
    """Whoever writes about these people's time waits its turn; in one order for all, so nobody waits in a circle."""
    User.objects.lock(*(person for person in people if person is not None))


def lock_booking(booking: Booking) -> Booking:
    """The booking as it is now, with its people locked."""
    lock_people(booking.mentor_id, booking.mentee_id)
    return Booking.objects.with_people().select_related("offer__profile__person").get(pk=booking.pk)


def why_stale(booking: Booking, seen: str | None) -> BookingError | None:
    """What page and service both ask: `seen` is the version that the person saw. None: nobody was shown anything."""
    if seen is None or seen == str(booking.version):
        return None
    return stale(_("This session has changed since you looked at it. Look at it as it is now, then decide again."))


def stale(words: str) -> BookingError:
    """An act on what a person didn't see. Pages and programs know it by its code and show how things are now."""
    return BookingError(STALE, words)


def check_seen(booking: Booking, seen: str | None) -> None:
    """Ask under the lock. Raises BookingError `stale`."""
    if refusal := why_stale(booking, seen):
        raise refusal


def check_live(booking: Booking) -> None:
    """New promises need a profile that staff stand behind; those made before it was suspended stay until ended."""
    if not booking.offer.profile.is_public:
        words = _("The profile of %(mentor)s is not live, so this is not possible now.")
        raise BookingError("closed", words % {"mentor": booking.mentor.first_name})


def occupy(booking: Booking) -> None:
    """Take everybody's time, or raise `taken`. ON CONFLICT waits for a racer and can't deadlock; a plain INSERT can."""
    people = booking.participants
    Occupancy.objects.bulk_create(
        [Occupancy(person_id=person, booking=booking, during=booking.during) for person in sorted(people)],
        ignore_conflicts=True,
    )
    if Occupancy.objects.filter(booking=booking, during=booking.during).count() != len(people):
        raise taken()


def change(
    booking: Booking,
    to: BookingState,
    *,
    by: User | None,
    now: datetime,
    event: str | None,
    reason: str = "",
    told: bool = True,
    kept_back: bool = True,
    **fields: Any,
) -> Booking:
    """Move a locked booking from the state it was read in to `to`, with its log, occupancy and notices.

    `event`: what is told (see `notices.booking_notices`), None for nothing. `told=False` leaves the version alone:
    nothing that people were promised has changed, so what is scheduled for this version stays right.
    `kept_back=False`: who waits in line is not asked first about the time that this frees.
    """
    before, version = booking.state, booking.version
    values = {"state": to, "version": version + 1 if told else version, "reason": reason or booking.reason, **fields}
    changed = Booking.objects.filter(pk=booking.pk, state=before, version=version).update(**values)
    if not changed:
        raise BookingError("changed", _("This session has changed in the meantime. Look at it again."))
    for name, value in values.items():
        setattr(booking, name, value)
    log(booking, from_state=before, by=by, now=now, reason=reason)
    if by:
        seen(by, subject_type=SUBJECT, subject_id=booking.pk, now=now)
    if to not in OCCUPYING:
        Occupancy.objects.filter(booking=booking).delete()
        if kept_back and to not in OVER:
            set_aside(booking, booking.during, was=before, now=now)
        announce_opened(booking.mentor_id, booking.mentee_id)
    if event:
        schedule(*booking_notices(booking, event=event, by=by, now=now), now=now)
    return booking


def log(booking: Booking, *, from_state: str, by: User | None, now: datetime, reason: str = "") -> None:
    entry = entry_of(booking, from_state=from_state, by=by, now=now, reason=reason)
    entry.save(force_insert=True)
    tell(entry)


def entry_of(booking: Booking, *, from_state: str, by: User | None, now: datetime, reason: str = "") -> BookingEvent:
    """The line of the log, not yet written, that says how the booking came into its present state."""
    return BookingEvent(
        booking=booking,
        by=by,
        from_state=from_state,
        to_state=booking.state,
        during=booking.during,
        reason=reason,
        at=now,
        version=booking.version,
    )


def expire(booking: Booking, *, now: datetime) -> None:
    """The clock ends a locked, overdue hold or request. Only a request is told about: nobody knew of a hold."""
    was_request = booking.state == BookingState.REQUESTED
    change(booking, BookingState.EXPIRED, by=None, now=now, event="expired" if was_request else None)
    close_if_over(booking, now=now)


def close_if_over(booking: Booking, *, now: datetime) -> None:
    """An engagement whose only contacts came to nothing ends with them, so that the two can book again."""
    engagement = booking.engagement
    kept = (*OCCUPYING, *OVER)
    answered = WrittenQuestion.objects.filter(engagement=engagement, state=WrittenState.ANSWERED)
    if not engagement.bookings.filter(state__in=kept).exists() and not answered.exists():
        engagement.closed_at = now
        engagement.save(update_fields=["closed_at"])
