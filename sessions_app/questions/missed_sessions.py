"""Sessions that a mentee missed, and the pause after too many of them."""

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from common.times import when_text
from sessions_app.errors import SessionError
from sessions_app.models import AttendanceAct, Booking, BookingState


def missed_ends(mentee: User, *, now: datetime) -> list[datetime]:
    """The ends of sessions that count as missed, newest first: recent ones that nobody contests."""
    contested = AttendanceAct.objects.undecided().values("booking")
    missed = Booking.objects.filter(
        mentee=mentee,
        state=BookingState.MENTEE_NO_SHOW,
        during__startswith__gt=now - settings.MISSES_COUNT_FOR,
    ).exclude(pk__in=contested)
    return sorted((booking.end for booking in missed), reverse=True)


def paused_until(ends: list[datetime], *, now: datetime) -> datetime | None:
    """Until when a person who missed sessions with these ends, newest first, can't book; None if they can."""
    if len(ends) < settings.MISSES_BEFORE_PAUSE:
        return None
    until: datetime = ends[0] + settings.PAUSE_AFTER_MISSES
    return until if until > now else None


def why_paused(mentee: User, *, now: datetime, ends: list[datetime] | None = None) -> SessionError | None:
    """The refusal for a mentee in a pause. `ends`: the answer of `missed_ends`, if it is known."""
    if ends is None:
        ends = missed_ends(mentee, now=now)
    until = paused_until(ends, now=now)
    if until is None:
        return None
    words = _(
        "You’ve missed %(count)d sessions recently, so booking is paused until %(when)s. If we "
        "recorded one wrongly, tell us on its page within 7 days of it."
    )
    when = when_text(until, zone=mentee.zone_name, now=now, hour12=mentee.hour12)
    return SessionError("paused", words % {"count": len(ends), "when": when})
