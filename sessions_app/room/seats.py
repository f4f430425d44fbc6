"""Enter the call of a session, and leave it. Entering is what counts as having joined."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from live.hints import tell_pages
from live.streams import Part, StreamKind, name_stream
from sessions_app.attendance.acts import note_joining, why_not_join
from sessions_app.booking.meeting import is_held_here
from sessions_app.errors import SessionError
from sessions_app.locks import atomic_act, lock_for
from sessions_app.models import Booking, RoomSeat
from sessions_app.models.rooms import HEARD_WITHIN


def why_no_room(booking: Booking, *, now: datetime) -> SessionError | None:
    """Why there is no call of ours that this session's people could enter now."""
    if not is_held_here(booking):
        return SessionError("held_elsewhere", _("This session isn’t held in a call on this site."))
    return why_not_join(booking, now=now)


@atomic_act
def take_seat(*, booking: Booking, by: User, tab: str, now: datetime) -> RoomSeat:
    """This window of theirs is in the call from now on; another one of theirs no longer is.

    Someone who comes back at once, as by loading the page again, hasn't joined a second time. Raises SessionError
    `held_elsewhere`, `not_open`.
    """
    booking = lock_for(booking, by)
    if refusal := why_no_room(booking, now=now):
        raise refusal
    mine = RoomSeat.objects.filter(booking=booking, person=by)
    was_here = mine.filter(heard_at__gt=now - HEARD_WITHIN).exists()
    mine.filter(left_at=None).exclude(tab=tab).update(left_at=now)
    fresh = {"key": uuid.uuid4(), "taken_at": now, "heard_at": now, "left_at": None}
    seat, _is_new = RoomSeat.objects.update_or_create(booking=booking, person=by, tab=tab, defaults=fresh)
    if not was_here:
        note_joining(booking, by=by, now=now)
    tell_room(booking)
    return seat


def tell_room(booking: Booking) -> None:
    """Have the pages of this call ask what is new."""
    tell_pages(Part.ROOM, name_stream(StreamKind.ROOM, booking.uuid))


@dataclass(frozen=True, slots=True)
class Seating:
    """Who sits in a call: the window that asks, and that of the other person, if they are there."""

    mine: RoomSeat
    other: RoomSeat | None


def stay_seated(booking: Booking, person: User, key: uuid.UUID, *, leaves: bool, now: datetime) -> Seating:
    """Note that this window is still there, or leaves. Raises SessionError `seat_lost`."""
    seats = list(RoomSeat.objects.filter(booking=booking, left_at=None))
    mine = next((seat for seat in seats if seat.key == key and seat.person_id == person.pk), None)
    still = RoomSeat.objects.filter(pk=mine.pk, key=key, left_at=None) if mine else RoomSeat.objects.none()
    if mine is None or not still.update(heard_at=now, left_at=now if leaves else None):
        raise SessionError("seat_lost", _("You’re in this call in another window, or you’ve left it. Join it again."))
    others = (seat for seat in seats if seat.person_id != person.pk and now - seat.heard_at < HEARD_WITHIN)
    return Seating(mine, next(others, None))
