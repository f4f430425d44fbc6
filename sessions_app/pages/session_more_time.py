"""What a session's page says about five minutes more."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from sessions_app.booking.more_time import ASKED_FROM, why_not_more_time
from sessions_app.booking.stages import SessionStage, stage_of
from sessions_app.errors import SessionError
from sessions_app.models import Booking, MoreTime


@dataclass(frozen=True, slots=True)
class MoreTimePanel:
    """For one of the two, at one moment. `refusal` is said in the last minutes only."""

    booking: Booking
    reader: User
    now: datetime
    asked: MoreTime | None
    refusal: SessionError | None

    @property
    def is_watched(self) -> bool:
        """Whether the page looks again by itself: as long as anything may still happen."""
        return stage_of(self.booking, self.now) == SessionStage.OPEN and self.now < self.booking.end

    @property
    def is_last_minutes(self) -> bool:
        return self.is_watched and self.now >= self.booking.end - ASKED_FROM

    @property
    def asked_by_me(self) -> bool:
        return self.asked is not None and self.asked.asked_by_id == self.reader.pk

    @property
    def mark(self) -> str:
        """Changes whenever there is something new to read."""
        asked = self.asked.asked_by_id if self.asked else ""
        refused = self.refusal.code if self.refusal else ""
        return f"{self.is_last_minutes}-{asked}-{refused}-{self.booking.overtime}"


def more_time_for(booking: Booking, *, reader: User, now: datetime) -> MoreTimePanel:
    if stage_of(booking, now) != SessionStage.OPEN or now < booking.end - ASKED_FROM:
        return MoreTimePanel(booking, reader, now, None, None)
    asked = MoreTime.objects.filter(booking=booking, ends_at=booking.end, agreed_at=None).first()
    return MoreTimePanel(booking, reader, now, asked, why_not_more_time(booking, by=reader, now=now))
