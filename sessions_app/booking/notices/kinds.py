"""The kinds of notices about bookings: each with its mail and its line of the inbox."""

from functools import partial

from notifications.models import Group
from notifications.registry import Kind, Policy, WriteLines
from sessions_app.booking.series_plan import ANSWERS_SUBJECT, SERIES_SUBJECT
from sessions_app.booking.zone_changes import WALL_CHANGE
from sessions_app.models import Booking, BookingState, WallChange
from sessions_app.models.bookings import BOOKING_SUBJECT
from sessions_app.models.zones import WALL_CHANGE_SUBJECT

from . import emails, series_emails
from .inbox import booking_inbox_lines
from .reminders import REMINDERS, Reminder, follow_preference
from .series_inbox import accepted_inbox_lines, series_inbox_lines
from .wall_change import render_wall_change_email, wall_change_inbox_lines


def booking_kind(
    name: str,
    states: tuple[str, ...],
    say: emails.Say,
    *,
    lines: WriteLines | None = booking_inbox_lines,
    passing: bool = False,
    group: Group | None = None,
    policy: Policy = Policy.RESEND,
) -> Kind:
    """A kind whose mail is sent only while the booking is in one of `states` and hasn't changed."""
    render = partial(emails.render_current_booking, states=states, say=say)
    return Kind(
        name, BOOKING_SUBJECT, render=render, lines=lines, model=Booking, passing=passing, group=group, policy=policy
    )


def _reminder_kind(reminder: Reminder) -> Kind:
    say = (
        emails.render_day_reminder
        if reminder.is_early
        else partial(emails.render_booking_email, template="booking/reminder_hour")
    )
    render = partial(emails.render_current_booking, states=CONFIRMED, say=say)
    return Kind(
        reminder.kind,
        BOOKING_SUBJECT,
        render=render,
        lines=booking_inbox_lines,
        model=Booking,
        passing=True,
        group=Group.REMINDERS,
        follow_preference=follow_preference,
    )


CONFIRMED, REQUESTED = (BookingState.CONFIRMED,), (BookingState.REQUESTED,)
COUNTERED = (BookingState.COUNTERED,)
DECLINED = partial(emails.render_called_off_email, template="booking/declined")
EXPIRED = partial(emails.render_called_off_email, template="booking/request_expired")

KINDS = [
    booking_kind("requested", REQUESTED, emails.render_requested_email),
    booking_kind(
        "request_waiting", REQUESTED, emails.render_request_waiting_email, passing=True, group=Group.REMINDERS
    ),
    booking_kind("extended", REQUESTED, emails.render_extended_email),
    booking_kind("booked", CONFIRMED, emails.render_booked_email),
    booking_kind("accepted", CONFIRMED, partial(emails.render_booked_email, accepted=True)),
    booking_kind("countered", COUNTERED, emails.render_countered_email),
    booking_kind(
        "counter_waiting",
        COUNTERED,
        partial(emails.render_countered_email, again=True),
        passing=True,
        group=Group.REMINDERS,
    ),
    booking_kind("chosen", CONFIRMED, partial(emails.render_booked_email, chosen=True)),
    booking_kind("counter_expired", (BookingState.EXPIRED,), emails.render_counter_expired_email),
    booking_kind("moved", CONFIRMED, emails.render_moved_email),
    booking_kind("declined", (BookingState.DECLINED,), DECLINED),
    booking_kind("request_expired", (BookingState.EXPIRED,), EXPIRED),
    booking_kind("withdrawn", (BookingState.WITHDRAWN,), emails.render_withdrawn_email),
    booking_kind("cancelled", (BookingState.CANCELLED,), emails.render_cancelled_email),
    *(_reminder_kind(reminder) for reminder in REMINDERS),
    Kind(
        "series_booked",
        SERIES_SUBJECT,
        render=partial(series_emails.render_series_email, state=BookingState.CONFIRMED),
        lines=series_inbox_lines,
    ),
    Kind(
        "series_requested",
        SERIES_SUBJECT,
        render=partial(series_emails.render_series_email, state=BookingState.REQUESTED),
        lines=series_inbox_lines,
    ),
    Kind("series_accepted", ANSWERS_SUBJECT, series_emails.render_accepted_email, accepted_inbox_lines),
    Kind(WALL_CHANGE, WALL_CHANGE_SUBJECT, render_wall_change_email, wall_change_inbox_lines, model=WallChange),
]
