"""What other systems are told of events: numbers, no names, and nothing that anyone wrote."""

from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from common.instants import utc_second_text
from events.models import Event
from notifications.webhooks.services import announce_event

from .places import count_places


class EventNews(StrEnum):
    OPENED = "event.opened"
    PUBLISHED = "event.published"
    CLOSED = "event.closed"


EVENTS = {
    EventNews.OPENED.value: _("An event opens for registration"),
    EventNews.PUBLISHED.value: _("The timetable of an event is published, or replaced by another"),
    EventNews.CLOSED.value: _("An event is over"),
}


def announce(event: Event, news: EventNews, *, now: datetime, **more: object) -> None:
    """Tell of a locked event that has just changed. `more` is told with it."""
    payload = partial(payload_of, event, now, **more)
    announce_event(news, cause=f"event:{event.pk}:{event.version}", payload=payload, now=now)


def payload_of(event: Event, now: datetime, **more: object) -> dict[str, Any]:
    counts = count_places(event, now).values()
    return {
        "slug": event.slug,
        "kind": str(event.kind),
        "state": str(event.state),
        "mode": str(event.mode),
        "start": utc_second_text(event.start),
        "end": utc_second_text(event.end),
        "places": {str(one.side): {"total": one.total, "taken": one.taken, "waiting": one.waiting} for one in counts},
        "version": event.version,
        **more,
    }
