"""Sessions that a mentee missed, and the pause after too many of them."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from common.times import when_text
from sessions_app.errors import SessionError
from sessions_app.models import AttendanceAct, Booking, BookingState


@dataclass(frozen=True, slots=True)
class RecentSessions:
    """A mentee's sessions of late: when those ended that count as missed, newest first, and to how many they came."""

    missed: list[datetime]
    came: int

    @property
    def is_too_many(self) -> bool:
        # Shares count too, or the people who meet most often would be paused most often.
        count = len(self.missed)
        often = count >= settings.MISSES_SHARE_BEFORE_PAUSE * (count + self.came)
        return count >= settings.MISSES_BEFORE_PAUSE and often

    def paused_until(self, now: datetime) -> datetime | None:
        """Until when they can't book; None if they can."""
        if not self.is_too_many:
            return None
        until: datetime = self.missed[0] + settings.PAUSE_AFTER_MISSES
        return until if until > now else None

    @property
    def is_near_pause(self) -> bool:
        return not self.is_too_many and RecentSessions([*self.missed, *self.missed[:1]], self.came).is_too_many


def recent_sessions(mentee: User, *, now: datetime) -> RecentSessions:
    """What counts as missed is recent and contested by nobody."""
    contested = AttendanceAct.objects.undecided().values("booking")
    recent = Booking.objects.filter(mentee=mentee, during__startswith__gt=now - settings.MISSES_COUNT_FOR)
    missed = recent.filter(state=BookingState.MENTEE_NO_SHOW).exclude(pk__in=contested)
    ends = sorted((booking.end for booking in missed), reverse=True)
    return RecentSessions(ends, recent.filter(state=BookingState.COMPLETED).count())


def why_paused(mentee: User, *, now: datetime, recent: RecentSessions) -> SessionError | None:
    """The refusal for a mentee in a pause."""
    until = recent.paused_until(now)
    if until is None:
        return None
    words = _(
        "You’ve missed %(count)d sessions recently, so booking is paused until %(when)s. If we "
        "recorded one wrongly, tell us on its page within 7 days of it."
    )
    when = when_text(until, zone=mentee.zone_name, now=now, hour12=mentee.hour12)
    return SessionError("paused", words % {"count": len(recent.missed), "when": when})
