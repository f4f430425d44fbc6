"""When a mentee is asked afterwards whether a session or an answer helped."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from notifications.services import Due
from sessions_app.models import Contact, FollowUpStep

FOLLOW_UP_KINDS = {FollowUpStep.THREE_DAYS: "follow_up_three_days", FollowUpStep.TWO_WEEKS: "follow_up_two_weeks"}

WRITTEN_FOLLOW_UP_KINDS = {
    FollowUpStep.THREE_DAYS: "written_follow_up_three_days",
    FollowUpStep.TWO_WEEKS: "written_follow_up_two_weeks",
}

ASKED_AFTER = {FollowUpStep.THREE_DAYS: timedelta(days=3), FollowUpStep.TWO_WEEKS: timedelta(days=14)}

ASKED_FOR = timedelta(days=7)


def dues_later(contact: Contact, mentee: int, subject: str, kinds: Mapping[FollowUpStep, str]) -> list[Due]:
    moments = {kind: asked_at(contact, step) for step, kind in kinds.items()}
    return [
        Due(kind, mentee, subject, contact.pk, contact.version, moment, moment + ASKED_FOR)
        for kind, moment in moments.items()
    ]


def asked_at(contact: Contact, step: FollowUpStep) -> datetime:
    """The moment of a step that counts from the end of the session or from the answer; not for the others."""
    return contact.end + ASKED_AFTER[step]


def at_local(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)
