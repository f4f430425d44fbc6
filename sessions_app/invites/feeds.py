"""A person's sessions as a calendar that other programs fetch from a secret address."""

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.db import models, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.mail import letter_to, send_after_commit
from accounts.models import User
from common.hashing import hash_text
from common.mail.rendering import absolute_url
from sessions_app.availability.commitments import Commitment, commitments_of
from sessions_app.models import Booking, BookingEvent, BookingState, CalendarFeed

from .ics import PUBLISH, booking_event, commitment_entry, empty_calendar

logger = logging.getLogger(__name__)

PAST, AHEAD = timedelta(days=90), timedelta(days=400)
# How long cancelled sessions stay in the feed, so that programs which fetch it seldom learn of them too.
CANCELLED_FOR = timedelta(days=30)
AT_MOST = 1000
# Events are written once and put before it: writing them all again with the calendar takes as long.
END = b"END:VCALENDAR"
ASK_AGAIN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class FeedEntries:
    """`sessions` as they are written, and what else takes the person's time."""

    sessions: list[bytes]
    others: list[Commitment]


def make_feed(*, person: User, replaces: CalendarFeed | None, now: datetime) -> str | None:
    """A new secret token for this person, who is told by email.

    `replaces` is the feed that the person saw and wants to replace. None if there is another one by now: a form that is
    sent twice must not replace the address it has just made.
    """
    token = secrets.token_urlsafe(32)
    fields = {"token_hash": hash_text(token), "created_at": now, "changed_at": now}
    with transaction.atomic():
        if replaces is not None:
            CalendarFeed.objects.filter(person=person, pk=replaces.pk).delete()
        _feed, made = CalendarFeed.objects.get_or_create(person=person, defaults=fields)
        if made:
            context = {"calendar_url": absolute_url("calendar_settings")}
            send_after_commit(letter_to(person, "accounts/new_calendar_address", context))
    return token if made else None


def describe_feed(person: User) -> str:
    """The name of what the person has, for a page that offers to end it; empty if there is none."""
    return _("your calendar address") if feed_of(person) else ""


def stop_feed(person: User) -> None:
    CalendarFeed.objects.filter(person=person).delete()


def feed_of(person: User) -> CalendarFeed | None:
    return CalendarFeed.objects.filter(person=person).first()


def find_feed(token: str) -> CalendarFeed | None:
    """The feed with this token, unless its person's account is closed."""
    feeds = CalendarFeed.objects.select_related("person")
    return feeds.filter(token_hash=hash_text(token), person__is_active=True).first()


def fetch_feed(feed: CalendarFeed, *, now: datetime) -> bytes:
    """The content to serve. Records the fetch, and whether anything has changed since the last one."""
    entries = _read_entries(feed.person, now=now)
    content = _write_calendar(feed.person, entries, changed_at=feed.changed_at)
    if sha256(content).hexdigest() != feed.content_hash:
        content = _write_calendar(feed.person, entries, changed_at=now)
        feed.content_hash, feed.changed_at = sha256(content).hexdigest(), now
    feed.last_fetched_at = now
    CalendarFeed.objects.filter(pk=feed.pk).update(
        content_hash=feed.content_hash, changed_at=feed.changed_at, last_fetched_at=now
    )
    return content


def calendar_of(person: User, *, now: datetime) -> bytes:
    return _write_calendar(person, _read_entries(person, now=now), changed_at=now)


def _read_entries(person: User, *, now: datetime) -> FeedEntries:
    with translation.override(person.language):
        sessions = [written_event(booking, person) for booking in feed_bookings(person, now=now)]
    return FeedEntries(sessions, commitments_of(person, since=now - PAST, until=now + AHEAD))


def _write_calendar(person: User, entries: FeedEntries, *, changed_at: datetime) -> bytes:
    """`changed_at`: when any of it last changed. Nothing says so of a commitment alone."""
    with translation.override(person.language):
        calendar = empty_calendar(PUBLISH)
        calendar.calendar_name = _("Sessions at {site}").format(site=settings.SITE_NAME)
    calendar.add("refresh-interval", ASK_AGAIN_AFTER, parameters={"VALUE": "DURATION"})
    calendar.url = absolute_url("session_list")
    head, end = calendar.to_ical().rsplit(END, 1)
    others = [commitment_entry(one, at=changed_at).to_ical() for one in entries.others]
    return b"".join((head, *entries.sessions, *others, END, end))


def feed_bookings(person: User, *, now: datetime) -> models.QuerySet[Booking]:
    """Bookings that were ever agreed, the newest first. Requests are in nobody's calendar yet."""
    called_off = BookingEvent.objects.filter(
        booking=models.OuterRef("pk"), to_state=BookingState.CANCELLED, at__gt=now - CANCELLED_FOR
    )
    agreed = Booking.objects.visible_to(person).filter(confirmed_at__isnull=False, during__endswith__gt=now - PAST)
    kept = agreed.filter(~models.Q(state=BookingState.CANCELLED) | models.Exists(called_off))
    return kept.with_people().prefetch_related("events").order_by("-during", "pk")[:AT_MOST]


def written_event(booking: Booking, person: User) -> bytes:
    """The event as the calendar has it.

    Empty, and a line in the log, for a row that can't be written, so that the others are still served.
    """
    try:
        content: bytes = booking_event(booking, for_person=person, with_people=False).to_ical()
    except Exception:
        logger.exception("Booking %s can't be written into a calendar", booking.pk)
        return b""
    return content
