"""What a session's page asks because of the ledger: confirm that you come, or excuse the other person."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from sessions_app.attendance.excuses import side_of
from sessions_app.ledger.facts import counts_against
from sessions_app.models import Booking, BookingState, Confirmation
from sessions_app.models.states import MISSED
from sessions_app.session_rows import SessionRows


@dataclass(frozen=True, slots=True)
class LedgerPart:
    """`can_forgive`: it counts against the other person, and the reader can say that it shouldn't."""

    booking: Booking
    asked: Confirmation | None
    is_other_excused: bool
    can_forgive: bool

    @property
    def to_confirm(self) -> Confirmation | None:
        stands = self.booking.state == BookingState.CONFIRMED
        return self.asked if stands and self.asked and self.asked.confirmed_at is None else None

    @property
    def is_freed(self) -> bool:
        """Whether it was cancelled because the reader hadn't confirmed it."""
        return self.asked is not None and self.asked.freed_at is not None

    @property
    def is_confirmed(self) -> bool:
        stands = self.booking.state == BookingState.CONFIRMED
        return stands and self.asked is not None and self.asked.confirmed_at is not None


def ledger_part_of(booking: Booking, rows: SessionRows, *, reader: User, now: datetime) -> LedgerPart:
    other = booking.other_person(reader)
    excused = any(row.person_id == other.pk for row in rows.excuses)
    # Most sessions can't count against anyone, and so cost no statement. An unanswered request can, but the mentee's
    # page of it offers other mentors instead.
    may_count = booking.state in MISSED or (booking.state == BookingState.CANCELLED and booking.late)
    counts = may_count and not excused and counts_against(other, side_of(other, booking), booking, now=now)
    asked = rows.confirmations[0] if rows.confirmations else None
    return LedgerPart(booking, asked, excused, counts)
