"""What happens when, for the session's page: what is done, what is now, what comes."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from django.utils.translation import gettext as _

from accounts.models import User
from mentors.models import Format
from sessions_app.afterwards.feedback import why_not_feedback
from sessions_app.booking.stages import Stage, open_text, stage_of, status_of
from sessions_app.models import Booking, BookingEvent, BookingState, Feedback

ENDED = (Stage.DECLINED, Stage.EXPIRED, Stage.WITHDRAWN, Stage.CANCELLED)


class Step(NamedTuple):
    """`was`: the start before, of what has been moved."""

    title: str
    at: datetime | None
    state: str  # done, current or empty
    was: datetime | None = None


class Marker(NamedTuple):
    """`titles`: before, from `at` until `until`, and after it."""

    titles: tuple[str, str, str]
    at: datetime
    until: datetime


def steps(booking: Booking, *, reader: User, feedback: Feedback | None, now: datetime) -> list[Step]:
    stage = stage_of(booking, now)
    first = [Step(_("Booked") if booking.offer.instant else _("Asked"), booking.created_at, "done")]
    if stage in ENDED:
        last = booking.events.order_by("-at", "-pk").values_list("at", flat=True).first()
        return [*first, Step(status_of(booking, reader=reader, now=now).words, last, "done")]
    if stage == Stage.WAITING:
        is_mentor = reader.pk == booking.mentor_id
        words = _("Answer by") if is_mentor else _("%(name)s answers by") % {"name": booking.mentor.first_name}
        return [*first, Step(words, booking.expires_at, "current")]
    if booking.state == BookingState.CONFIRMED and not booking.offer.instant:
        first.append(Step(_("Accepted"), booking.confirmed_at, "done"))
    if booking.moves:
        first += _moved(booking, reader)[-1:]
    if stage == Stage.MISSED:
        last = booking.events.filter(to_state=booking.state).order_by("at", "pk").values_list("at", flat=True).first()
        words = status_of(booking, reader=reader, now=now).words
        return [*first, Step(_open_titles(booking)[-1], booking.join_opens, "done"), Step(words, last, "done")]
    ahead = [_step(marker, now) for marker in _markers(booking)]
    return [*first, *ahead, *_said(booking, feedback, now)]


def _moved(booking: Booking, reader: User) -> list[Step]:
    """Each move in order: the event before it has the old time."""
    return [
        Step(_moved_by(moved, reader), moved.at, "done", before.during.lower)
        for before, moved in pairwise(booking.events.select_related("by"))
        if before.during.lower != moved.during.lower
    ]


def _moved_by(moved: BookingEvent, reader: User) -> str:
    if moved.by_id == reader.pk:
        return _("Moved by you")
    return _("Moved by %(name)s") % {"name": moved.by.first_name if moved.by else _("our team")}


def _said(booking: Booking, feedback: Feedback | None, now: datetime) -> Iterator[Step]:
    """Nothing is left to say once the time for it is over."""
    if feedback:
        yield Step(_("You said whether it helped"), feedback.created_at, "done")
    elif now < booking.join_closes:
        yield Step(_("Say if it helped"), booking.end, "")
    elif why_not_feedback(booking, now=now) is None:
        yield Step(_("Say if it helped"), booking.end, "current")


def _markers(booking: Booking) -> Iterator[Marker]:
    for titles, before in (
        ((_("Reminder"), "", _("Reminder sent")), timedelta(hours=24)),
        ((_("Reminder with the link"), "", _("Reminder with the link sent")), timedelta(hours=1)),
    ):
        at = booking.start - before
        # A reminder whose moment had passed when the session was agreed or moved was never made.
        if at >= (booking.confirmed_at or booking.created_at):
            yield Marker(titles, at, at)
    yield Marker(_open_titles(booking), booking.join_opens, booking.join_closes)


def _open_titles(booking: Booking) -> tuple[str, str, str]:
    if booking.format == Format.CHAT:
        return _("The chat opens"), open_text(booking), _("The chat was open")
    return _("The call opens"), open_text(booking), _("The call was open")


def _step(marker: Marker, now: datetime) -> Step:
    before, meanwhile, afterwards = marker.titles
    if now < marker.at:
        return Step(before, marker.at, "")
    return Step(meanwhile, marker.at, "current") if now < marker.until else Step(afterwards, marker.at, "done")
