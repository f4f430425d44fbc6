"""The times that a mentor offers in answer to a request, as the session's page shows them."""

from datetime import datetime
from typing import NamedTuple

from accounts.models import User
from sessions_app.availability.slot_picker import busy_times
from sessions_app.availability.slots import Slot, overlaps_busy
from sessions_app.models import Booking


class Choice(NamedTuple):
    """`is_busy`: the reader has another session or an event then."""

    start: datetime
    end: datetime
    is_busy: bool


def list_choices(booking: Booking, *, reader: User, now: datetime) -> list[Choice]:
    busy = busy_times(reader, now=now, excluding=booking)
    slots = [Slot(span.lower, span.upper) for span in booking.held_spans()]
    return [Choice(slot.start, slot.end, overlaps_busy(slot, busy)) for slot in slots]
