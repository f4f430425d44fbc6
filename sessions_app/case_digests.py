"""Tells staff of sessions about which two people don't agree who came: only of what is new, at most once an hour."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import ngettext

from accounts.models import User
from common.mail import absolute, render_mail
from common.times import day_text
from notifications.models import Group, Notification
from notifications.registry import Message, Nothing, Policy, register
from notifications.services import Due, schedule

from .cases import disputed
from .models import Booking
from .reminders import SUBJECT

KIND = "to_decide"
APART = timedelta(hours=1)
WORTH_TELLING_FOR = timedelta(days=7)


def register_digest() -> None:
    register(KIND, render=to_decide, policy=Policy.HOLD, group=Group.DIGEST)


@transaction.atomic
def announce_disputes(*, now: datetime) -> int:
    """Write a row for every member of staff who has not heard of the newest. Returns how many.

    Run as often as one likes: the session at its version names the row, and deciding silences it.
    """
    dues = list(_dues(now))
    before = Notification.objects.filter(kind=KIND).count()
    schedule(*dues, now=now)
    return Notification.objects.filter(kind=KIND).count() - before


def _dues(now: datetime) -> Iterator[Due]:
    told = Notification.objects.filter(kind=KIND, due_at__gt=now - APART).values("recipient")
    staff = User.objects.filter(is_staff=True, is_active=True).exclude(pk__in=told)
    for booking in disputed(now).reverse()[:1]:
        for person in staff.exclude(Q(bookings_as_mentor=booking) | Q(bookings_as_mentee=booking)):
            yield Due(KIND, person.pk, SUBJECT, booking.pk, booking.version, now, now + WORTH_TELLING_FOR)


def to_decide(row: Notification, now: datetime) -> Message | Nothing:
    """How many wait for this person at this moment, and since when the oldest does."""
    reader = row.recipient
    if not reader.is_staff:
        return Nothing("not staff any more")
    waiting = disputed(now).exclude(Q(mentor=reader) | Q(mentee=reader))
    oldest: Booking | None = waiting.first()
    if oldest is None:
        return Nothing("nothing waits any more")
    count = waiting.count()
    heading = ngettext("%(count)s session waits for a decision", "%(count)s sessions wait for a decision", count)
    context = {
        "heading": heading % {"count": count},
        "day": day_text(oldest.start, str(reader.zone), now),
        "page_url": absolute("staff_attendance"),
    }
    zone, language = str(reader.zone), reader.language
    return Message(*render_mail("to_decide", context, zone=zone, language=language, hour12=reader.hour12))
