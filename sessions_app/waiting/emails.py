"""The mail and the inbox line about a time that is held for a person on the waiting list."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from common.mail.rendering import Context, absolute_url
from notifications.models import InboxItem, Notification
from notifications.readers import NoticeReader
from notifications.registry import InboxLine, Message, Nothing
from sessions_app.booking.notices.emails import BookingForReader, meeting_facts
from sessions_app.models import BookingState, HeldTime
from sessions_app.models.waiting import HeldTimeAnswer


def render_held_time_email(row: Notification, now: datetime) -> Message | Nothing:
    known = HeldTime.objects.select_related("waiting", "booking__mentor", "booking__offer__profile", "person")
    held = known.filter(pk=row.subject_id).first()
    if held is None or held.answer != HeldTimeAnswer.OPEN or held.booking.state != BookingState.HELD:
        return Nothing("answered or gone")
    if held.until <= now:
        return Nothing("too late")
    reading = BookingForReader(held.person, now, held.booking)
    return reading.render_email("waiting/held_time", meeting_facts(reading) | held_time_facts(held, reading))


def held_time_facts(held: HeldTime, reader: NoticeReader) -> Context:
    return {
        "headline": held.booking.offer.profile.headline,
        "city": reader.city,
        "until": reader.deadline(held.until),
        "question": held.waiting.words,
        "for_mentor": held.waiting.mentor_id is not None,
        "waits_until": reader.day(held.waiting.until),
        "page_url": absolute_url("held_time", held.uuid),
        "waiting_url": absolute_url("waiting_list"),
    }


def held_time_inbox_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    known = HeldTime.objects.filter(person=reader).select_related("booking__mentor", "person")
    held = known.in_bulk({item.subject_id for item in items})
    notice_reader = NoticeReader(reader, now)
    return {
        item.pk: held_time_inbox_line(held[item.subject_id], notice_reader) for item in items if item.subject_id in held
    }


def held_time_inbox_line(held: HeldTime, reader: NoticeReader) -> InboxLine:
    words = {
        "name": held.booking.mentor.first_name,
        "when": reader.when(held.booking.start, short=True),
        "until": reader.deadline(held.until),
    }
    text = _("%(name)s is free %(when)s. Held for you until %(until)s.") % words
    return InboxLine(text, reverse("held_time", args=[held.uuid]))
