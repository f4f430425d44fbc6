"""What happened to a session, line by line, in words: its log as staff read it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from sessions_app.models import Booking, BookingEvent, BookingState

CAME_TO: dict[str, str | Promise] = {
    BookingState.HELD: gettext_lazy("Time held"),
    BookingState.REQUESTED: gettext_lazy("Requested"),
    BookingState.COUNTERED: gettext_lazy("Other times offered"),
    BookingState.CONFIRMED: gettext_lazy("Booked"),
    BookingState.COMPLETED: gettext_lazy("Finished"),
    BookingState.MENTEE_NO_SHOW: gettext_lazy("Recorded as missed by the mentee"),
    BookingState.MENTOR_NO_SHOW: gettext_lazy("Recorded as missed by the mentor"),
    BookingState.DECLINED: gettext_lazy("Declined"),
    BookingState.EXPIRED: gettext_lazy("Not answered in time"),
    BookingState.WITHDRAWN: gettext_lazy("Withdrawn"),
    BookingState.CANCELLED: gettext_lazy("Cancelled"),
}
# Where it matters from which state
COUNTS_AGAINST_NO_ONE = gettext_lazy("Decided: it counts against no one")
WENT: dict[str, dict[str, str | Promise]] = {
    BookingState.HELD: {BookingState.EXPIRED: gettext_lazy("The held time ran out")},
    BookingState.REQUESTED: {BookingState.CONFIRMED: gettext_lazy("Accepted")},
    BookingState.COUNTERED: {BookingState.CONFIRMED: gettext_lazy("One of the other times accepted")},
    BookingState.MENTEE_NO_SHOW: {BookingState.COMPLETED: COUNTS_AGAINST_NO_ONE},
    BookingState.MENTOR_NO_SHOW: {BookingState.COMPLETED: COUNTS_AGAINST_NO_ONE},
}


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """`by` is None for what the clock did. `during` is set where this line set the time."""

    at: datetime
    words: str
    by: User | None
    during: Any
    reason: str


def list_history(booking: Booking) -> list[HistoryLine]:
    lines, before, told = [], None, None
    for event in booking.events.select_related("by"):
        # While other times are offered, nobody knows which it will be.
        is_news = event.during != told and event.to_state != BookingState.COUNTERED
        told = event.during if is_news else told
        words = describe_event(event, before)
        lines.append(HistoryLine(event.at, words, event.by, event.during if is_news else None, event.reason))
        before = event
    return lines


def describe_event(event: BookingEvent, before: BookingEvent | None) -> str:
    if before is None or event.from_state != event.to_state:
        return str(WENT.get(event.from_state, {}).get(event.to_state, CAME_TO[event.to_state]))
    if event.during.lower != before.during.lower:
        return _("Moved")
    return _("Made longer") if event.during != before.during else _("Changed")
