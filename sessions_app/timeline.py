"""What happens when, for the session's page: what is done, what is now, what comes."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils.translation import gettext as _

from accounts.models import User

from .models import Booking, BookingState, Feedback
from .presenting import Stage, open_text, stage_of, status_of

ENDED = (Stage.DECLINED, Stage.EXPIRED, Stage.WITHDRAWN, Stage.CANCELLED)


class Step(NamedTuple):
    title: str
    at: datetime | None
    state: str  # done, current or empty


class Marker(NamedTuple):
    title: str
    at: datetime
    until: datetime


def steps(booking: Booking, *, reader: User, feedback: Feedback | None, now: datetime) -> list[Step]:
    stage = stage_of(booking, now)
    first = [Step(_("Booked") if booking.offer.instant else _("Asked"), booking.created_at, "done")]
    if stage in ENDED:
        last = booking.events.order_by("-at", "-pk").values_list("at", flat=True).first()
        return [*first, Step(status_of(booking, reader=reader, now=now).words, last, "done")]
    if stage == Stage.WAITING:
        name = booking.mentor.first_name
        return [*first, Step(_("%(name)s answers by") % {"name": name}, booking.expires_at, "current")]
    if booking.state == BookingState.CONFIRMED and not booking.offer.instant:
        first.append(Step(_("Accepted"), booking.confirmed_at, "done"))
    if stage == Stage.MISSED:
        last = booking.events.filter(to_state=booking.state).order_by("at", "pk").values_list("at", flat=True).first()
        words = status_of(booking, reader=reader, now=now).words
        return [*first, Step(_("The call was open"), booking.join_opens, "done"), Step(words, last, "done")]
    ahead = [_step(marker, now) for marker in _markers(booking, now)]
    said = "done" if feedback else "current" if stage == Stage.OVER else ""
    return [*first, *ahead, Step(_("Say if it helped"), booking.end, said)]


def _markers(booking: Booking, now: datetime) -> Iterator[Marker]:
    for title, before in ((_("Reminder"), timedelta(hours=24)), (_("Reminder with the link"), timedelta(hours=1))):
        at = booking.start - before
        # A reminder whose moment had passed when the session was agreed or moved was never made.
        if at >= (booking.confirmed_at or booking.created_at):
            yield Marker(title, at, at)
    yield Marker(open_text(booking), booking.join_opens, booking.join_closes)


def _step(marker: Marker, now: datetime) -> Step:
    state = "" if now < marker.at else "current" if now < marker.until else "done"
    return Step(marker.title, marker.at, state)
