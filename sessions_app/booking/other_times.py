"""The times that a session, or a request, could have instead of its own."""

from dataclasses import replace
from datetime import datetime

from sessions_app.availability.slot_picker import SlotPicker, busy_times
from sessions_app.availability.timetable import load_timetable
from sessions_app.models import Booking

from .series import span_of


def pick_other_times(booking: Booking, *, zone: str | None, now: datetime) -> SlotPicker | None:
    """The mentor's free times in which the mentee is free too; None where the mentor gives no times.

    The booking's own time counts as free, but isn't among them. The days are those of `zone`, or of the mentor's own
    zone if it is None.
    """
    timetable = load_timetable(booking.offer.profile, now=now, excluding=booking, reader=booking.mentee)
    if timetable is None:
        return None
    busy = busy_times(booking.mentee, now=now, excluding=booking)
    picker = SlotPicker(timetable, booking.length, booking.offer.step, zone or timetable.rules.zone, now, busy)
    return replace(picker, present=booking.start, within=span_of(booking))
