"""A mentor answers a request with other times, and the mentee chooses one of them: then it is booked.

The mentor's time is kept for all of them until then, so none is offered to two people (decision 34).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from django.conf import settings
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from common.known import known
from sessions_app.availability.openings import announce_opened
from sessions_app.availability.reserved_time import reserve_time
from sessions_app.errors import SessionError, UnavailableTimeError, taken_error
from sessions_app.locks import atomic_act, check_seen, lock_booking
from sessions_app.models import Booking, BookingState, CounterTime, Occupancy

from .book import expire_for
from .changes import check_target
from .deadlines import answer_deadline
from .requests import lock_waiting
from .series import check_span
from .transitions import change_state, check_live, occupy_time


@atomic_act
def counter_request(
    *, booking: Booking, starts: Sequence[datetime], by: User, now: datetime, seen: str | None = None
) -> Booking:
    """The mentor offers other times, one to three, in place of the one that was asked for, which is free again.

    Raises SessionError `not_waiting`, `stale`, `closed`, `no_dates`, `too_many_dates`, `same_time`, `overlap`,
    `series_span`, the engine's codes, or `taken`.
    """
    booking = lock_waiting(booking, by=by, now=now, seen=seen)
    check_live(booking, now=now)
    expire_for(booking.mentor_id, known(booking.mentee_id), now=now, except_for=booking)
    spans = [DateTimeTZRange(start, start + timedelta(minutes=booking.length), "[)") for start in sorted(set(starts))]
    check_counter_times(booking, spans, by=by, now=now)
    asked, first = booking.during, spans[0]
    CounterTime.objects.bulk_create(CounterTime(booking=booking, during=span) for span in spans)
    Occupancy.objects.filter(booking=booking).delete()
    keep_times(booking, spans)
    until = counter_deadline(booking, first.lower, now=now)
    # Its time is the first of them until one is chosen, so that lists have it in its place.
    change_state(booking, BookingState.COUNTERED, by=by, now=now, event="countered", during=first, expires_at=until)
    reserve_time(booking, [asked], was=BookingState.REQUESTED, now=now)
    announce_opened(booking.mentor_id, booking.mentee_id)
    return booking


def check_counter_times(booking: Booking, spans: Sequence[DateTimeTZRange], *, by: User, now: datetime) -> None:
    if not spans:
        raise SessionError("no_dates", _("Choose at least one time."))
    most = settings.MAX_COUNTER_TIMES
    if len(spans) > most:
        words = ngettext("You can offer %(count)d time.", "You can offer up to %(count)d times.", most)
        raise SessionError("too_many_dates", words % {"count": most})
    if booking.start in [span.lower for span in spans]:
        words = _("%(name)s asked for this time. Accept the request, or offer other times.")
        raise UnavailableTimeError("same_time", words % {"name": booking.other_person(by).first_name})
    if any(later.lower < earlier.upper for earlier, later in pairwise(spans)):
        raise UnavailableTimeError("overlap", _("Two of these times overlap. Choose times that don’t."))
    for span in spans:
        check_span(booking, start=span.lower)
        check_target(booking, start=span.lower, by=by, now=now)


def keep_times(booking: Booking, spans: Sequence[DateTimeTZRange]) -> None:
    """Take the mentor's time for each span, or raise `taken`; see `occupy_time`."""
    rows = [Occupancy(person_id=booking.mentor_id, booking=booking, during=span, is_choice=True) for span in spans]
    Occupancy.objects.bulk_create(rows, ignore_conflicts=True)
    if Occupancy.objects.filter(booking=booking).count() != len(spans):
        raise taken_error()


def counter_deadline(booking: Booking, first: datetime, *, now: datetime) -> datetime:
    """Until when the mentee chooses. One moment for all the times, so that until then each can be had."""
    notice = timedelta(minutes=booking.offer.profile.schedule.notice)
    zone = known(booking.mentee).zone_name
    return answer_deadline(start=first, notice=notice, zone=zone, now=now, at_most=settings.REQUEST_DEADLINE)


@atomic_act
def choose_time(*, booking: Booking, start: datetime, by: User, now: datetime, seen: str | None = None) -> Booking:
    """The mentee takes one of the times that their mentor offered: it is booked, and the others are free again.

    Choosing the same time twice does it once. Raises SessionError `not_waiting`, `stale`, `closed`, `not_offered`, or
    `own_overlap`.
    """
    booking = lock_booking(booking)
    is_choice = booking.counter_times.filter(during__startswith=start).exists()
    if by.pk == booking.mentee_id and booking.state == BookingState.CONFIRMED and start == booking.start and is_choice:
        return booking
    if refusal := why_not_choose(booking, by=by, now=now):
        raise refusal
    check_seen(booking, seen)
    check_live(booking, now=now)
    if not is_choice:
        raise SessionError("not_offered", _("This isn’t one of the times you were offered. Choose one of them."))
    expire_for(booking.mentor_id, by.pk, now=now, except_for=booking)
    kept = booking.held_spans()
    chosen = next(span for span in kept if span.lower == start)
    if by.occupancies.filter(during__overlap=chosen).exists():
        words = _("You already have a session or an event at this time. Choose another time, or change that one.")
        raise SessionError("own_overlap", words)
    Occupancy.objects.filter(booking=booking).delete()
    booking.during = chosen
    occupy_time(booking)
    change_state(
        booking,
        BookingState.CONFIRMED,
        by=by,
        now=now,
        event="chosen",
        during=chosen,
        confirmed_at=now,
        expires_at=None,
    )
    reserve_time(booking, [span for span in kept if span != chosen], was=BookingState.COUNTERED, now=now)
    announce_opened(booking.mentor_id, booking.mentee_id)
    return booking


def why_not_choose(booking: Booking, *, by: User, now: datetime) -> SessionError | None:
    """Why none of the times can be chosen any more, for pages and services."""
    if booking.mentee_id == by.pk and booking.state == BookingState.COUNTERED and not booking.is_overdue(now):
        return None
    return SessionError(
        "not_waiting", _("These times are no longer on offer. Check the session to see what has changed.")
    )
