"""The lines of the inbox about registrations."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from events.models import Event, Registration
from notifications.models import InboxItem
from notifications.readers import NoticeReader
from notifications.registry import InboxLine

from .notices import INVITATION_NUDGE, REMINDER_KINDS, STILL_COMING, News, last_standings

WORDS: dict[str, Promise] = {
    News.INVITED: _("You’re invited to mentor at %(title)s, %(when)s"),
    News.REGISTERED: _("You have a place at %(title)s, %(when)s"),
    News.WAITING: _("You’re on the waiting list for %(title)s"),
    News.ADMITTED: _("A place came free for you at %(title)s, %(when)s"),
    News.OFFERED: _("A place at %(title)s is kept for you: take it or pass it on"),
    News.FREE_FOR_ALL: _("A place at %(title)s has come free. The first to take it has it"),
    News.LEFT: _("Your place at %(title)s is cancelled"),
    News.REMOVED: _("You’re no longer registered for %(title)s"),
    News.MOVED: _("%(title)s has a new time or place: %(when)s"),
    News.CANCELLED: _("%(title)s on %(when)s is cancelled"),
    News.NO_PLACE: _("No place came free at %(title)s"),
    STILL_COMING: _("Are you still coming to %(title)s, %(when)s?"),
    INVITATION_NUDGE: _("You’re invited to mentor at %(title)s, %(when)s"),
    **dict.fromkeys(REMINDER_KINDS.values(), _("%(title)s starts %(when)s")),
}

MOVED_FROM = _("%(title)s has a new time: %(when)s. It was %(was)s")

# Of those who were taken off before they had a place, by how they stood
REMOVED_WORDS: dict[str, Promise] = {
    News.INVITED: _("You’re no longer invited to %(title)s"),
    News.WAITING: _("You’re no longer on the waiting list for %(title)s"),
}


def registration_lines(kind: str) -> Callable[[Sequence[InboxItem], User, datetime], Mapping[int, InboxLine]]:
    def write(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
        known = Registration.objects.of(reader).select_related("event")
        found = known.in_bulk({item.subject_id for item in items})
        stood = last_standings(found) if kind == News.REMOVED else {}
        notice_reader = NoticeReader(reader, now)
        return {
            item.pk: registration_line(kind, found[item.subject_id], notice_reader, stood.get(item.subject_id, ""))
            for item in items
            if item.subject_id in found
        }

    return write


def registration_line(kind: str, registration: Registration, reader: NoticeReader, stood: str) -> InboxLine:
    event = registration.event
    text = REMOVED_WORDS.get(stood, WORDS[kind])
    words = {"title": event.title, "when": reader.when(event.start, short=True)}
    if kind == News.MOVED and event.was_during:
        text, words["was"] = MOVED_FROM, reader.when(event.was_during.lower, short=True)
    return InboxLine(text % words, reverse("event", args=[event.slug]))


def hosted_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    """To a host, of office hours that nobody registered for."""
    found = Event.objects.filter(host=reader).in_bulk({item.subject_id for item in items})
    words = _("Nobody registered for %(title)s, so it’s cancelled and your time can be booked again")
    return {
        item.pk: InboxLine(str(words) % {"title": event.title}, reverse("event", args=[event.slug]))
        for item in items
        if (event := found.get(item.subject_id))
    }


def host_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    """To the host of office hours: who comes, with their question; or who doesn't after all."""
    known = Registration.objects.filter(event__host=reader).select_related("event")
    found = known.in_bulk({item.subject_id for item in items})
    return {item.pk: host_line(found[item.subject_id]) for item in items if item.subject_id in found}


def host_line(registration: Registration) -> InboxLine:
    event = registration.event
    words = {"name": registration.board_name, "title": event.title, "question": registration.question}
    if not registration.is_in:
        text = _("%(name)s isn’t coming to %(title)s any more")
    elif registration.question:
        text = _("%(name)s registered for %(title)s: “%(question)s”")
    else:
        text = _("%(name)s registered for %(title)s")
    return InboxLine(str(text) % words, reverse("event", args=[event.slug]))
