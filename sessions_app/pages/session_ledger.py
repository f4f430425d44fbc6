"""What a session's page asks because of the ledger: confirm that you come, or excuse the other person."""

from dataclasses import dataclass

from accounts.models import User
from sessions_app.models import Booking, BookingState, Confirmation
from sessions_app.models.states import MISSED
from sessions_app.session_rows import SessionRows


@dataclass(frozen=True, slots=True)
class LedgerPart:
    booking: Booking
    reader: User
    asked: Confirmation | None
    excused: frozenset[int]
    is_disputed: bool

    @property
    def to_confirm(self) -> Confirmation | None:
        stands = self.booking.state == BookingState.CONFIRMED
        return self.asked if stands and self.asked and self.asked.confirmed_at is None else None

    @property
    def is_confirmed(self) -> bool:
        stands = self.booking.state == BookingState.CONFIRMED
        return stands and self.asked is not None and self.asked.confirmed_at is not None

    @property
    def _other(self) -> int:
        return self.booking.other_person(self.reader).pk

    @property
    def is_other_excused(self) -> bool:
        return self._other in self.excused

    @property
    def can_forgive(self) -> bool:
        """Whether it counts against the other person; what staff are deciding doesn't."""
        booking = self.booking
        missed_by = booking.mentor_id if booking.state == BookingState.MENTOR_NO_SHOW else booking.mentee_id
        missed = booking.state in MISSED and missed_by == self._other and not self.is_disputed
        late = booking.state == BookingState.CANCELLED and booking.late and booking.ended_by_id == self._other
        return (missed or late) and not self.is_other_excused


def ledger_part_of(booking: Booking, rows: SessionRows, *, reader: User, is_disputed: bool) -> LedgerPart:
    asked = rows.confirmations[0] if rows.confirmations else None
    return LedgerPart(booking, reader, asked, frozenset(row.person_id for row in rows.excuses), is_disputed)
