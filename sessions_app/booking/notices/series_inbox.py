"""What the inbox says about several dates that were booked in one act."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from notifications.models import InboxItem
from notifications.registry import InboxLine
from sessions_app.models import Booking, BookingEvent

from .inbox import BookingNews, accepted_sentence


def series_inbox_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    together: defaultdict[int | None, list[Booking]] = defaultdict(list)
    mine = Booking.objects.visible_to(reader).filter(booked_with__in={item.subject_id for item in items})
    for booking in mine.with_people().order_by("pk"):
        together[booking.booked_with_id].append(booking)
    return {
        item.pk: series_inbox_line(item.kind, together[item.subject_id], reader)
        for item in items
        if together[item.subject_id]
    }


def series_inbox_line(kind: str, bookings: Sequence[Booking], reader: User) -> InboxLine:
    first = bookings[0]
    words = {"name": first.other_person(reader).first_name, "count": len(bookings)}
    asked, is_mentor = kind == "series_requested", reader.pk == first.mentor_id
    if is_mentor:
        text = (
            _("%(name)s is asking for %(count)d more sessions")
            if asked
            else _("%(name)s booked %(count)d more sessions")
        )
    elif asked:
        text = _("You asked %(name)s for %(count)d more sessions")
    else:
        text = _("You booked %(count)d more sessions with %(name)s")
    return InboxLine(text % words, reverse("session", args=[first.uuid]))


def accepted_inbox_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    """A line for each acceptance: the item's version says which date it was."""
    turns = {first: list(BookingEvent.objects.acceptances(first)) for first in {item.subject_id for item in items}}
    events = {item.pk: turns[item.subject_id][item.subject_version - 1] for item in items}
    wanted = [event.booking_id for event in events.values()]
    bookings = Booking.objects.visible_to(reader).with_people().in_bulk(wanted)
    return {
        item.pk: accepted_inbox_line(item, events[item.pk], bookings[events[item.pk].booking_id], reader, now)
        for item in items
        if events[item.pk].booking_id in bookings
    }


def accepted_inbox_line(
    item: InboxItem, event: BookingEvent, booking: Booking, reader: User, now: datetime
) -> InboxLine:
    news = BookingNews(item, booking, reader, event.during.lower, event.by_id, False, now)
    return InboxLine(accepted_sentence(news) % news.words, reverse("session", args=[booking.uuid]))
