"""The mail and the inbox line about a time that is held for a person on the waiting list."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from common.clock_changes import clock_change_note
from common.mail.rendering import Context, absolute_url, render_mail
from common.times import clock_text, day_text, range_text, theirs_text, when_text, zone_label
from common.zones import UTC_NAME
from notifications.models import InboxItem, Notification
from notifications.registry import InboxLine, Message, Nothing
from sessions_app.booking.notices.emails import how_text
from sessions_app.models import BookingState, HeldTime
from sessions_app.models.waiting import HeldTimeAnswer


def render_held_time_email(row: Notification, now: datetime) -> Message | Nothing:
    known = HeldTime.objects.select_related("waiting", "booking__mentor", "booking__offer__profile", "person")
    held = known.filter(pk=row.subject_id).first()
    if held is None or held.answer != HeldTimeAnswer.OPEN or held.booking.state != BookingState.HELD:
        return Nothing("answered or gone")
    if held.until <= now:
        return Nothing("too late")
    person = held.person
    subject, text, html = render_mail(
        "waiting/held_time",
        held_time_facts(held, now),
        zone=person.timezone or UTC_NAME,
        language=person.language,
        hour12=person.hour12,
    )
    return Message(subject, text, html)


def held_time_facts(held: HeldTime, now: datetime) -> Context:
    booking = held.booking
    mentor, zone = booking.mentor, held.person.timezone or UTC_NAME
    start, end, hour12 = booking.start, booking.end, held.person.hour12
    theirs = ""
    if mentor.timezone:
        names = {"viewer_zone": zone, "their_zone": mentor.timezone, "their_name": mentor.first_name}
        theirs = theirs_text(start, end, hour12=hour12, **names)
    return {
        "other": mentor.display_name,
        "first": mentor.first_name,
        "headline": booking.offer.profile.headline,
        "minutes": booking.length,
        "how": how_text(booking.format),
        "day": day_text(start, zone, now),
        "span": range_text(start, end, zone, hour12),
        "short_day": day_text(start, zone, now, short=True),
        "clock": clock_text(start, zone, hour12),
        "zone": zone_label(zone, start),
        "theirs": theirs,
        "clock_note": clock_change_note(start, now, zone, mentor.timezone, mentor.first_name, hour12),
        "until": until_text(held, now),
        "question": held.waiting.words,
        "for_mentor": held.waiting.mentor_id is not None,
        "waits_until": day_text(held.waiting.until, zone, now),
        "page_url": absolute_url("held_time", held.uuid),
        "waiting_url": absolute_url("waiting_list"),
    }


def until_text(held: HeldTime, now: datetime) -> str:
    """`12:30`, on another day `Wed 25 Nov, 10:00`."""
    zone, hour12 = held.person.timezone or UTC_NAME, held.person.hour12
    if held.until.astimezone(held.person.zone).date() == now.astimezone(held.person.zone).date():
        return clock_text(held.until, zone, hour12)
    return when_text(held.until, zone=zone, now=now, hour12=hour12, short=True)


def held_time_inbox_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    known = HeldTime.objects.filter(person=reader).select_related("booking__mentor", "person")
    held = known.in_bulk({item.subject_id for item in items})
    return {item.pk: held_time_inbox_line(held[item.subject_id], now) for item in items if item.subject_id in held}


def held_time_inbox_line(held: HeldTime, now: datetime) -> InboxLine:
    zone, start = held.person.timezone or UTC_NAME, held.booking.start
    words = {
        "name": held.booking.mentor.first_name,
        "when": when_text(start, zone=zone, now=now, hour12=held.person.hour12, short=True),
        "until": until_text(held, now),
    }
    text = _("%(name)s is free %(when)s. It is held for you until %(until)s.") % words
    return InboxLine(text, reverse("held_time", args=[held.uuid]))
