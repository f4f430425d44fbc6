"""The times that a session, or a request, could have instead of its own."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from common.refusals import RefusalError
from sessions_app.availability.slot_picker import SlotPicker, busy_times
from sessions_app.availability.slots import Slot
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


class TimesLeft(NamedTuple):
    """Of several times that were refused together: those that are `free`, the first that isn't (`gone`), and free ones
    near it, of which each could be had beside those.
    """

    free: list[Slot]
    gone: Slot | None = None
    instead: Sequence[Slot] = ()


def find_times_left(picker: SlotPicker, chosen: Sequence[Slot], error: RefusalError | None) -> TimesLeft:
    """All of them are free unless only the times were what `error` had against them."""
    if error is None or not error.is_about_time:
        return TimesLeft([*chosen])
    free: list[Slot] = []
    for slot in chosen:
        if beside(picker, free).is_free(slot.start):
            free.append(slot)
    gone = next((slot for slot in chosen if slot not in free), None)
    instead = beside(picker, free).nearest_alternatives(gone.start) if gone else []
    return TimesLeft(free, gone, instead)


def beside(picker: SlotPicker, chosen: Sequence[Slot]) -> SlotPicker:
    """The times that can be had together with these."""
    return replace(picker, busy=[*picker.busy, *((slot.start, slot.end) for slot in chosen)])
