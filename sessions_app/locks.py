"""Locks on people, and the one way to run an act in a transaction."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import IntegrityError, OperationalError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.trouble import constraint_of, is_passing, sqlstate_of

from .errors import SessionError, busy_error, stale_error, taken_error
from .models import Booking, WrittenQuestion


def lock_for(booking: Booking, by: User, *, seen: str | None = None) -> Booking:
    booking = lock_booking(booking)
    if by.pk not in (booking.mentor_id, booking.mentee_id):
        raise SessionError("not_yours", _("You don’t have access to this session."))
    check_seen(booking, seen)
    return booking


P = ParamSpec("P")

R = TypeVar("R")

# The one constraint whose violation means that the time is taken by another booking.
HAS_THE_TIME = {"nobody_is_promised_to_two_places_at_once", "one_time_per_participant"}

# deadlock_detected, serialization_failure; unique_violation, when another transaction wrote the same row just now
WORTH_A_SECOND_TRY = {"40P01", "40001", "23505"}


def atomic_act(act: Callable[P, R]) -> Callable[P, R]:
    """Run the act in one transaction. After a deadlock it is tried once more.

    An error that remains becomes `taken` only if the database says that the time is. Trouble that passes, such as a
    lock that wasn't released in time, becomes `busy`: then nobody knows whether the time is free.
    """

    @functools.wraps(act)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        for last_try in (False, True):
            try:
                with transaction.atomic():
                    return act(*args, **kwargs)
            except (IntegrityError, OperationalError) as error:
                if constraint_of(error) in HAS_THE_TIME:
                    raise taken_error() from error
                if sqlstate_of(error) in WORTH_A_SECOND_TRY and not last_try:
                    continue
                if is_passing(error):
                    raise busy_error() from error
                raise
        raise AssertionError("unreachable")

    return guarded


def lock_people(*people: User | int | None) -> None:
    """Lock these people's rows, so that everyone who writes about their time waits.

    In one order for all, against deadlocks.
    """
    User.objects.lock_rows(*(person for person in people if person is not None))


def lock_booking(booking: Booking) -> Booking:
    lock_people(booking.mentor_id, booking.mentee_id)
    return Booking.objects.with_people().select_related("offer__profile__person").get(pk=booking.pk)


def why_stale(booking: Booking, seen: str | None) -> SessionError | None:
    """Why the person can't act on the version that they have `seen`, for pages and services.

    None: they were shown nothing.
    """
    if seen is None or seen == str(booking.version):
        return None
    return stale_error(_("This session has changed since you looked. Check it, then decide again."))


def check_seen(booking: Booking, seen: str | None) -> None:
    """Raises SessionError `stale` if the booking has changed since. Call it under the lock."""
    if refusal := why_stale(booking, seen):
        raise refusal


def lock_written(written: WrittenQuestion) -> WrittenQuestion:
    """Lock the question's people, and return it as it is now."""
    lock_people(written.mentor_id, written.mentee_id)
    return WrittenQuestion.objects.with_people().get(pk=written.pk)
