"""Tells staff about profiles that wait for a decision: only when there is a new one, at most once an hour."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import ngettext

from accounts.roles import may
from accounts.rules.roles import Power
from common.mail.rendering import Context, absolute_url
from mentors.models import MentorProfile
from notifications.digests import digest_due, schedule_digest, staff_to_tell
from notifications.models import Notification
from notifications.readers import NoticeReader
from notifications.registry import Message, Nothing
from notifications.services import Due

KIND = "to_review"
SUBJECT_TYPE = "review_queue"


def announce_queue(*, now: datetime) -> int:
    """Write a notice for each member of staff who hasn't heard about the newest profile. Returns how many."""
    return schedule_digest(_review_dues(now), now=now)


def _review_dues(now: datetime) -> Iterator[Due]:
    newest = MentorProfile.objects.to_review().reverse()[:2]  # one of them may be the reader's own
    for person in staff_to_tell(KIND, Power.REVIEW, now=now):
        profile = next((profile for profile in newest if profile.is_decided_by(person)), None)
        if profile:
            yield digest_due(
                KIND, person, subject_type=SUBJECT_TYPE, subject_id=profile.pk, version=profile.version, now=now
            )


def render_review_email(row: Notification, now: datetime) -> Message | Nothing:
    """How many profiles wait at this moment, and since when the oldest does."""
    reader = NoticeReader(row.recipient, now)
    if not may(reader.person, Power.REVIEW):
        return Nothing("not staff any more")
    waiting = MentorProfile.objects.to_review().decided_by(reader.person).select_related("draft")
    count, oldest = waiting.count(), waiting.first()
    if oldest is None or oldest.draft.submitted_at is None:
        return Nothing("nothing waits any more")
    heading = ngettext("%(count)s profile to review", "%(count)s profiles to review", count)
    context: Context = {
        "heading": heading % {"count": count},
        "since": reader.day(oldest.draft.submitted_at),
        "queue_url": absolute_url("staff_profiles"),
        "review_url": absolute_url("staff_profile", oldest.slug),
    }
    return reader.render_email("mentors/to_review", context)
