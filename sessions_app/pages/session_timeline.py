"""What happens when, for the session's page: what is done, what is now, what comes."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from django.utils.translation import gettext as _

from accounts.models import User
from mentors.models import Format
from sessions_app.afterwards.feedback import why_not_feedback
from sessions_app.booking.notices.reminders import REMINDERS
from sessions_app.booking.stages import SessionStage, open_text, stage_of, status_tag_of
from sessions_app.models import Booking, BookingEvent, BookingState, Feedback
from sessions_app.models.states import UNANSWERED
from sessions_app.session_rows import SessionRows

ENDED = (SessionStage.DECLINED, SessionStage.EXPIRED, SessionStage.WITHDRAWN, SessionStage.CANCELLED)


class TimelineStep(NamedTuple):
    """`was`: the start before, of what has been moved."""

    title: str
    at: datetime | None
    state: str  # done, current or empty
    was: datetime | None = None


class TimelineMarker(NamedTuple):
    """`titles`: before, from `at` until `until`, and after it."""

    titles: tuple[str, str, str]
    at: datetime
    until: datetime


def list_steps(booking: Booking, rows: SessionRows, *, reader: User, now: datetime) -> list[TimelineStep]:
    stage, was_requested = stage_of(booking, now), rows.was_requested
    moves = _move_steps(booking, reader)[-1:] if booking.moves else []
    first = [TimelineStep(_("Requested") if was_requested else _("Booked"), booking.created_at, "done")]
    if booking.confirmed_at and was_requested and booking.state not in UNANSWERED:
        first.append(TimelineStep(_("Accepted"), booking.confirmed_at, "done"))
    if stage in ENDED:
        last = booking.events.order_by("-at", "-pk").values_list("at", flat=True).first()
        if booking.state in UNANSWERED:
            # The clock hasn't got to it yet.
            last = booking.expires_at
        return [*first, *moves, TimelineStep(status_tag_of(booking, reader=reader, now=now).words, last, "done")]
    if stage == SessionStage.WAITING:
        is_mentor = reader.pk == booking.mentor_id
        words = _("Answer by") if is_mentor else _("%(name)s answers by") % {"name": booking.mentor.first_name}
        return [*first, TimelineStep(words, booking.expires_at, "current")]
    if stage == SessionStage.COUNTERED:
        offered = booking.events.filter(to_state=BookingState.COUNTERED).values_list("at", flat=True).first()
        is_mentor = reader.pk == booking.mentor_id
        words = _("%(name)s chooses by") % {"name": booking.other_person(reader).first_name}
        return [
            *first,
            TimelineStep(_("Other times offered"), offered, "done"),
            TimelineStep(words if is_mentor else _("Choose by"), booking.expires_at, "current"),
        ]
    first += moves
    if stage == SessionStage.MISSED:
        last = booking.events.filter(to_state=booking.state).order_by("at", "pk").values_list("at", flat=True).first()
        words = status_tag_of(booking, reader=reader, now=now).words
        return [
            *first,
            TimelineStep(_open_titles(booking)[-1], booking.join_opens, "done"),
            TimelineStep(words, last, "done"),
        ]
    # A reminder whose moment had passed when the session was agreed or moved was never made.
    since = moves[-1].at if moves else booking.confirmed_at
    ahead = [_marker_step(marker, now) for marker in _list_markers(booking, rows.leads, since or booking.created_at)]
    return [*first, *ahead, *_feedback_steps(booking, rows.feedback_by(reader), now)]


def _move_steps(booking: Booking, reader: User) -> list[TimelineStep]:
    """Each move in order: the event before it has the old time."""
    return [
        TimelineStep(_moved_by(moved, reader), moved.at, "done", before.during.lower)
        for before, moved in pairwise(booking.events.select_related("by"))
        if before.during.lower != moved.during.lower
    ]


def _moved_by(moved: BookingEvent, reader: User) -> str:
    if moved.by_id == reader.pk:
        return _("Rescheduled by you")
    return _("Rescheduled by %(name)s") % {"name": moved.by.first_name if moved.by else _("our team")}


def _feedback_steps(booking: Booking, feedback: Feedback | None, now: datetime) -> Iterator[TimelineStep]:
    """Nothing is left to say once the time for it is over."""
    if feedback:
        yield TimelineStep(_("You told us whether it helped"), feedback.created_at, "done")
    elif now < booking.join_closes:
        yield TimelineStep(_("Say if it helped"), booking.end, "")
    elif why_not_feedback(booking, now=now) is None:
        yield TimelineStep(_("Say if it helped"), booking.end, "current")


def _list_markers(booking: Booking, leads: Collection[timedelta], since: datetime) -> Iterator[TimelineMarker]:
    early = _("Reminder"), "", _("Reminder sent")
    late = _("Reminder with the link"), "", _("Reminder with the link sent")
    for reminder in REMINDERS:
        at = booking.start - reminder.lead
        if reminder.lead in leads and at >= since:
            yield TimelineMarker(early if reminder.is_early else late, at, at)
    yield TimelineMarker(_open_titles(booking), booking.join_opens, booking.join_closes)


def _open_titles(booking: Booking) -> tuple[str, str, str]:
    if booking.format == Format.CHAT:
        return _("The chat opens"), open_text(booking), _("The chat was open")
    return _("The call opens"), open_text(booking), _("The call was open")


def _marker_step(marker: TimelineMarker, now: datetime) -> TimelineStep:
    before, meanwhile, afterwards = marker.titles
    if now < marker.at:
        return TimelineStep(before, marker.at, "")
    return (
        TimelineStep(meanwhile, marker.at, "current")
        if now < marker.until
        else TimelineStep(afterwards, marker.at, "done")
    )
