"""Messages between two people: sent, read, and mailed if they aren't read in time.

The `version` of a read marker is the outbox's version of its subject. A new message makes a new version, unless a mail
is still to be sent, which will tell of this message too. Reading everything makes a new one, which silences that mail.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Coalesce
from django.utils.translation import ngettext

from accounts.models import User
from live.hints import tell_pages
from live.streams import Part
from mentors.resting import note_sign
from notifications.inbox import tell_bells
from notifications.models import Notification
from notifications.services import schedule_notices, withdraw_older_versions
from sessions_app.barred import refuse_barred
from sessions_app.booking.requests import extend_request
from sessions_app.errors import SessionError
from sessions_app.models import THREAD_SUBJECT, BookingState, Engagement, Message, ReadMarker
from sessions_app.questions.engagements import check_part_in, lock_engagement, why_not_share
from sessions_app.written.acts import note_reply
from trust.sanctions import Doing
from trust.signals.looking import speaks_of_self_harm, tell_of_self_harm

from .notices import message_due

WINDOW = timedelta(minutes=10)


@transaction.atomic
def send_message(
    *, engagement: Engagement, body: str, by: User, now: datetime, key: str, seen: int = 0, answers: bool = False
) -> Message:
    """Say something to the other side; a mentor's word gives a waiting request more time, once.

    `key` tells a form that was sent twice; `seen` is the newest message that was on the writer's page; `answers`: it is
    the mentor's answer to a question in writing, which is told by a mail of its own.
    Raises SessionError `not_yours`, `closed`, `barred`, `too_many_messages`, `not_waiting`.
    """
    engagement = lock_engagement(engagement)
    check_part_in(engagement, by)
    if refusal := why_not_share(engagement):
        raise refusal
    refuse_barred(by, Doing.WRITE, now=now)
    needs_help = speaks_of_self_harm(body)
    said = Message.objects.filter(engagement=engagement, author=by, key=key).first()
    if said:
        said.needs_help = needs_help
        return said
    check_pace(engagement, by=by, now=now)
    message = Message.objects.create(engagement=engagement, author=by, body=body, key=key, sent_at=now)
    tell_pages(Part.MESSAGES, engagement.stream)
    message.needs_help = needs_help
    if needs_help:
        tell_of_self_harm("message", message.pk, by, now=now)
    mark_read(engagement=engagement, person=by, until=seen)
    is_answer = note_reply(engagement, message, by=by, answers=answers, now=now)
    other = engagement.other_person(by)
    if is_answer:
        ReadMarker.objects.get_or_create(engagement=engagement, person=other)
    else:
        notify_reader(engagement, other, now=now)
    if by.pk == engagement.mentor_id:
        note_sign(by.pk, now=now)
        extend_waiting_request(engagement, by=by, now=now)
    return message


def check_pace(engagement: Engagement, *, by: User, now: datetime) -> None:
    """Raises SessionError for too many messages.

    Counted under the lock, so that many open windows don't get around it.
    """
    recent = Message.objects.filter(engagement=engagement, author=by, is_file=False, sent_at__gt=now - WINDOW)
    limit = settings.MAX_MESSAGES
    times = list(recent.order_by("-sent_at").values_list("sent_at", flat=True)[:limit])
    if len(times) >= limit:
        words = ngettext(
            "You’ve sent %(limit)d message in ten minutes, which is the limit. We’ve kept this one here.",
            "You’ve sent %(limit)d messages in ten minutes, which is the limit. We’ve kept this one here.",
            limit,
        )
        raise SessionError("too_many_messages", words % {"limit": limit}, earliest=times[-1] + WINDOW)


def notify_reader(engagement: Engagement, person: User, *, now: datetime) -> None:
    ReadMarker.objects.get_or_create(engagement=engagement, person=person)
    marker = ReadMarker.objects.select_for_update().get(engagement=engagement, person=person)
    rows = Notification.objects.about(THREAD_SUBJECT, marker.pk)
    if rows.pending().filter(subject_version=marker.version).exists():
        return
    marker.version += 1
    marker.save(update_fields=["version"])
    # A mail that is being sent at this moment counts as sent.
    last = rows.aggregate(last=Max(Coalesce("sent_at", "data_started_at")))["last"]
    schedule_notices(message_due(marker, by=engagement.other_person(person).pk, now=now, last=last), now=now)


def extend_waiting_request(engagement: Engagement, *, by: User, now: datetime) -> None:
    waiting = engagement.bookings.filter(state=BookingState.REQUESTED, extended=False, expires_at__gt=now).first()
    if waiting:
        extend_request(booking=waiting, by=by, now=now, told=False)


@transaction.atomic
def mark_read(*, engagement: Engagement, person: User, until: int) -> bool:
    """Note that this person has read up to and including that message. Returns whether that was new."""
    marker = ReadMarker.objects.select_for_update().filter(engagement=engagement, person=person).first()
    if marker is None:
        return False
    newest = marker.unread.filter(pk__lte=until).aggregate(newest=Max("pk"))["newest"]
    if newest is None:
        return False
    marker.read_to = newest
    if not marker.unread.exists():
        marker.version += 1
        withdraw_older_versions(subject_type=THREAD_SUBJECT, subject_id=marker.pk, version=marker.version)
        tell_bells(person.pk)
    marker.save(update_fields=["read_to", "version"])
    return True
