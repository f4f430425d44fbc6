"""Tells staff what waits for a decision: only when something new does, and never twice within an hour."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import ngettext

from accounts.models import User
from common.mail import absolute, render_mail
from common.times import day_text
from notifications.models import Group, Notification
from notifications.registry import Message, Nothing, Policy, register
from notifications.services import Due, schedule

from .models import MentorProfile

KIND = "to_review"
SUBJECT_TYPE = "review_queue"
APART = timedelta(hours=1)
WORTH_TELLING_FOR = timedelta(days=7)


def register_digest() -> None:
    register(KIND, render=to_review, policy=Policy.HOLD, group=Group.DIGEST)


@transaction.atomic
def announce_queue(*, now: datetime) -> int:
    """Write a row for every member of staff who has not heard of the newest profile that waits. Returns how many.

    Run as often as one likes: the newest profile at its version names the row, so what was announced stays so.
    """
    dues = list(_dues(now))
    before = Notification.objects.filter(kind=KIND).count()
    schedule(*dues, now=now)
    return Notification.objects.filter(kind=KIND).count() - before


def _dues(now: datetime) -> Iterator[Due]:
    newest = MentorProfile.objects.to_review().reverse()[:2]  # one of them may be the reader's own
    told = Notification.objects.filter(kind=KIND, due_at__gt=now - APART).values("recipient")
    for person in User.objects.filter(is_staff=True, is_active=True).exclude(pk__in=told):
        profile = next((profile for profile in newest if profile.is_decided_by(person)), None)
        if profile:
            yield Due(
                kind=KIND,
                recipient_id=person.pk,
                subject_type=SUBJECT_TYPE,
                subject_id=profile.pk,
                version=profile.version,
                due_at=now,
                send_before=now + WORTH_TELLING_FOR,
            )


def to_review(row: Notification, now: datetime) -> Message | Nothing:
    """How many wait at this moment, and since when the oldest does."""
    reader = row.recipient
    if not reader.is_staff:
        return Nothing("not staff any more")
    waiting = MentorProfile.objects.to_review().decided_by(reader).select_related("draft")
    count, oldest = waiting.count(), waiting.first()
    if oldest is None or oldest.draft.submitted_at is None:
        return Nothing("nothing waits any more")
    heading = ngettext("%(count)s profile waits for a decision", "%(count)s profiles wait for a decision", count)
    context = {
        "heading": heading % {"count": count},
        "since": day_text(oldest.draft.submitted_at, str(reader.zone), now),
        "queue_url": absolute("staff_profiles"),
        "review_url": absolute("staff_profile", oldest.slug),
    }
    subject, text, html = render_mail(
        "to_review", context, zone=str(reader.zone), language=reader.language, hour12=reader.hour12
    )
    return Message(subject=subject, text=text, html=html)
