"""Five more minutes, if both people want them and nothing follows."""

from datetime import datetime, timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from accounts.models import User
from common.known import known
from live.hints import tell_pages
from live.streams import Part
from sessions_app.errors import SessionError, stale_error
from sessions_app.locks import atomic_act, lock_for
from sessions_app.models import Booking, BookingState, MoreTime, Occupancy

from .book import expire_for
from .transitions import change_state, occupy_time

MORE = timedelta(minutes=5)
ASKED_FROM = timedelta(minutes=5)
MOST_OVERTIME = 10


def why_not_more_time(booking: Booking, *, by: User, now: datetime) -> SessionError | None:
    """Why it can't be asked for, for pages and services: only in the last minutes, at most twice, if neither has a next
    session.
    """
    if booking.state != BookingState.CONFIRMED or not booking.end - ASKED_FROM <= now < booking.end:
        return SessionError("not_now", _("You can ask for more time in the last five minutes."))
    if booking.overtime >= MOST_OVERTIME:
        return SessionError("enough", _("You’ve already had ten more minutes. Book another session to continue."))
    for person in (by, booking.other_person(by)):
        if is_time_needed(booking, person, now=now):
            if person == by:
                return SessionError(
                    "follows", _("You have something else straight after this, so the session has to end on time.")
                )
            words = _("%(name)s has something else straight after this, so the session has to end on time.")
            return SessionError("follows", words % {"name": person.first_name})
    return None


def is_time_needed(booking: Booking, person: User, *, now: datetime) -> bool:
    """Whether five more minutes would overlap with this person's next session.

    A mentor's sessions keep their buffer.
    """
    others = Occupancy.objects.in_force(now).filter(person=person).without(booking)
    until = booking.end + MORE
    if others.filter(during__overlap=DateTimeTZRange(booking.end, until, "[)")).exists():
        return True
    if person.pk != booking.mentor_id:
        return False
    buffer = timedelta(minutes=booking.offer.profile.schedule.buffer)
    given = others.given_by(person)
    return given.filter(during__overlap=DateTimeTZRange(booking.end, until + buffer, "[)")).exists()


@atomic_act
def ask_more_time(*, booking: Booking, by: User, now: datetime, end: datetime | None = None) -> Booking:
    """Ask for five more minutes. If the other has asked already, they are agreed.

    `end` is when the session ended as the person saw it: when two have just agreed, a second click doesn't ask for even
    more. Twice does no harm. Raises SessionError from `why_not_more_time`, `not_yours`, `stale`, or `taken`.
    """
    booking = lock_for(booking, by)
    if end is not None and end != booking.end:
        raise stale_error(_("The end of this session has changed since you looked. Check it before you ask."))
    expire_for(booking.mentor_id, known(booking.mentee_id), now=now, except_for=booking)
    if refusal := why_not_more_time(booking, by=by, now=now):
        raise refusal
    tell_pages(Part.MORE_TIME, booking.engagement.stream)
    asked, _made = MoreTime.objects.get_or_create(
        booking=booking, ends_at=booking.end, defaults={"asked_by": by, "asked_at": now}
    )
    if asked.asked_by_id != by.pk:
        lengthen_booking(booking, asked, by=by, now=now)
    return booking


@atomic_act
def agree_more_time(*, booking: Booking, end: datetime, by: User, now: datetime) -> Booking:
    """Agree to what the other asked for while the session still ended at `end`. Twice does no harm.

    Raises SessionError as `ask_more_time`, or `not_asked`.
    """
    booking = lock_for(booking, by)
    asked = MoreTime.objects.filter(booking=booking, ends_at=end).exclude(asked_by=by).first()
    if asked is None:
        raise SessionError("not_asked", _("Nobody has asked for more time, so there’s nothing to agree to."))
    if asked.agreed_at:
        return booking
    expire_for(booking.mentor_id, known(booking.mentee_id), now=now, except_for=booking)
    if refusal := why_not_more_time(booking, by=by, now=now):
        raise refusal
    tell_pages(Part.MORE_TIME, booking.engagement.stream)
    return lengthen_booking(booking, asked, by=by, now=now)


def lengthen_booking(booking: Booking, asked: MoreTime, *, by: User, now: datetime) -> Booking:
    """Replace the occupancies, as for a move. Nobody gets a mail: both are in the call and know."""
    Occupancy.objects.filter(booking=booking).delete()
    booking.during = DateTimeTZRange(booking.start, booking.end + MORE, "[)")
    occupy_time(booking)
    MoreTime.objects.filter(pk=asked.pk).update(agreed_at=now)
    overtime = booking.overtime + MORE // timedelta(minutes=1)
    return change_state(
        booking,
        BookingState.CONFIRMED,
        by=by,
        now=now,
        event="",
        bump_version=False,
        during=booking.during,
        overtime=overtime,
    )
