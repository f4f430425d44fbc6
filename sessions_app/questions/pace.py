"""How often one person may book, move and hold, in total and with the same other person, on pages and over the API.

The rows of bookings, questions and their log are the count. They are read under the lock of the act, so that two acts
at once can't both be the last one. An act that was refused, or sent twice, left no row. Cancelling is never refused.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from common.refusals import TOO_OFTEN
from common.times import span_text
from sessions_app.errors import SessionError
from sessions_app.models import Booking, BookingEvent

HOUR, DAY, FOUR_WEEKS = timedelta(hours=1), timedelta(days=1), timedelta(days=28)
MINUTE = timedelta(minutes=1)


def wait_for_room(done: Sequence[datetime], most: int, span: timedelta, *, now: datetime) -> timedelta:
    """How long until one act more would be within `most` in `span`; nothing if it would be now."""
    recent = sorted(moment for moment in done if moment > now - span)
    surplus = len(recent) + 1 - most
    return recent[surplus - 1] + span - now if surplus > 0 else timedelta()


def too_often(words: str, wait: timedelta) -> SessionError:
    """The refusal. `words` have a placeholder for the wait, which is rounded up to whole minutes."""
    minutes = -(-wait // MINUTE)
    return SessionError(TOO_OFTEN, words % {"wait": span_text(minutes * MINUTE)}, wait=wait)


def check_bookings(name: str, in_total: Sequence[datetime], together: Sequence[datetime], *, now: datetime) -> None:
    """Raises SessionError `too_often` for a person who booked and asked at these moments: in total, and with this
    mentor.
    """
    if wait := wait_for_room(together, settings.MAX_BOOKINGS_TOGETHER_A_DAY, DAY, now=now):
        words = _("You’ve booked %(name)s several times today. You can book them again in %%(wait)s.")
        raise too_often(words % {"name": name.replace("%", "%%")}, wait)
    if wait := wait_for_room(in_total, settings.MAX_BOOKINGS_AN_HOUR, HOUR, now=now):
        raise too_often(_("You’ve booked a lot of sessions in the last hour. You can book again in %(wait)s."), wait)


def bookings_left(in_total: Sequence[datetime], together: Sequence[datetime], *, now: datetime) -> int:
    """How many bookings at once `check_bookings` would still let through."""
    this_hour = sum(moment > now - HOUR for moment in in_total)
    today = sum(moment > now - DAY for moment in together)
    return max(0, min(settings.MAX_BOOKINGS_AN_HOUR - this_hour, settings.MAX_BOOKINGS_TOGETHER_A_DAY - today))


def check_moves(booking: Booking, *, by: User, now: datetime) -> None:
    """Raises SessionError `too_often` for this person's moves of sessions: in total, and with the same other person."""
    moves = BookingEvent.objects.filter(
        by=by,
        event="moved",
        at__gt=now - DAY,
    )
    same = {"booking__mentor": booking.mentor_id, "booking__mentee": booking.mentee_id}
    in_total = list(moves.values_list("at", flat=True))
    together = list(moves.filter(**same).values_list("at", flat=True))
    wait = max(
        wait_for_room(together, settings.MAX_MOVES_TOGETHER_A_DAY, DAY, now=now),
        wait_for_room(in_total, settings.MAX_MOVES_A_DAY, DAY, now=now),
    )
    if wait:
        raise too_often(_("You’ve rescheduled a lot today. You can reschedule again in %(wait)s."), wait)


def check_holds(held_for: str, mentor_id: int, *, now: datetime) -> None:
    """Raises SessionError `too_often` for holds: from one visitor's address, and of one mentor's time."""
    held = Booking.objects.filter(held_for=held_for, created_at__gt=now - HOUR)
    in_total = list(held.values_list("created_at", flat=True))
    together = list(held.filter(mentor=mentor_id).values_list("created_at", flat=True))
    wait = max(
        wait_for_room(together, settings.MAX_HOLDS_OF_ONE_MENTOR_AN_HOUR, HOUR, now=now),
        wait_for_room(in_total, settings.MAX_HOLDS_PER_HOUR, HOUR, now=now),
    )
    if wait:
        words = _("You’ve picked a lot of times in the last hour. Sign in to book one, or try again in %(wait)s.")
        raise too_often(words, wait)
