"""Mails and inbox lines to mentors who are asked to help, and to people who wait for an answer."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from common.mail.rendering import Context, absolute_url
from notifications.models import InboxItem, Notification
from notifications.readers import NoticeReader
from notifications.registry import InboxLine, Message, Nothing
from sessions_app.models import Route, WaitlistEntry

from .notices import HELP_ASKED
from .progress import ways_of
from .settling import offered_times


def render_asked_email(row: Notification, now: datetime) -> Message | Nothing:
    unanswered = Route.objects.unanswered(now).select_related("waiting__person", "waiting__brief", "mentor")
    route = unanswered.filter(pk=row.subject_id).first()
    if route is None or route.waiting.brief is None:
        return Nothing("answered or over")
    reader, person = NoticeReader(row.recipient, now), route.waiting.person
    context: Context = {
        "first": person.first_name,
        "question": route.waiting.brief.shown_question,
        "passed": ", ".join(reader.when(held.booking.start) for held in offered_times(route)[-1:]),
        "deadline": reader.when(route.until),
        "short_deadline": reader.when(route.until, short=True),
        "city": reader.city,
        "zone": reader.zone_label(route.until),
        "page_url": absolute_url("asked_for_help", route.uuid),
        "rules_url": absolute_url("mentor_availability"),
    }
    return reader.render_email("waiting/help_asked", context)


def asked_inbox_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    mine = Route.objects.filter(mentor=reader).select_related("waiting__person")
    routes = mine.in_bulk({item.subject_id for item in items})
    known = [(item, routes[item.subject_id]) for item in items if item.subject_id in routes]
    return {item.pk: asked_inbox_line(item.kind, route, NoticeReader(reader, now)) for item, route in known}


def asked_inbox_line(kind: str, route: Route, reader: NoticeReader) -> InboxLine:
    words = {"name": route.waiting.person.first_name, "until": reader.deadline(route.until)}
    text = (
        _("Could you help %(name)s? Answer by %(until)s")
        if kind == HELP_ASKED
        else _("%(name)s has been helped in the meantime")
    )
    return InboxLine(text % words, reverse("asked_for_help", args=[route.uuid]))


def render_still_looking_email(row: Notification, now: datetime) -> Message | Nothing:
    waiting = WaitlistEntry.objects.live(now).select_related("person").filter(pk=row.subject_id).first()
    ways = ways_of(waiting, now=now) if waiting else None
    if waiting is None or ways is None or waiting.held_times.open().exists():
        return Nothing("over, or a time is held")
    reader = NoticeReader(row.recipient, now)
    context: Context = {
        "question": waiting.words,
        "asked": ways.asked,
        "goes_on": ways.asked < ways.most and waiting.asks_mentors,
        "answer_by": reader.when_in_city(ways.until, short=True) if ways.until else "",
        "has_thread": ways.thread is not None,
        "is_long": row.kind == "still_looking_long",
        "waits_until": reader.day(waiting.until),
        "page_url": absolute_url("waiting_list"),
        "search_url": absolute_url("mentor_list"),
    }
    return reader.render_email("waiting/still_looking", context)


def still_looking_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    known = WaitlistEntry.objects.filter(person=reader).in_bulk({item.subject_id for item in items})
    text, page = _("Nobody has said yes to your question so far. We’re still looking"), reverse("waiting_list")
    return {item.pk: InboxLine(text, page) for item in items if item.subject_id in known}
