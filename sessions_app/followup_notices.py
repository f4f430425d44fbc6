"""When a mentee is asked again, and reminded of the step. What the mails say is in `followup_letters.py`."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from notifications.services import Due

from .models import WRITTEN_SUBJECT, ActionItem, Booking, Contact, FollowUpStep, WrittenQuestion

BOOKING_SUBJECT, ACTION_SUBJECT = "booking", "action"
KINDS = {FollowUpStep.THREE_DAYS: "follow_up_three_days", FollowUpStep.TWO_WEEKS: "follow_up_two_weeks"}
WRITTEN_KINDS = {
    FollowUpStep.THREE_DAYS: "written_follow_up_three_days",
    FollowUpStep.TWO_WEEKS: "written_follow_up_two_weeks",
}
ACTION_KIND = "action_due"
AFTER = {FollowUpStep.THREE_DAYS: timedelta(days=3), FollowUpStep.TWO_WEEKS: timedelta(days=14)}
KEEPS = timedelta(days=7)
MORNING = time(9)


def followup_dues(booking: Booking) -> list[Due]:
    """What must be asked later about this agreed booking, in its present version; only the mentee is asked."""
    return _asked_later(booking, booking.mentee_id, BOOKING_SUBJECT, KINDS) if booking.mentee_id is not None else []


def written_followup_dues(written: WrittenQuestion) -> list[Due]:
    """The same about an answer in writing."""
    return _asked_later(written, written.mentee_id, WRITTEN_SUBJECT, WRITTEN_KINDS)


def _asked_later(contact: Contact, mentee: int, subject: str, kinds: Mapping[FollowUpStep, str]) -> list[Due]:
    moments = {kind: asked_at(contact, step) for step, kind in kinds.items()}
    return [
        Due(kind, mentee, subject, contact.pk, contact.version, moment, moment + KEEPS)
        for kind, moment in moments.items()
    ]


def action_dues(action: ActionItem) -> list[Due]:
    """The reminder of a step that is not done: at nine on its day, in its person's zone, and on that day only.

    None if that morning had passed when the step was written.
    """
    due_at = at_local(action.due_on, MORNING, action.person.zone)
    if action.done_at or due_at < action.written_at:
        return []
    midnight = at_local(action.due_on + timedelta(days=1), time(), action.person.zone)
    return [Due(ACTION_KIND, action.person_id, ACTION_SUBJECT, action.pk, action.version, due_at, midnight)]


def asked_at(contact: Contact, step: FollowUpStep) -> datetime:
    """Only for the steps that count from the session's end or the answer."""
    return contact.end + AFTER[step]


def at_local(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)
