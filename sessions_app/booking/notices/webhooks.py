"""The events about bookings that other systems are told of, made from the log.

A payload holds no name of a mentee and nothing that anyone wrote.
"""

from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from common.instants import utc_second_text
from notifications.webhooks.services import announce_event
from sessions_app.models import Booking, BookingEvent, BookingState
from sessions_app.models.states import OCCUPYING, OPEN, OVER

CREATED = "booking.created"
EVENTS = {
    CREATED: _("A session is booked or requested"),
    "booking.accepted": _("A mentor accepts a request, or a mentee one of the times offered instead"),
    "booking.countered": _("A mentor offers other times in answer to a request"),
    "booking.declined": _("A mentor declines a request"),
    "booking.rescheduled": _("A session is rescheduled"),
    "booking.cancelled": _("A session is cancelled, or a request is declined, withdrawn or expires"),
    "booking.completed": _("A session is over"),
}
CAME_TO_NOTHING = (BookingState.CANCELLED, BookingState.WITHDRAWN, BookingState.EXPIRED)


def announce_change(entry: BookingEvent, *, endpoints: list[int] | None = None) -> None:
    """`endpoints`: those that want to hear of it, if they were read already."""
    if event := event_of(entry.from_state, entry.to_state):
        payload = partial(payload_of, entry.booking)
        announce_event(event, cause=f"booking:{entry.pk}", payload=payload, now=entry.at, wanting=endpoints)


def event_of(before: str, after: str) -> str | None:
    """The name of the event for a change of state; None if other systems aren't told of it."""
    if after in OPEN and before not in OPEN:
        return CREATED
    match before, after:
        case BookingState.REQUESTED | BookingState.COUNTERED, BookingState.CONFIRMED:
            return "booking.accepted"
        case BookingState.REQUESTED, BookingState.COUNTERED:
            return "booking.countered"
        case BookingState.CONFIRMED, BookingState.CONFIRMED:
            return "booking.rescheduled"
        case BookingState.REQUESTED | BookingState.COUNTERED, BookingState.DECLINED:
            return "booking.declined"
    if before in OPEN and after in CAME_TO_NOTHING:
        return "booking.cancelled"
    return "booking.completed" if before in OCCUPYING and after in OVER else None


def payload_of(booking: Booking) -> dict[str, Any]:
    return {
        "uuid": str(booking.uuid),
        "state": str(booking.state),
        "start": utc_second_text(booking.start),
        "end": utc_second_text(booking.end),
        "length": booking.length,
        "mentor": {"slug": booking.offer.profile.slug},
        "offer": {"id": str(booking.offer.uuid), "format": booking.format},
        "engagement": str(booking.engagement.uuid),
        "sequence": booking.sequence,
        "version": booking.version,
    }
