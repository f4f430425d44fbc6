"""Asks people who missed a lot lately to confirm their sessions, and frees in time what they don't confirm."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from accounts.models import User
from common.known import known
from common.statements import Prepared
from notifications.inbox import mark_subject_read
from notifications.services import Due, schedule_notices
from sessions_app.booking.ending import end_booking
from sessions_app.errors import SessionError
from sessions_app.ledger.ledgers import ledger_of
from sessions_app.ledger.statement import ledger_sql
from sessions_app.locks import atomic_act, lock_booking, lock_for
from sessions_app.models import Booking, BookingState, Confirmation, Role
from sessions_app.models.bookings import BOOKING_SUBJECT
from sessions_app.models.stuck import ClockAct
from sessions_app.stuck_rows import AT_ONCE, act_on_each

from .excuses import side_of

KIND = "confirm_session"
ASKED_BEFORE, CONFIRMED_BEFORE = timedelta(hours=48), timedelta(hours=12)
# Nobody has less time than this to answer; a session that is booked later than that was meant just now.
TO_ANSWER = timedelta(hours=12)
_NUMBERS = " OR ".join(
    f"(SELECT number FROM ({ledger_sql(side, f'booking.{side.value}_id', '%(now)s::timestamptz')}) AS ledger)"
    " >= %(limit)s AND NOT EXISTS ("
    "SELECT FROM sessions_app_confirmation AS asked WHERE asked.booking_id = booking.id"
    f" AND asked.start = lower(booking.during) AND asked.person_id = booking.{side.value}_id)"
    for side in Role
)
TO_ASK = Prepared(
    f"""
SELECT booking.id FROM sessions_app_booking AS booking
WHERE booking.state = '{BookingState.CONFIRMED.value}'
    AND lower(booking.during) >= %(first)s AND lower(booking.during) <= %(last)s AND ({_NUMBERS})
ORDER BY lower(booking.during), booking.id LIMIT {AT_ONCE}
"""
)


def ask_to_confirm(*, now: datetime) -> int:
    """Ask about the sessions of the next two days that are to be confirmed. Returns about how many."""
    with connection.cursor() as cursor:
        asked = {
            "now": now,
            "limit": settings.LEDGER_CONFIRMS_FROM,
            "first": now + CONFIRMED_BEFORE + TO_ANSWER,
            "last": now + ASKED_BEFORE,
        }
        TO_ASK.execute(cursor, asked)
        found = [pk for (pk,) in cursor.fetchall()]
    rows = Booking.objects.filter(pk__in=found).order_by("during", "pk")
    return act_on_each(ClockAct.ASK_TO_CONFIRM, rows, lambda booking: _ask_about(booking, now=now), now=now)


@atomic_act
def _ask_about(booking: Booking, *, now: datetime) -> bool:
    booking = lock_booking(booking)
    if booking.state != BookingState.CONFIRMED or booking.start < now + CONFIRMED_BEFORE + TO_ANSWER:
        return False
    asked = [person for person in (booking.mentor, known(booking.mentee)) if _ask(booking, person, now=now)]
    return bool(asked)


def _ask(booking: Booking, person: User, *, now: datetime) -> bool:
    if confirmation_of(booking, person) or not ledger_of(person, side_of(person, booking), now=now).confirms:
        return False
    due = booking.start - CONFIRMED_BEFORE
    Confirmation.objects.create(booking=booking, person=person, start=booking.start, asked_at=now, due_at=due)
    schedule_notices(Due(KIND, person.pk, BOOKING_SUBJECT, booking.pk, booking.version, now, due), now=now)
    return True


def confirmation_of(booking: Booking, person: User) -> Confirmation | None:
    return Confirmation.objects.filter(booking=booking, person=person, start=booking.start).first()


@atomic_act
def confirm_session(*, booking: Booking, by: User, now: datetime, seen: str | None = None) -> Booking:
    """This person says that they will come. Twice does no harm; late it counts while the session still stands.

    Raises SessionError `not_yours`, `stale`, `nothing_to_confirm`.
    """
    booking = lock_for(booking, by, seen=seen)
    asked = confirmation_of(booking, by)
    if asked is None or booking.state != BookingState.CONFIRMED:
        raise SessionError("nothing_to_confirm", _("There’s nothing to confirm any more. Check the session below."))
    if asked.confirmed_at is None:
        asked.confirmed_at = now
        asked.save(update_fields=["confirmed_at"])
        mark_subject_read(by, subject_type=BOOKING_SUBJECT, subject_id=booking.pk, now=now)
    return booking


def free_unconfirmed(*, now: datetime) -> int:
    """Cancel sessions that weren't confirmed in time, without blame. Returns how many."""
    due = Confirmation.objects.waiting(now).filter(due_at__lte=now).select_related("booking").order_by("due_at", "pk")
    return act_on_each(ClockAct.FREE_UNCONFIRMED, due, lambda asked: _free_one(asked, now=now), now=now)


@atomic_act
def _free_one(asked: Confirmation, *, now: datetime) -> bool:
    booking = lock_booking(asked.booking)
    asked = Confirmation.objects.select_related("person").get(pk=asked.pk)
    if asked.confirmed_at or asked.start != booking.start:
        return False
    # What is excused or decided in the meantime needs no confirming any more.
    confirms = ledger_of(asked.person, side_of(asked.person, booking), now=now).confirms
    if not confirms or not end_booking(booking, now=now):
        return False
    asked.freed_at = now
    asked.save(update_fields=["freed_at"])
    return True
